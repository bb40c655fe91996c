import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { withoutKubernetes } from "../../../scripts/commands/bench/project.ts";
import { previewIn } from "../../support/previewed.ts";
import { Worktree } from "../../support/worktree.ts";

// A canary is a value that only one place has: where it is found in what people get to see, that place leaks.

const canary = (where: string) => `canary-${where}-7f3a9c`;
const found = (text: string) =>
  [...new Set([...text.matchAll(/canary-([a-z-]+)-7f3a9c/g)].map(([, where]) => where))].sort();
/** The same in the forms in which texts travel. */
const foundInAny = (text: string) => [
  ...found(text),
  ...[...text.matchAll(/[A-Za-z0-9+/]{24,}={0,2}/g)].flatMap(([part]) => found(atobOrNothing(part))),
];
const atobOrNothing = (text: string) => Buffer.from(text, "base64").toString("latin1");

const variables = {
  GITHUB_TOKEN: canary("github-token"),
  AWS_SECRET_ACCESS_KEY: canary("secret-key"),
  AWS_SESSION_TOKEN: canary("session-token"),
  DATABASE_PASSWORD: canary("password"),
};
const inEnvironment = Object.entries(variables)
  .map(([name, value]) => `${name}=${value}`)
  .join(" ");

/** Resources with secrets from everywhere: the configuration, the program, the environment, and one of the state's own. */
const withSecrets = (text: string) =>
  text.replace(
    /^ {2}const \{ hosts \} = createLab\(planned, environment\);\n/m,
    `$&  const tls = await import("@pulumi/tls");
  const key = new tls.PrivateKey("canaries", { algorithm: "ED25519" }, { parent: environment });
  new tls.PrivateKey("of " + (process.env["DATABASE_PASSWORD"] ?? "nobody"), { algorithm: "ED25519" }, { parent: environment });
  const old = "${canary("old")}";
  new tls.SelfSignedCert("canaries", {
    privateKeyPem: key.privateKeyPem,
    allowedUses: ["server_auth"],
    validityPeriodHours: 1,
    dnsNames: [pulumi.secret("${canary("program")}"), process.env["FIRST"] === undefined ? pulumi.secret(old) : old],
    subject: {
      commonName: new pulumi.Config("app").getSecret("token") ?? "nobody",
      organization: process.env["GITHUB_TOKEN"] ?? "nobody",
    },
  }, { parent: environment });
`,
  );

/** One whose provider says in its message what it was given. */
const withRefused = (text: string) =>
  text.replace('algorithm: "ED25519"', `algorithm: pulumi.secret("${canary("refused")}")`);

describe("no secret is seen in what a preview shows", function () {
  this.timeout(180_000);
  let clone: Worktree;
  let shown: string;
  const folder = () => clone.folder.path;
  const read = (name: string) => readFileSync(path.join(folder(), name), "utf8");

  /** All that one preview writes anywhere, as one text. */
  async function previewed(args: string, env: string): Promise<{ code: number | null; text: string }> {
    mkdirSync(path.join(folder(), "tmp"), { recursive: true });
    const before = `TMPDIR='${folder()}/tmp' ${env}`;
    const { code, output } = await previewIn(clone, `${args} --html '${folder()}/preview.html'`, before);
    const markdown = await clone.sh(`${before} scripts/preview ${args} --format markdown`);
    return { code, text: [output, markdown.output, read("preview.json"), read("preview.html")].join("\n") };
  }

  before(async () => {
    clone = new Worktree();
    clone.edit("stacks/program.ts", (text) => withSecrets(withoutKubernetes(text)));
    await clone.succeed(
      `. scripts/env && pulumi stack init dev --no-select && pulumi config set -s dev app:token --secret ${canary("configuration")}`,
    );
    await clone.succeed("FIRST=1 scripts/up dev");
  });
  after(async () => {
    await clone.sh(". scripts/env && pulumi destroy -s dev --yes --skip-preview");
    clone.folder.delete();
  });

  it("of configuration, program, environment and state, nor what was in the clear and has become secret", async () => {
    const { code, text } = await previewed("dev", inEnvironment);
    shown = text;
    assert.equal(code, 0, text);
    assert.match(text, /canaries/, "the resource changes, or else nothing of it could have been shown");
    assert.deepEqual(foundInAny(text), []);
  });

  it("while the rest of what changes is", () => assert.match(shown, /subject\.organization/));

  it("in the message of a provider that refuses what it was given", async () => {
    clone.edit("stacks/program.ts", withRefused);
    const { code, text } = await previewed("dev", "");
    clone.edit("stacks/program.ts", (program) =>
      program.replace(`pulumi.secret("${canary("refused")}")`, '"ED25519"'),
    );
    assert.equal(code, 2, text);
    assert.match(text, /canaries \(tls:index\/privateKey:PrivateKey\)/);
    assert.deepEqual(foundInAny(text), []);
  });

  it("of user data, which only tells its length", async () => {
    clone.git("add", "--all");
    clone.git("commit", "--quiet", "--message=Before");
    clone.edit("components/userData/linux/setupScript.ts", (text) =>
      text.replace("# Run at each boot.", `# ${canary("user-data")}`),
    );
    const { code, text } = await previewed("test --offline --changed HEAD", "");
    assert.equal(code, 0, text);
    assert.match(text, /userData/);
    assert.deepEqual(foundInAny(text), []);
  });

  it("in a state that is exported for others, which says what it took out", async () => {
    const output = await clone.succeed(`scripts/preview dev --export-state --output '${folder()}/exports'`);
    const text = read("exports/dev.json");
    assert.match(output, /canaries: .*privateKeyPem/);
    // What was in the clear when it was brought up is no secret of that state.
    assert.deepEqual(foundInAny(text), ["old"]);
    assert.doesNotMatch(text, /PRIVATE KEY|encryptionsalt|passphrase/);
    assert.deepEqual(foundInAny(output), []);
  });

  it("while such a state stands in for the real one, without its key", async () => {
    const { code, output, of } = await previewIn(clone, `dev --offline --state '${folder()}/exports'`);
    assert.equal(code, 0, output);
    assert.equal(of("dev").against.kind, "export");
    const { create, replace, delete: gone } = of("dev").counts;
    assert.deepEqual({ create, replace, gone }, { create: 0, replace: 0, gone: 0 });
    assert.match(of("dev").notes.join("\n"), /cannot be told without the secrets of its state/);
  });

  it("is left behind on the disk", () => {
    assert.deepEqual(readdirSync(path.join(folder(), "tmp")), []);
  });
});
