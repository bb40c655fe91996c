import assert from "node:assert/strict";
import fc from "fast-check";
import { assertGolden } from "../../support/golden.ts";
import { userData, userDataLimit, userDataProblems } from "../../../components/userData/index.ts";
import type { MachineSetup } from "../../../components/userData/index.ts";
import { bare, certificate, full, linux } from "./setups.ts";

const { join } = full;
assert.ok(join !== undefined);

const goldens: Readonly<Record<string, MachineSetup>> = {
  "ubuntu-manager": {
    ...bare,
    role: "manager",
    join: { ...join, store: "secrets-manager", name: "bulkhead/test/join/manager" },
  },
  "ubuntu-worker": full,
  "ubuntu-kubernetes": { ...bare, engine: "kubernetes", registryMirrors: full.registryMirrors },
  "rhel-worker": {
    ...full,
    family: "rhel",
    sessionAgent: "https://packages.bank.example/amazon-ssm-agent.rpm",
  },
  "rhel-registry": { ...bare, family: "rhel", role: "registry", join },
  "rhel-kubernetes": { ...bare, family: "rhel", engine: "kubernetes", role: "manager" },
  "windows-worker": { ...full, family: "windows" },
  "windows-bare": { ...bare, family: "windows" },
};

describe("user data", () => {
  for (const [name, setup] of Object.entries(goldens))
    it(`is what a reviewer read, for ${name}`, () =>
      assertGolden(new URL(`../../golden/userData/${name}.txt`, import.meta.url), userData(setup)));

  it("holds the name of the join secret and nothing of its value, so that a new one changes no machine", () => {
    for (const family of [...linux, "windows"] as const) {
      const text = userData({ ...full, family });
      assert.ok(text.includes("/bulkhead/test/join/worker"));
      assert.ok(!/SWMTKN-\d/.test(text));
    }
  });

  it("asks the store that holds the secret, and nobody where nothing is joined", () => {
    const stores = ["parameter-store", "secrets-manager"] as const;
    for (const family of [...linux, "windows"] as const) {
      const asked = stores.map((store) => userData({ ...full, family, join: { ...join, store } }));
      const calls =
        family === "windows"
          ? ["Get-SSMParameter", "Get-SECSecretValue"]
          : ["AmazonSSM.GetParameter", "secretsmanager.GetSecretValue"];
      for (const [index, call] of calls.entries()) {
        assert.ok(asked[index]?.includes(call) === true, call);
        assert.ok(asked[1 - index]?.includes(call) === false, call);
      }
      assert.ok(!/join/i.test(userData({ ...bare, family })));
    }
  });

  it("is plain text of one line ending, whatever the certificates are written with", () => {
    for (const family of [...linux, "windows"] as const) {
      const text = userData({
        ...full,
        family,
        certificates: ["subject=Bänk\r\n" + certificate(100).replaceAll("\n", "\r\n")],
      });
      assert.match(text, /^[\n\x20-\x7e]*$/);
      assert.ok(text.includes(certificate(100).split("\n")[1] ?? ""));
    }
  });

  for (const family of [...linux, "windows"] as const)
    it(`fits into EC2's 16,384 bytes with all settings and three certificates, for ${family}`, () => {
      const text = userData({ ...full, family, certificates: Array(3).fill(certificate(1300)) as string[] });
      assert.ok(text.length <= userDataLimit, `${text.length}`);
    });

  for (const family of [...linux, "windows"] as const)
    it(`is taken at the limit and refused a byte over it, with the way out, for ${family}`, () => {
      const sized = (...lengths: readonly number[]): MachineSetup => ({
        ...bare,
        family,
        certificates: lengths.map((length) => certificate(length)),
      });
      // Lines of certificates bring their indentation, so the last bytes come with the channel's name.
      const channelled = (setup: MachineSetup, extra: number): MachineSetup => ({
        ...setup,
        packages: { ...setup.packages, channel: `stable${"x".repeat(extra)}` },
      });
      let length = 64;
      while (userDataProblems(sized(length + 64)).length === 0) length += 64;
      const room = userDataLimit - userData(channelled(sized(length), 0)).length;
      assert.equal(userData(channelled(sized(length), room)).length, userDataLimit);
      assert.deepEqual(userDataProblems(channelled(sized(length), room + 1)), [
        `user data for ${family} workers is 16385 bytes, of which 1 certificates are ${certificate(length).length}, and ` +
          "16384 are allowed: put certificates into the image, and name fewer mirrors and exceptions of the proxy",
      ]);
      assert.throws(() => userData(channelled(sized(length), room + 1)), /16384 are allowed/);
    });

  it("is made of any setup that has no problem, and of no other", () => {
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("https://a.example", "a.example"));
    fc.assert(
      fc.property(
        fc.constantFrom(...linux, "windows" as const),
        fc.record({ url: text, except: fc.array(text, { maxLength: 2 }) }),
        fc.record({ repository: text, channel: text }),
        fc.array(text, { maxLength: 2 }),
        (family, proxy, packages, registryMirrors) => {
          const setup = { ...full, family, proxy, packages, registryMirrors };
          if (userDataProblems(setup).length > 0) assert.throws(() => userData(setup));
          else assert.match(userData(setup), /^[\n\x20-\x7e]*$/);
        },
      ),
    );
  });
});
