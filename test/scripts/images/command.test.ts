import assert from "node:assert/strict";
import { afterwards } from "../../support/afterwards.ts";
import { Worktree } from "../../support/worktree.ts";
import { startCatalogue, type Listed } from "./catalogue.ts";

const series = "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server";
const canonical = "099720109477";
const pinned: Listed = {
  id: "ami-0123456789abcdef0",
  name: `${series}-20260901`,
  owner: canonical,
  made: "2026-09-01",
};
const newest: Listed = {
  ...pinned,
  id: "ami-00000000000000002",
  name: `${series}-20261120`,
  made: "2026-11-20",
};
const images: readonly Listed[] = [
  { ...pinned, id: "ami-00000000000000001", name: `${series}-20261020`, made: "2026-10-20" },
  newest,
  pinned,
  { ...pinned, id: "ami-0000000000000000a", name: `${series}-20260801`, made: "2026-08-01" },
  { ...newest, id: "ami-0000000000000000b", owner: "999999999999" },
  { ...newest, id: "ami-0000000000000000c", architecture: "arm64" },
  { ...newest, id: "ami-0000000000000000d", state: "pending" },
  { ...newest, id: "ami-0000000000000000e", root: "/dev/xvda" },
  {
    ...newest,
    id: "ami-0000000000000000f",
    name: "ubuntu/images/hvm-ssd-gp3/ubuntu-jammy-22.04-amd64-server-20261120",
  },
];
const ageless = (output: string) => output.replaceAll(/\d+ days? ago|today/g, "SOME TIME AGO");

describe("scripts/images", function () {
  this.timeout(300_000);

  let clone: Worktree;
  beforeEach(() => {
    clone = new Worktree();
    afterwards(() => {
      clone.folder.delete();
    });
    // No credentials but a test's own, from nowhere.
    for (const name of Object.keys(clone.env)) if (name.startsWith("AWS_")) clone.env[name] = undefined;
    clone.env["AWS_EC2_METADATA_DISABLED"] = "true";
  });
  const logIn = (url: string) => {
    Object.assign(clone.env, {
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    });
  };

  describe("with a simulated AWS", () => {
    let catalogue: Awaited<ReturnType<typeof startCatalogue>> | undefined;
    before(async function () {
      catalogue = await startCatalogue(this, images);
    });
    beforeEach(() => {
      logIn(catalogue?.url ?? "");
    });
    after(() => catalogue?.stop());

    it("shows what came after the pinned image, of its owner, name and architecture, and changes nothing", async () => {
      assert.equal(
        ageless(await clone.succeed("scripts/images test 2>/dev/null")),
        [
          "linux: ami-0123456789abcdef0 is pinned",
          `  ${series}-20260901`,
          "  made on 2026-09-01, SOME TIME AGO",
          "  newer, the newest first:",
          `    ami-00000000000000002  2026-11-20  ${series}-20261120`,
          `    ami-00000000000000001  2026-10-20  ${series}-20261020\n`,
        ].join("\n"),
      );
      assert.equal(clone.git("status", "--porcelain"), "");
    });

    it("pins the newest when it is asked to, and has nothing to do after that", async () => {
      const first = await clone.succeed("scripts/images test --write 2>/dev/null");
      assert.equal(
        first.split("\n").slice(-4).join("\n"),
        [
          "stacks/Pulumi.test.yaml has the newest now. A machine gets it by being made anew:",
          "  git diff stacks/Pulumi.test.yaml",
          "  scripts/roll test\n",
        ].join("\n"),
      );
      const changed = clone.git("diff", "--unified=0").split("\n");
      assert.deepEqual(
        changed.filter((line) => /^[-+] /.test(line)),
        [`-        id: ${pinned.id}`, `+        id: ${newest.id}`],
      );
      assert.equal(
        ageless(await clone.succeed("scripts/images test --write 2>/dev/null")),
        [
          `linux: ${newest.id} is pinned`,
          `  ${series}-20261120`,
          "  made on 2026-11-20, SOME TIME AGO",
          `  nothing newer of ${canonical} is called ${series}-*`,
          "stacks/Pulumi.test.yaml stays as it is.\n",
        ].join("\n"),
      );
    });

    it("says of a pinned image that AWS does not have that machines would not start", async () => {
      clone.edit("stacks/Pulumi.test.yaml", (text) => text.replace(pinned.id, "ami-00000000000000bad"));
      const output = await clone.succeed("scripts/images test 2>/dev/null");
      assert.equal(
        output.split("\n").slice(0, 4).join("\n"),
        [
          "linux: ami-00000000000000bad is pinned",
          "  AWS does not show it to this account: a machine that is made anew would not start",
          "  newer, the newest first:",
          `    ${newest.id}  2026-11-20  ${series}-20261120`,
        ].join("\n"),
      );
    });
  });

  it("says how to log in where there are no credentials", async () => {
    const { code, output } = await clone.sh("scripts/images test 2>&1 >/dev/null");
    assert.equal(code, 1);
    assert.equal(
      output.split("\n").at(-2),
      "error: there are no credentials for AWS; log in as for the AWS CLI, such as with aws sso login and AWS_PROFILE, and have the right ec2:DescribeImages. Previews need none of this",
    );
  });

  it("says where AWS is not reached", async () => {
    logIn("http://127.0.0.1:1");
    const { code, output } = await clone.sh("scripts/images test 2>&1");
    assert.equal(code, 1);
    assert.equal(
      output.split("\n").at(-2),
      "error: EC2 cannot be reached (ECONNREFUSED); is there a way to it from here, or a proxy that Node.js is to use?",
    );
  });

  it("says what to write where there is no section for AWS", async () => {
    clone.edit("stacks/Pulumi.dev.yaml", (text) => text.replace(/ {2}bulkhead:aws:\n(?: {4}.*\n)+/, ""));
    const { code, output } = await clone.sh("scripts/images dev 2>&1");
    assert.equal(code, 1);
    assert.equal(
      output.split("\n").at(-2),
      "error: stacks/Pulumi.dev.yaml has no section for AWS; write bulkhead:aws with images.linux, such as { id: ami-0123456789abcdef0 }",
    );
  });
});
