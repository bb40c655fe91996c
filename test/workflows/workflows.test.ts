import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { prepareActionlint } from "../../scripts/toolchain/actionlint.ts";
import { Cache, cacheFolder } from "../../scripts/toolchain/cache.ts";
import { run } from "../../scripts/toolchain/command.ts";
import { Folder } from "../support/folder.ts";
import { requires } from "../support/machine.ts";
import { problemsOf } from "./rules.ts";

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

    it(`${file} gives nobody more than it has to`, () => assert.deepEqual(problemsOf(textOf(file)), []));
  }
});

describe("a workflow is found to be wrong", () => {
  const changed = (file: string, change: (text: string) => string): string[] => {
    const [before, after] = [textOf(file), change(textOf(file))];
    assert.notEqual(before, after, "the change changes nothing");
    return problemsOf(after);
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
      "where it does so in a list of events",
      "preview.yaml",
      (text) => text.replace("on:\n  pull_request:", "on: [pull_request_target]"),
      /pull_request_target/,
    ],
    [
      "where an action is not pinned",
      "preview.yaml",
      (text) => text.replace(/actions\/setup-node@\S+ # v6\.0\.0/, "actions/setup-node@v6"),
      /actions\/setup-node@v6 is not pinned/,
    ],
    [
      "where a workflow that it calls is not pinned",
      "up.yaml",
      (text) =>
        text.replace("jobs:\n", "jobs:\n  more:\n    uses: company/more/.github/workflows/more.yaml@main\n"),
      /more\.yaml@main is not pinned/,
    ],
    [
      "where a pinned action does not say its version",
      "up.yaml",
      (text) => text.replace(" # v6.0.0", ""),
      /does not say its version/,
    ],
    [
      "where it does not say what its jobs may do",
      "preview.yaml",
      (text) => text.replace("permissions: {}\n", ""),
      /top-level permissions/,
    ],
    [
      "where a job gets its rights from the workflow",
      "up.yaml",
      (text) =>
        text
          .replace("    permissions:\n      contents: read\n      id-token: write\n", "")
          .replace("permissions: {}", "permissions:\n  actions: read"),
      /up\/up may actions: read/,
    ],
    [
      "where a job may do everything",
      "preview-fork.yaml",
      (text) => text.replace("permissions:\n      contents: read", "permissions: write-all"),
      /may write-all/,
    ],
    [
      "where a job gets one more right",
      "preview-fork.yaml",
      (text) => text.replace("contents: read", "contents: read\n      id-token: write"),
      /preview of a fork\/preview may id-token: write/,
    ],
    [
      "where what a stranger wrote becomes a part of a script",
      "preview-comment.yaml",
      (text) => text.replace('--head "$HEAD"', '--head "${{ github.event.workflow_run.head_branch }}"'),
      /becomes a part of a script/,
    ],
    [
      "where the change's branch becomes a part of a script",
      "preview.yaml",
      (text) => text.replace('--changed "$BASE"', '--changed "origin/${{ github.head_ref }}"'),
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
      "where it checks out what it is not told to, which is the change merged",
      "preview.yaml",
      (text) => text.replace("          ref: ${{ github.event.pull_request.base.sha }}\n", ""),
      /checks out the change/,
    ],
    [
      "where it checks out the fork",
      "preview-comment.yaml",
      (text) =>
        text.replace(
          "          ref: $",
          "          repository: ${{ github.event.workflow_run.head_repository.full_name }}\n          ref: $",
        ),
      /checks out the change/,
    ],
    [
      "where it fetches the change by itself",
      "preview-comment.yaml",
      (text) => text.replace("run: >-\n", 'run: >-\n          gh pr checkout "$SHA" &&\n'),
      /runs more than it has to/,
    ],
    [
      "where an artifact of the change can take the place of what it runs",
      "preview-comment.yaml",
      (text) => text.replace("path: ${{ runner.temp }}/preview", "path: ."),
      /puts an artifact among what it runs/,
    ],
    [
      "where it runs what a cache of the change holds",
      "preview.yaml",
      (text) =>
        text.replace(
          /( {2}comment:[^]*?steps:\n)/,
          `$1      - uses: actions/cache/restore@${"0".repeat(40)} # v4.3.0\n`,
        ),
      /runs what a cache holds/,
    ],
    [
      "where a fork may log in",
      "preview.yaml",
      (text) => text.replace(/ {4}if: github\.event\.pull_request\.head.*\n/, ""),
      /lets a fork log in/,
    ],
    [
      "where a fork's change is previewed with credentials",
      "preview-fork.yaml",
      (text) => text.replace(" --offline", ""),
      /with credentials/,
    ],
    [
      "where a fork's job is given a secret",
      "preview-fork.yaml",
      (text) =>
        text.replace(
          "- id: preview\n        env:",
          "- id: preview\n        env:\n          KEY: ${{ secrets.KEY }}",
        ),
      /a change is given a secret/,
    ],
    [
      "where it is given all of them",
      "preview-fork.yaml",
      (text) =>
        text.replace(
          "- id: preview\n        env:",
          "- id: preview\n        env:\n          KEYS: ${{ toJSON(secrets) }}",
        ),
      /a change is given a secret/,
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
      "where two updates run side by side",
      "up.yaml",
      (text) => text.replace(/ {4}concurrency:\n.*\n.*\n/, ""),
      /runs beside itself/,
    ],
    [
      "where an update is of what is not merged",
      "up.yaml",
      (text) => text.replace("    if: github.ref == 'refs/heads/main'\n", ""),
      /brings up a branch that is not merged/,
    ],
    [
      "where a pull request brings something up",
      "up.yaml",
      (text) => text.replace("on:\n", "on:\n  pull_request:\n"),
      /brings up what is not merged/,
    ],
    [
      "where previews pile up",
      "preview.yaml",
      (text) => text.replace("cancel-in-progress: true", "cancel-in-progress: false"),
      /goes on/,
    ],
    [
      "where nothing says that previews do not pile up",
      "preview-fork.yaml",
      (text) => text.replace(/concurrency:\n.*\n.*\n/, ""),
      /goes on/,
    ],
    [
      "where a preview cancels that of another pull request",
      "preview.yaml",
      (text) => text.replace("preview-${{ github.event.pull_request.number }}", "preview"),
      /cancels that of another/,
    ],
    [
      "where two artifacts have one name",
      "preview.yaml",
      (text) => text.replace(/( {6}- id: upload\n)([^]*?)(?= {6}- name: 0)/, "$1$2      - id: again\n$2"),
      /two artifacts are called preview/,
    ],
    [
      "where a report is kept for good",
      "preview.yaml",
      (text) => text.replace("          retention-days: 14\n", ""),
      /kept for longer/,
    ],
    [
      "where a second attempt has no place for its report",
      "preview-fork.yaml",
      (text) => text.replace("          overwrite: true\n", ""),
      /stands in the way/,
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
