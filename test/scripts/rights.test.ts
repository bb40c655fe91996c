import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { assertGolden } from "../support/golden.ts";

const program = fileURLToPath(new URL("../../scripts/commands/rights.ts", import.meta.url));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const run = (...args: readonly string[]): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ code, stdout, stderr });
    });
  });

const key = "arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d";

describe("scripts/rights", function () {
  this.timeout(60_000);

  it("prints the policies of an environment for people, those of its state too", async () => {
    const { code, stdout, stderr } = await run("test", "--backend", "s3://company-states", "--kms-key", key);
    assert.equal(code, 0, stderr);
    await assertGolden(new URL("../golden/aws/test-rights.txt", import.meta.url), stdout);
  });

  it("prints the same as JSON, whose documents are what IAM takes", async () => {
    const { stdout } = await run("test", "--format", "json");
    const { environment, read, deploy } = JSON.parse(stdout) as Record<string, { document: object }[]>;
    assert.equal(environment, "test");
    assert.ok(read !== undefined && deploy !== undefined);
    for (const { document } of [...read, ...deploy])
      assert.deepEqual(Object.keys(document), ["Version", "Statement"]);
  });

  it("has less to remark once the VPC and the zone are there", async () => {
    const { stdout } = await run("test", "--vpc", "vpc-0123456789abcdef0", "--hosted-zone", "Z0123456789ABC");
    assert.deepEqual(
      stdout.split("\n").filter((line) => line.startsWith("Note: ")),
      [
        "Note: whoever deploys can give the environment's machines any right; aws.permissionsBoundary in the stack file is the limit to that.",
      ],
    );
  });

  for (const [args, message] of [
    [["dev"], "error: the target of dev is lab, and only aws has rights of AWS\n"],
    [
      ["tset"],
      'error: there is no environment "tset" (did you mean "test"?); stacks/ has demo, dev, dev-tiers, staging, test\n',
    ],
    [["test", "--kms-key", key], "error: --kms-key says nothing without --backend\n"],
    [
      ["test", "--backend", "company-states"],
      'error: "company-states" is no bucket; write it as for pulumi login, such as s3://company-states\n',
    ],
    [
      ["test", "--backend", "s3://company-states", "--kms-key", "alias/pulumi"],
      `error: "alias/pulumi" is no key's ARN; write one such as arn:aws:kms:eu-central-1:111122223333:key/0a1b (rights to an alias do not reach its key)\n`,
    ],
    [
      ["test", "--vpc", "mine"],
      "error: option '--vpc <id>' argument 'mine' is invalid. write an id such as vpc-0123456789abcdef0.\n",
    ],
  ] as const)
    it(`refuses ${args.join(" ")}`, async () => {
      assert.deepEqual(await run(...args), { code: 1, stdout: "", stderr: message });
    });
});
