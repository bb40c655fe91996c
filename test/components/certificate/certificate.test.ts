import assert from "node:assert/strict";
import { issueCertificate, makeAuthority } from "../../../components/certificate/index.ts";
import { recordUnderRoot, type Whole } from "../engine/kubernetes/recorded.ts";

describe("certificates", () => {
  const issue = (): Promise<Whole> =>
    recordUnderRoot((parent) => {
      const authority = makeAuthority("authority", "an authority", { parent });
      const subject = { commonName: "somebody", uses: ["client_auth"] as const };
      issueCertificate("one", subject, authority, { parent });
    });
  const inputs = ({ resources }: Whole, type: string, name: string) =>
    (
      resources.find((one) => one.type.endsWith(`:${type}`) && one.name === name) ??
      assert.fail(`${type} ${name}`)
    ).inputs;
  const hours = ({ validityPeriodHours, earlyRenewalHours }: Readonly<Record<string, unknown>>) => [
    validityPeriodHours,
    earlyRenewalHours,
  ];

  it("are good for a year and those of authorities for ten, and are renewed before their end", async () => {
    const whole = await issue();
    const year = 365 * 24;
    assert.deepEqual(hours(inputs(whole, "LocallySignedCert", "one")), [year, 30 * 24]);
    assert.deepEqual(hours(inputs(whole, "SelfSignedCert", "authority")), [10 * year, year]);
  });

  it("of an authority outlive any that it signs until it is renewed itself", async () => {
    const whole = await issue();
    const [, early] = hours(inputs(whole, "SelfSignedCert", "authority"));
    const [validity] = hours(inputs(whole, "LocallySignedCert", "one"));
    assert.ok(Number(early) >= Number(validity));
  });

  it("have keys of elliptic curves, each of its own", async () => {
    const whole = await issue();
    for (const name of ["authority", "one"])
      assert.deepEqual(
        [inputs(whole, "PrivateKey", name)["algorithm"], inputs(whole, "PrivateKey", name)["ecdsaCurve"]],
        ["ECDSA", "P256"],
      );
  });

  it("name no organization, which the API server takes for a group, unless one is given", async () => {
    assert.deepEqual(inputs(await issue(), "CertRequest", "one")["subject"], { commonName: "somebody" });
  });
});
