import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Project } from "../support/project.ts";
import { pluginsFolder } from "../support/tools.ts";

const program = `
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

const keys = {
  rsa: new tls.PrivateKey("rsa", { algorithm: "RSA" }),
  p224: new tls.PrivateKey("p224", { algorithm: "ECDSA" }),
  p256: new tls.PrivateKey("p256", { algorithm: "ECDSA", ecdsaCurve: "P256" }),
  p384: new tls.PrivateKey("p384", { algorithm: "ECDSA", ecdsaCurve: "P384" }),
  p521: new tls.PrivateKey("p521", { algorithm: "ECDSA", ecdsaCurve: "P521" }),
  ed25519: new tls.PrivateKey("ed25519", { algorithm: "ED25519" }),
};
const ca = new tls.SelfSignedCert("ca", {
  privateKeyPem: keys.p384.privateKeyPem,
  isCaCertificate: true,
  maxPathLength: 0,
  subject: { commonName: "an authority", organization: "Bulkhead", country: "CH" },
  allowedUses: ["cert_signing", "crl_signing"],
  validityPeriodHours: 48,
});
const requests = Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, new tls.CertRequest(name, {
  privateKeyPem: key.privateKeyPem,
  subject: { commonName: name, organization: "a team" },
  dnsNames: ["a.example", "b.example"],
  ipAddresses: ["127.0.0.1", "fd00::1"],
  uris: ["spiffe://example/a"],
})]));
const issued = Object.fromEntries(Object.entries(requests).map(([name, { certRequestPem }]) => [name, new tls.LocallySignedCert(name, {
  certRequestPem,
  caPrivateKeyPem: keys.p384.privateKeyPem,
  caCertPem: ca.certPem,
  allowedUses: ["digital_signature", "server_auth", "client_auth"],
  validityPeriodHours: 24,
  earlyRenewalHours: 2,
})]));
const alone = new tls.SelfSignedCert("alone", {
  privateKeyPem: keys.ed25519.privateKeyPem,
  dnsNames: ["alone.example"],
  allowedUses: ["server_auth"],
  validityPeriodHours: 1,
});
export const made = pulumi.all({
  keys: Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, {
    pem: key.privateKeyPem, pkcs8: key.privateKeyPemPkcs8, publicPem: key.publicKeyPem, openssh: key.privateKeyOpenssh,
    publicOpenssh: key.publicKeyOpenssh, sha256: key.publicKeyFingerprintSha256,
  }])),
  requests: Object.fromEntries(Object.entries(requests).map(([name, one]) => [name, one.certRequestPem])),
  issued: Object.fromEntries(Object.entries(issued).map(([name, one]) => [name, {
    pem: one.certPem, id: one.id, starts: one.validityStartTime, ends: one.validityEndTime, due: one.readyForRenewal,
    algorithm: one.caKeyAlgorithm,
  }])),
  ca: ca.certPem,
  alone: alone.certPem,
});
`;

interface Made {
  readonly keys: Readonly<
    Record<
      string,
      Readonly<Record<"pem" | "pkcs8" | "publicPem" | "openssh" | "publicOpenssh" | "sha256", string>>
    >
  >;
  readonly requests: Readonly<Record<string, string>>;
  readonly issued: Readonly<
    Record<
      string,
      Readonly<Record<"pem" | "id" | "starts" | "ends" | "algorithm", string>> & { due: boolean }
    >
  >;
  readonly ca: string;
  readonly alone: string;
}

const names = ["rsa", "p224", "p256", "p384", "p521", "ed25519"];
const newStack = (plugins: string, text: string) => Project.withStack({ plugins, program: text });
const up = ["up", "--yes", "--skip-preview"] as const;

describe("keys and certificates of @pulumi/tls", function () {
  this.timeout(60_000);
  let plugins: string;
  let project: Project;
  let made: Made;

  before(async function () {
    plugins = pluginsFolder(this);
    project = new Project({ plugins, program, files: { "state/.keep": "" } });
    await project.succeed("stack", "init", "dev");
    await project.succeed(...up);
    const output = await project.succeed("stack", "output", "made", "--json", "--show-secrets");
    made = JSON.parse(output) as Made;
  });
  after(() => {
    // It is shared by the tests, so it cannot go with the first of them.
    project.folder.delete();
  });

  const edit = (change: (text: string) => string): void => {
    const changed = change(program);
    assert.notEqual(changed, program);
    writeFileSync(path.join(project.folder.path, "program/index.ts"), changed);
  };

  for (const name of names)
    it(`${name}: the private key in all its forms belongs to the public key`, () => {
      const { pem, pkcs8, publicPem, openssh, publicOpenssh, sha256 } = made.keys[name] ?? assert.fail();
      const header = name === "rsa" ? "RSA PRIVATE" : name === "ed25519" ? "PRIVATE" : "EC PRIVATE";
      assert.ok(pem.startsWith(`-----BEGIN ${header} KEY-----\n`));
      for (const form of [pem, pkcs8])
        assert.equal(
          createPublicKey(createPrivateKey(form)).export({ type: "spki", format: "pem" }),
          publicPem,
        );
      if (name === "p224") assert.deepEqual([openssh, publicOpenssh, sha256], ["", "", ""]);
      else {
        assert.match(openssh, /^-----BEGIN OPENSSH PRIVATE KEY-----\n/);
        assert.match(publicOpenssh, /^(ssh|ecdsa)-\S+ \S+\n$/);
        assert.match(sha256, /^SHA256:[\w+/]{43}$/);
      }
    });

  for (const name of names)
    it(`${name}: its certificate is signed by the authority, for its names, uses and time`, () => {
      const { pem, id, starts, ends, due, algorithm } = made.issued[name] ?? assert.fail();
      const [certificate, ca] = [new X509Certificate(pem), new X509Certificate(made.ca)];
      assert.ok(certificate.verify(ca.publicKey) && certificate.checkIssued(ca));
      assert.ok(certificate.checkPrivateKey(createPrivateKey(made.keys[name]?.pem ?? "")));
      assert.equal(certificate.ca, false);
      assert.equal(certificate.subject, `O=a team\nCN=${name}`);
      assert.equal(
        certificate.subjectAltName,
        "DNS:a.example, DNS:b.example, IP Address:127.0.0.1, IP Address:FD00:0:0:0:0:0:0:1, URI:spiffe://example/a",
      );
      // serverAuth and clientAuth, of RFC 5280 4.2.1.12.
      assert.deepEqual(certificate.keyUsage, ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
      assert.equal(BigInt(`0x${certificate.serialNumber}`).toString(), id);
      assert.equal(Date.parse(ends) - Date.parse(starts), 24 * 3_600_000);
      assert.equal(certificate.validToDate.getTime(), Date.parse(ends));
      assert.deepEqual([due, algorithm], [false, "ECDSA"]);
      assert.match(made.requests[name] ?? "", /^-----BEGIN CERTIFICATE REQUEST-----\n/);
    });

  it("the authority's certificate and one that signs itself are so", () => {
    const [ca, alone] = [new X509Certificate(made.ca), new X509Certificate(made.alone)];
    assert.ok(ca.ca && ca.verify(ca.publicKey));
    assert.equal(ca.subject, "C=CH\nO=Bulkhead\nCN=an authority");
    assert.ok(!alone.ca && alone.verify(alone.publicKey));
    assert.equal(alone.subjectAltName, "DNS:alone.example");
  });

  it("no key stands in clear in the state", () => {
    const state = readFileSync(path.join(project.folder.path, "state/.pulumi/stacks/shop/dev.json"), "utf8");
    assert.match(state, /LocallySignedCert/);
    assert.doesNotMatch(state, /PRIVATE KEY/);
    for (const { pem } of Object.values(made.keys))
      assert.equal(state.includes(pem.split("\n")[1] ?? ""), false);
  });

  it("nothing changes on a second up, nor on a refresh", async () => {
    assert.match(await project.succeed(...up), /Resources:\n +\d+ unchanged/);
    assert.match(await project.succeed("refresh", "--yes", "--skip-preview"), /Resources:\n +\d+ unchanged/);
  });

  it("a certificate that comes into its time of renewal is replaced, and says why; its key stays", async () => {
    edit((text) => text.replace("earlyRenewalHours: 2", "earlyRenewalHours: 24"));
    const preview = await project.succeed("preview", "--diff");
    assert.match(preview, /~ readyForRenewal *: false => \[unknown\]/);
    assert.match(preview, /\+-6 to replace/);
    edit((text) => text.replace("earlyRenewalHours: 2", "earlyRenewalHours: 3"));
    assert.match(await project.succeed("preview", "--diff"), /~ 6 to update/);
  });

  it("another name replaces what carries it, and nothing else", async () => {
    edit((text) => text.replace('dnsNames: ["alone.example"]', 'dnsNames: ["other.example"]'));
    const preview = await project.succeed("preview", "--diff");
    assert.match(preview, /\+-1 to replace/);
    assert.match(preview, /~ \[0\]: "alone\.example" => "other\.example"/);
  });

  it("wrong input is refused, all of it at once and with what is allowed, before anything is made", async () => {
    const wrong = await newStack(
      plugins,
      `import * as tls from "@pulumi/tls";
new tls.SelfSignedCert("b", { privateKeyPem: "a canary", allowedUses: ["all"], validityPeriodHours: -1, ipAddresses: ["x"] });
`,
    );
    const { code, stdout } = await wrong.pulumi(...up);
    assert.notEqual(code, 0);
    for (const problem of [
      /privateKeyPem: no private key in PEM/,
      /"all": write some of any_extended, cert_signing/,
      /-1: write 0 or more/,
      /"x" is no IP address/,
    ])
      assert.match(stdout, problem);
    assert.doesNotMatch(stdout, /a canary/);
    const key = await newStack(
      plugins,
      'import * as tls from "@pulumi/tls";\nnew tls.PrivateKey("a", { algorithm: "DSA", ecdsaCurve: "P25519" } as never);\n',
    );
    const refused = await key.pulumi(...up);
    assert.match(refused.stdout, /"DSA": write one of RSA, ECDSA, ED25519/);
    assert.match(refused.stdout, /"P25519": write one of P224, P256, P384, P521/);
  });
});
