import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { run } from "../../scripts/toolchain/command.ts";
import { temporaryFolder } from "../support/folder.ts";

interface Job {
  readonly needs?: string;
  readonly if?: string;
  readonly steps: readonly { readonly id?: string; readonly uses?: string; readonly run?: string }[];
}

const stepsOf = (file: string) =>
  parse(readFileSync(path.resolve(import.meta.dirname, "../../.github/workflows", file), "utf8")) as {
    readonly jobs: Readonly<Record<string, Job>>;
  };

/** Runs one script of a workflow as GitHub does, in a folder where scripts/preview is a stand-in that ends with a code. */
async function runStep(file: string, script: string | undefined, env: Record<string, string>, code = 0) {
  assert.ok(script !== undefined, `${file} has no such step`);
  const folder = temporaryFolder({
    "step.sh": script,
    "scripts/preview": `#!/bin/sh
echo "$*" >arguments
echo "\${PULUMI_BACKEND_URL-none}" >backend
[ ${code} -gt 2 ] || echo '{}' | tee preview.json >preview.html
exit ${code}
`,
  });
  const output = path.join(folder.path, "output");
  const result = await run("bash", ["--noprofile", "--norc", "-e", "step.sh"], {
    cwd: folder.path,
    env: { PATH: process.env["PATH"], GITHUB_OUTPUT: output, ...env },
  });
  const read = (name: string) => {
    const found = path.join(folder.path, name);
    return existsSync(found) ? readFileSync(found, "utf8").trim() : "";
  };
  return { ...result, arguments: read("arguments"), backend: read("backend"), outputs: read("output") };
}

const previewStep = (file: string) =>
  stepsOf(file).jobs["preview"]?.steps.find(({ id }) => id === "preview")?.run;
const lastStep = (file: string) => stepsOf(file).jobs["preview"]?.steps.at(-1)?.run;

const set = { PULUMI_BACKEND_URL: "s3://states", AWS_PREVIEW_ROLE: "arn:role", AWS_REGION: "eu-central-1" };
const base = { BASE: "origin/main" };

describe("the workflow for pull requests from branches", () => {
  const file = "preview.yaml";

  it("previews against the stacks' states, with the repository's variables", async () => {
    const done = await runStep(file, previewStep(file), { ...base, ...set });
    assert.equal(done.code, 0, done.output);
    assert.equal(done.arguments, "--changed origin/main --json preview.json --html preview.html");
    assert.equal(done.backend, "s3://states");
  });

  for (const missing of Object.keys(set))
    it(`previews without credentials where ${missing} is not set, and says so`, async () => {
      const done = await runStep(file, previewStep(file), { ...base, ...set, [missing]: "" });
      assert.equal(done.code, 0, done.output);
      assert.match(done.arguments, /^--changed origin\/main --offline /);
      assert.equal(done.backend, "none");
      assert.match(done.output, new RegExp(`^::notice::.*${missing}.*without credentials$`, "m"));
    });
});

for (const file of ["preview.yaml", "preview-fork.yaml"])
  describe(`what ${file} makes of the preview's exit code`, () => {
    for (const code of [0, 1, 2])
      it(`lets the report of ${code} be kept first, and then ends with it`, async () => {
        const done = await runStep(file, previewStep(file), { ...base, ...set }, code);
        assert.equal(done.code, 0, done.output);
        assert.equal(done.outputs, `code=${code}`);
        const end = await runStep(file, lastStep(file), { CODE: String(code) });
        assert.equal(end.code, code, end.output);
        const steps = stepsOf(file).jobs["preview"]?.steps ?? [];
        const upload = steps.findIndex(({ uses }) => uses?.startsWith("actions/upload-artifact@") === true);
        assert.ok(upload > steps.findIndex(({ id }) => id === "preview") && upload < steps.length - 1);
      });

    it("fails at once where there is no report", async () => {
      const done = await runStep(file, previewStep(file), { ...base, ...set }, 3);
      assert.notEqual(done.code, 0);
    });
  });

describe("the workflow for forks", () => {
  it("previews without credentials, whatever is set", async () => {
    const done = await runStep("preview-fork.yaml", previewStep("preview-fork.yaml"), { ...base, ...set });
    assert.match(done.arguments, /^--offline --changed origin\/main /);
  });
});

describe("which of the workflows a pull request has", () => {
  const condition = (file: string) => stepsOf(file).jobs["preview"]?.if ?? "";

  it("is always one, and never both", () => {
    // One condition is the other denied, part by part.
    const [branch, fork] = [condition("preview.yaml"), condition("preview-fork.yaml")];
    const denied = branch
      .split(" && ")
      .map((part) => (part.includes("==") ? part.replace("==", "!=") : part.replace("!=", "==")));
    assert.equal(fork, denied.join(" || "));
    assert.match(branch, /head\.repo\.full_name == github\.repository/);
  });

  it("gets its comment also where the preview fails, and none where it was cancelled or left no report", () => {
    const comment = stepsOf("preview.yaml").jobs["comment"];
    assert.equal(comment?.needs, "preview");
    assert.equal(comment.if, "${{ !cancelled() && needs.preview.outputs.artifact != '' }}");
  });
});
