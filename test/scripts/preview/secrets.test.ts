import assert from "node:assert/strict";
import fc from "fast-check";
import {
  gatherEnvironment,
  gatherSecrets,
  Secrets,
} from "../../../scripts/commands/preview/secrets/index.ts";

const known = (...values: readonly unknown[]): Secrets => {
  const secrets = new Secrets();
  for (const value of values) secrets.add(value);
  return secrets;
};

describe("a text is shown without secrets", () => {
  it("whole, in part, escaped, in base64 and in an address", () => {
    const secrets = known('pass"word/1');
    for (const text of [
      'pass"word/1',
      'it is pass"word/1!',
      JSON.stringify({ a: 'pass"word/1' }),
      Buffer.from('pass"word/1').toString("base64"),
      `https://host/?p=${encodeURIComponent('pass"word/1')}`,
    ])
      assert.doesNotMatch(secrets.redact(text), /pass.{1,3}word|cGFzcyJ3b3JkLz/, text);
  });
  it("in base64 of either alphabet, with and without its padding", () => {
    // Of these bytes the alphabets differ: +/ and -_.
    const value = "secret\u00bf\u00ff\u00be\u00ff\u00bf>>>???";
    const bytes = Buffer.from(value);
    const [base64, url] = [bytes.toString("base64"), bytes.toString("base64url")];
    assert.notEqual(base64.replace(/=+$/, ""), url);
    for (const text of [base64, base64.replace(/=+$/, ""), url])
      assert.equal(known(value).redact(`data: ${text}`).replace(/=+$/, ""), "data: [secret]", text);
  });
  it("each part of one that has several lines, such as a kubeconfig", () => {
    const secrets = known(
      "apiVersion: v1\nusers:\n- token: abcdefghijklmnopqrstuv\n  client-key-data: LS0tLS1CRUdJTiBQUklWQVRF0\n",
    );
    assert.equal(secrets.redact("failed with abcdefghijklmnopqrstuv"), "failed with [secret]");
    assert.equal(secrets.redact("LS0tLS1CRUdJTiBQUklWQVRF0"), "[secret]");
  });
  it("but with what a secret shares with everything else", () => {
    const secrets = known(
      '{"apiVersion":"v1","kind":"Config","server":"https://10.16.0.128:6443","token":"s3cr3t-t0ken"}',
    );
    assert.equal(
      secrets.redact("apiVersion v1 Config kubernetes https://10.16.0.128:6443 s3cr3t-t0ken"),
      "apiVersion v1 Config kubernetes https://10.16.0.128:6443 [secret]",
    );
  });
  it("also a word, where what it is called says that it is secret", () => {
    const secrets = known(
      '{"username":"somebody","password":"correcthorse"}',
      "user: somebody\npassword: batterystaple",
    );
    assert.equal(secrets.redact("somebody correcthorse batterystaple"), "somebody [secret] [secret]");
  });
  it("but with certificates and public keys", () => {
    const certificate =
      "-----BEGIN CERTIFICATE-----\nMIIBajCCARCgAwIBAgIQYBby1K4VNo9QBnl5\n-----END CERTIFICATE-----";
    const secrets = known(
      `${certificate}\n-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIOE4abcdefghijklmn\n-----END EC PRIVATE KEY-----`,
    );
    assert.equal(secrets.redact(certificate), certificate);
    assert.equal(secrets.redact("MHcCAQEEIOE4abcdefghijklmn"), "[secret]");
  });
  for (const [what, text] of Object.entries({
    "a private key": "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----",
    "half a private key": "-----BEGIN PRIVATE KEY-----\nabcdef",
    "an AWS access key": "AKIAIOSFODNN7EXAMPLE",
    "a GitHub token": `ghp_${"a1B2".repeat(9)}`,
    "a Pulumi token": `pul-${"0a".repeat(20)}`,
    "a web token": `eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2ln`,
    "a Swarm join token":
      "SWMTKN-1-49nj1cmql0jkz5s954yi3oex3nedyz0fb0xx14ie39trti4wxv-8vxv8rssmk743ojnwacrr2e7c",
    "an authorization header": "Bearer abcdef0123456789abcdef",
  }))
    it(`that looks like one: ${what}`, () => {
      const shown = new Secrets().redact(`before ${text} after`);
      assert.ok(!shown.includes(text) && shown.includes("[secret]"), shown);
    });
  it("a password in an address", () =>
    assert.equal(
      new Secrets().redact("postgres://admin:hunter22@db:5432/x"),
      "postgres://admin:[secret]@db:5432/x",
    ));
  it("whatever it is, wherever it stands", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 8, maxLength: 40 }).filter((text) => text.trim().length >= 8),
        fc.string({ maxLength: 40 }),
        fc.string({ maxLength: 40 }),
        (secret, before, after) => {
          const shown = known(secret).redact(`${before}${secret.trim()}${after}`);
          return (
            !shown.replaceAll("[secret]", "").includes(secret.trim()) || "[secret]".includes(secret.trim())
          );
        },
      ),
    );
  });
});

describe("secrets are gathered", () => {
  it("from a state that was exported with them in the clear", () => {
    const secrets = new Secrets();
    const mark = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
    gatherSecrets(secrets, {
      resources: [{ inputs: { a: { ...mark, plaintext: '"hunter2222"' }, b: "in the clear" } }],
      outputs: { c: [{ ...mark, plaintext: '{"deep":["swordfish1"]}' }] },
    });
    assert.equal(secrets.redact("hunter2222 swordfish1 in the clear"), "[secret] [secret] in the clear");
  });
  it("from variables whose names say that they are secret, and from no others", () => {
    const secrets = new Secrets();
    gatherEnvironment(secrets, {
      GITHUB_TOKEN: "token-value",
      PULUMI_CONFIG_PASSPHRASE: "pass-phrase",
      AWS_SECRET_ACCESS_KEY: "key-value",
      HOME: "/home/somebody",
      SHORT_TOKEN: "1",
    });
    assert.equal(
      secrets.redact("token-value pass-phrase key-value /home/somebody 1"),
      "[secret] [secret] [secret] /home/somebody 1",
    );
  });
});
