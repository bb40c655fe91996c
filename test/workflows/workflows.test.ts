import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { prepareActionlint } from "../../scripts/toolchain/actionlint.ts";
import { Cache, cacheFolder } from "../../scripts/toolchain/cache.ts";
import { run } from "../../scripts/toolchain/command.ts";
import { Folder } from "../support/folder.ts";
import { requires } from "../support/machine.ts";
import { problemsOf, type Workflow } from "./rules.ts";

/** GitHub's own parser; it is written for bundlers, which take JSON without being told that it is. */
async function parser() {
  const hooks = registerHooks({
    load: (url, context, next) =>
      next(url, url.endsWith(".json") ? { ...context, importAttributes: { type: "json" } } : context),
  });
  try {
    return await import("@actions/workflow-parser");
  } finally {
    hooks.deregister();
  }
}

const folder = fileURLToPath(new URL("../../.github/workflows", import.meta.url));
const files = readdirSync(folder).sort();
const textOf = (file: string) => readFileSync(path.join(folder, file), "utf8");

describe("GitHub's workflows", function () {
  this.timeout(120_000);

  it("pass actionlint, with shellcheck for what they run", async function () {
    requires(this, "go", "shellcheck");
    const program = await prepareActionlint(new Cache(cacheFolder(process.env)), process.env);
    const { code, output } = await run(program, [
      "-no-color",
      ...files.map((file) => path.join(folder, file)),
    ]);
    assert.equal(code, 0, output);
  });

  for (const file of files) {
    it(`${file} is what GitHub's own parser takes, with its schema`, async () => {
      const { NoOperationTraceWriter, parseWorkflow } = await parser();
      const { context } = parseWorkflow({ name: file, content: textOf(file) }, new NoOperationTraceWriter());
      assert.deepEqual(
        context.errors.getErrors().map(({ message }) => message),
        [],
      );
    });

    it(`${file} gives nobody more than it has to`, () =>
      assert.deepEqual(problemsOf(textOf(file), parse(textOf(file)) as Workflow), []));
  }
});

describe("a workflow is found to be wrong", () => {
  const changed = (file: string, change: (text: string) => string): string[] => {
    const [before, after] = [textOf(file), change(textOf(file))];
    assert.notEqual(before, after, "the change changes nothing");
    return problemsOf(after, parse(after) as Workflow);
  };

  it("where GitHub would not take it", async () => {
    const { NoOperationTraceWriter, parseWorkflow } = await parser();
    const content = textOf("up.yaml").replace("runs-on:", "runs-in:");
    const { context } = parseWorkflow({ name: "up.yaml", content }, new NoOperationTraceWriter());
    assert.match(context.errors.getErrors().join("\n"), /runs-in/);
  });

  it("where actionlint finds fault with what it runs", async function () {
    requires(this, "go", "shellcheck");
    const program = await prepareActionlint(new Cache(cacheFolder(process.env)), process.env);
    const bad = new Folder({ "up.yaml": textOf("up.yaml").replace('"$STACK" --yes', "$STACK --yes") });
    const { code, output } = await run(program, ["-no-color", path.join(bad.path, "up.yaml")]);
    assert.equal(code, 1, output);
    assert.match(output, /SC2086/);
  });

  for (const [what, file, change, problem] of [
    [
      "where it runs a change with a token that may write",
      "preview.yaml",
      (text) => text.replace("on:\n  pull_request:", "on:\n  pull_request_target:"),
      /pull_request_target/,
    ],
    [
      "where an action is not pinned",
      "preview.yaml",
      (text) => text.replace(/actions\/setup-node@\S+ # v6\.0\.0/, "actions/setup-node@v6"),
      /actions\/setup-node@v6 is not pinned/,
    ],
    [
      "where a pinned action does not say its version",
      "up.yaml",
      (text) => text.replace(" # v6.0.0", ""),
      /does not say its version/,
    ],
    [
      "where it has rights for all jobs",
      "preview.yaml",
      (text) => text.replace("permissions: {}\n", ""),
      /top-level permissions/,
    ],
    [
      "where a job gets one more right",
      "preview-fork.yaml",
      (text) => text.replace("contents: read", "contents: read\n      id-token: write"),
      /preview-fork\.yaml.*id-token|may id-token: write/,
    ],
    [
      "where what a stranger wrote becomes a part of a script",
      "preview-comment.yaml",
      (text) => text.replace('--head "$HEAD"', '--head "${{ github.event.workflow_run.head_branch }}"'),
      /becomes a part of a script/,
    ],
    [
      "where a checkout keeps its token",
      "preview.yaml",
      (text) => text.replace("          persist-credentials: false\n", ""),
      /persist-credentials/,
    ],
    [
      "where the job that may comment checks out the change",
      "preview.yaml",
      (text) => text.replace("github.event.pull_request.base.sha", "github.event.pull_request.head.sha"),
      /checks out the change/,
    ],
    [
      "where a fork's job is given a secret",
      "preview-fork.yaml",
      (text) =>
        text.replace(
          "- id: preview\n        env:",
          "- id: preview\n        env:\n          KEY: ${{ secrets.KEY }}",
        ),
      /secret/,
    ],
    [
      "where an update needs no approval",
      "up.yaml",
      (text) => text.replace("    environment: ${{ matrix.environment }}\n", ""),
      /without an approval/,
    ],
    [
      "where an update can be cancelled",
      "up.yaml",
      (text) => text.replace("cancel-in-progress: false", "cancel-in-progress: true"),
      /can be cancelled/,
    ],
    [
      "where previews pile up",
      "preview.yaml",
      (text) => text.replace("cancel-in-progress: true", "cancel-in-progress: false"),
      /goes on/,
    ],
    [
      "where it may run without an end",
      "up.yaml",
      (text) => text.replace("    timeout-minutes: 120\n", ""),
      /timeout/,
    ],
  ] as const satisfies readonly (readonly [string, string, (text: string) => string, RegExp])[])
    it(what, () => assert.match(changed(file, change).join("\n"), problem));
});

describe("the example pipelines for others", () => {
  const of = (file: string) =>
    readFileSync(fileURLToPath(new URL(`../../docs/pipelines/${file}`, import.meta.url)), "utf8");

  it("are YAML, and keep within the length that a comment may have there", () => {
    // As Atlantis counts them: about a million characters on GitLab, 150,000 on Azure DevOps.
    for (const [file, limit] of [
      ["gitlab-ci.yml", "--limit 1000000"],
      ["azure-pipelines.yml", "--limit 150000"],
    ] as const) {
      const text = of(file);
      assert.equal(typeof parse(text), "object");
      assert.ok(text.includes(limit), `${file} has no ${limit}`);
    }
  });

  it("run nothing of the change where the token is that may comment", () => {
    const gitlab = parse(of("gitlab-ci.yml")) as Record<
      string,
      { variables?: Record<string, string>; script?: string[] }
    >;
    assert.equal(gitlab["comment"]?.variables?.["GIT_STRATEGY"], "none");
    assert.doesNotMatch(gitlab["preview"]?.script?.join("\n") ?? "", /GITLAB_NOTE_TOKEN/);
    const azure = of("azure-pipelines.yml");
    const [preview = "", comment = ""] = azure.split("- stage: comment");
    assert.doesNotMatch(preview, /System\.AccessToken/);
    assert.match(comment, /checkout: none/);
  });
});
