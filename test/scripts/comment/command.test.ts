import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder, type Folder } from "../../support/folder.ts";
import { actions, FakeGitHub } from "../../support/github.ts";

const program = fileURLToPath(new URL("../../../scripts/commands/comment.ts", import.meta.url));
const sha = "b".repeat(40);
const report = { version: 1, made: "2026-01-31T12:00:00Z", commit: sha, offline: true, environments: [] };
const written = JSON.stringify({ ...report, untouched: ["dev"] });

describe("scripts/comment", function () {
  this.timeout(60_000);
  let github: FakeGitHub;
  let folder: Folder;

  beforeEach(async () => {
    github = await FakeGitHub.start();
    github.open(7);
    folder = temporaryFolder({ "preview.json": written });
  });

  interface Outcome {
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
  }

  /** No output ever shows the token. */
  async function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    const set = { PATH: process.env["PATH"], GITHUB_TOKEN: github.token, GITHUB_API_URL: github.url, ...env };
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, ...args], {
      env: set,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    for (const word of set.GITHUB_TOKEN.split(/\s+/).filter((part) => part.length > 3))
      assert.ok(!(stdout + stderr).includes(word), `${stdout}${stderr}`);
    return { code, stdout, stderr };
  }

  const args = (name: string, ...more: readonly string[]) => [
    "--report",
    path.join(folder.path, name),
    "--repository",
    "company/platform",
    ...more,
  ];
  const onSeven = () => args("preview.json", "--pull-request", "7");
  const onHead = (commit = sha) => args("preview.json", "--head", "forker:feature", "--sha", commit);

  it("puts the report on the pull request as Markdown, and says where; the second time there is nothing to do", async () => {
    const first = await run(onSeven());
    assert.deepEqual([first.code, first.stderr], [0, ""]);
    assert.equal(
      first.stdout,
      "made: the comment on pull request 7 of company/platform. https://github.test/pull/7#issuecomment-1000\n",
    );
    assert.match(github.comments[0]?.body ?? "", /dev/);
    const second = await run(onSeven());
    assert.deepEqual([second.code, second.stdout.slice(0, 16)], [0, "left as it is: t"]);
    assert.equal(github.writes.length, 1);
  });

  it("ends with 0 where the head has moved on and where none is found, which it says", async () => {
    const none = await run(onHead());
    assert.deepEqual([none.code, none.stderr], [0, ""]);
    assert.match(none.stdout, /no open pull request has the head forker:feature/);
    github.open(8, { head: { label: "forker:feature", sha: "c".repeat(40), repo: { id: 2 } } });
    const moved = await run(onHead());
    assert.deepEqual([moved.code, moved.stderr], [0, ""]);
    assert.match(moved.stdout, /the head of pull request 8 has moved on/);
    assert.deepEqual(github.writes, []);
  });

  it("ends with 2 and writes nothing where the report is of another commit", async () => {
    const { code, stderr } = await run(onHead("c".repeat(40)));
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^error: the report is of b+ and not of c+: it is an older run's, or somebody else's/,
    );
    assert.deepEqual(github.requests, []);
  });

  it("takes no pull request's number from a report, nor anything else that is not in its form", async () => {
    folder.write({ "preview.json": JSON.stringify({ ...report, untouched: [], pullRequest: 9 }) });
    const { code, stderr } = await run(onSeven());
    assert.equal(code, 2);
    assert.match(stderr, /is no report of scripts\/preview:\n {2}pullRequest: /);
    assert.deepEqual(github.requests, []);
  });

  it("lets no words of a report become commands of the runner's", async () => {
    const words = { "x\n::add-mask::x\u001b[2J\n  ::error::x ##[error]x": 1 };
    folder.write({ "preview.json": JSON.stringify({ ...report, untouched: [], ...words }) });
    const { code, stderr } = await run(onSeven());
    assert.equal(code, 2);
    assert.match(stderr, /add-mask.*\n.*error::x.*error\]x/);
    assert.doesNotMatch(stderr, /^\s*::|##\[|[^\P{Cc}\n]/mu);
  });

  for (const [what, content] of [
    ["is not JSON", "<html>"],
    ["is missing", undefined],
    ["is a folder", "folder"],
  ] as const)
    it(`ends with 2 where the report ${what}`, async () => {
      folder.remove("preview.json");
      if (content === "folder") folder.write({ "preview.json/file": "" });
      else if (content !== undefined) folder.write({ "preview.json": content });
      const { code, stderr } = await run(onSeven());
      assert.equal(code, 2);
      assert.match(stderr, /^error: (there is no )?\/.*preview\.json( is not JSON| is no report|;)/);
      assert.deepEqual(github.requests, []);
    });

  for (const [what, wrong, message] of [
    ["neither a number nor a head", [], /either --pull-request, or both --head and --sha/],
    ["a head without a commit", ["--head", "forker:x"], /either --pull-request, or both --head and --sha/],
    ["both", ["--pull-request", "7", "--head", "forker:x"], /either --pull-request, or both/],
    ["a head without an owner", ["--head", "x", "--sha", sha], /write owner:branch/],
    ["a short commit", ["--head", "forker:x", "--sha", "b00"], /write a commit's whole hash/],
    ["a number that is none", ["--pull-request", "7/../8"], /write a pull request's number/],
    ["a repository that is none", ["--repository", "company/.."], /write owner\/name/],
    [
      "a link that is none",
      ["--artifact-url", "javascript:alert(1)"],
      /write an address that begins with https/,
    ],
  ] as const)
    it(`refuses ${what}, with 2`, async () => {
      const { code, stderr } = await run(args("preview.json", ...wrong));
      assert.equal(code, 2);
      assert.match(stderr, message);
      assert.deepEqual(github.requests, []);
    });

  it("keeps the link to the whole report within its brackets", async () => {
    await run([...onSeven(), "--artifact-url", "https://ci.test/a>b c"]);
    assert.match(github.comments[0]?.body ?? "", /<https:\/\/ci\.test\/a%3Eb%20c>\n$/);
  });

  describe("shows the token in no output", () => {
    for (const [what, token, message] of [
      ["where there is none", " ", /^error: GITHUB_TOKEN is not set/],
      [
        "where it holds spaces and lines, which the library would show",
        "ghp_one\nghp_two",
        /the token alone/,
      ],
      ["where GitHub refuses it", "ghp_refused", /^error: \S+ refuses the token in GITHUB_TOKEN/],
    ] as const)
      it(what, async () => {
        const { code, stderr } = await run(onSeven(), { GITHUB_TOKEN: token });
        assert.equal(code, 2);
        assert.match(stderr, message);
      });

    it("where an answer repeats it", async () => {
      github.fail(/pulls/, { status: 400, message: `Bad header: token ${github.token}` });
      const { code, stderr } = await run(onSeven());
      assert.equal(code, 2);
      assert.match(stderr, /Bad header: token \[GITHUB_TOKEN\]/);
    });

    it("where it is written in place of something else", async () => {
      const { code, stderr } = await run(args("preview.json", "--pull-request", github.token));
      assert.equal(code, 2);
      assert.match(stderr, /argument '\[GITHUB_TOKEN\]' is invalid/);
    });

    it("where something happens that nobody foresaw", async () => {
      github.fail(/graphql/, { status: 200, message: "no viewer" });
      const { code, stderr } = await run(onSeven());
      assert.equal(code, 2);
      assert.match(stderr, /^error: TypeError: .*\n\s+at /);
    });

    it("where it may not write, and where the connection is refused", async () => {
      github.mayWrite = false;
      assert.match((await run(onSeven())).stderr, /pull-requests: write/);
      const { code, stderr } = await run(onSeven(), { GITHUB_API_URL: "http://user:pass@127.0.0.1:1" });
      assert.equal(code, 2);
      assert.doesNotMatch(stderr, /pass/);
    });
  });

  it("takes the token before its newline, as files have it", async () => {
    const { code } = await run(onSeven(), { GITHUB_TOKEN: `${github.token}\n` });
    assert.equal(code, 0);
    assert.equal(github.comments[0]?.user, actions);
  });

  it("tells its exit codes and the permission", async () => {
    const { code, stdout } = await run(["--help"]);
    assert.equal(code, 0);
    assert.match(stdout, /pull-requests: write/);
    assert.match(stdout, /Exit codes: 0 done, or nothing to do: .* 2 it could not/s);
  });
});
