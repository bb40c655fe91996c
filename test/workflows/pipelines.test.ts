import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { parse } from "yaml";
import { run } from "../../scripts/toolchain/command.ts";
import { afterwards } from "../support/afterwards.ts";
import { temporaryFolder } from "../support/folder.ts";

// The example pipelines are not run where they belong; what they post by is, against servers that answer as documented.

const textOf = (file: string) =>
  readFileSync(path.resolve(import.meta.dirname, "../../docs/pipelines", file), "utf8");

interface GitLabJob {
  readonly variables?: Readonly<Record<string, string>>;
  readonly environment?: { readonly name: string };
  readonly script: readonly string[];
}
interface AzureStep {
  readonly checkout?: string;
  readonly bash?: string;
  readonly env?: Readonly<Record<string, string>>;
}
interface AzureStage {
  readonly stage: string;
  readonly jobs: readonly { readonly steps: readonly AzureStep[] }[];
}

const gitlabJob = (name: string): GitLabJob => {
  const job = (parse(textOf("gitlab-ci.yml")) as Record<string, GitLabJob | undefined>)[name];
  assert.ok(job !== undefined, `there is no job ${name}`);
  return job;
};
const azureSteps = (name: string): readonly AzureStep[] =>
  (parse(textOf("azure-pipelines.yml")) as { stages: readonly AzureStage[] }).stages
    .filter(({ stage }) => stage === name)
    .flatMap(({ jobs }) => jobs.flatMap(({ steps }) => steps));
const azureScript = (name: string) => {
  const step = azureSteps(name).find(({ bash }) => bash !== undefined);
  assert.ok(step?.bash !== undefined, `the stage ${name} runs nothing`);
  return { script: step.bash, env: step.env ?? {} };
};

type Answer = readonly [status: number, value: unknown, headers?: Record<string, string>];

/** A server of one test, which says no to who does not bring its token. */
async function serve(
  header: string,
  token: string,
  answer: (method: string, url: URL, body: unknown) => Answer,
) {
  const server = http.createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.once("end", () => {
      const known = request.headers[header] === token;
      const url = new URL(request.url ?? "", "http://server");
      const [status, value, headers = {}] = known
        ? answer(request.method ?? "", url, text === "" ? undefined : JSON.parse(text))
        : [401, { message: "401 Unauthorized" }];
      response.writeHead(status, { "Content-Type": "application/json", ...headers });
      response.end(JSON.stringify(value));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterwards(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const runScript = (script: string, env: Record<string, string>, files: Record<string, string>) =>
  run("bash", ["-eo", "pipefail", "script.sh"], {
    cwd: temporaryFolder({ ...files, "script.sh": script }).path,
    env: { PATH: process.env["PATH"], ...env },
  });

/** How long the report may be that a pipeline asks for. */
const limitOf = (script: string) => Number(/--limit (\d+)/.exec(script)?.[1]);

describe("the example for GitLab", () => {
  interface Note {
    readonly id: number;
    readonly author: { readonly id: number };
    body: string;
  }

  /** Notes as docs.gitlab.com/api/notes has them, up to a million characters. */
  async function gitlab(notes: Note[]) {
    const url = await serve("private-token", "glpat-note", (method, { pathname, searchParams }, sent) => {
      if (pathname === "/api/v4/user") return [200, { id: 42 }];
      const { body = "" } = (sent ?? {}) as { body?: string };
      if (body.length > 1_000_000)
        return [400, { message: "Note is too long (maximum is 1000000 characters)" }];
      const all = "/api/v4/projects/5/merge_requests/7/notes";
      if (method === "GET" && pathname === all) {
        const [page, size] = [Number(searchParams.get("page")), Number(searchParams.get("per_page"))];
        const next = page * size < notes.length ? String(page + 1) : "";
        return [200, notes.slice((page - 1) * size, page * size), { "x-next-page": next }];
      }
      if (method === "POST" && pathname === all) {
        notes.push({ id: 9000, author: { id: 42 }, body });
        return [201, {}];
      }
      const note = notes.find(({ id }) => pathname === `${all}/${id}`);
      if (method !== "PUT" || note === undefined) return [404, { message: "404 Not found" }];
      if (note.author.id !== 42) return [403, { message: "403 Forbidden" }];
      note.body = body;
      return [200, {}];
    });
    return (report: string, token = "glpat-note") =>
      runScript(
        gitlabJob("comment").script.join("\n"),
        {
          CI_API_V4_URL: `${url}/api/v4`,
          CI_PROJECT_ID: "5",
          CI_MERGE_REQUEST_IID: "7",
          GITLAB_NOTE_TOKEN: token,
        },
        { "preview.md": report },
      );
  }

  const others = (count: number): Note[] =>
    Array.from({ length: count }, (_, id) => ({ id, author: { id: 1 }, body: `note ${id}` }));

  it("makes one note, and updates it from then on, also among hundreds", async () => {
    const notes = others(250);
    const post = await gitlab(notes);
    for (const report of ["the first", "the second"]) {
      const { code, output } = await post(report);
      assert.equal(code, 0, output);
      notes.push(...others(1));
    }
    const own = notes.filter(({ author }) => author.id === 42);
    assert.equal(own.length, 1);
    assert.match(own[0]?.body ?? "", /the second$/);
  });

  it("leaves the note of another alone that begins the same", async () => {
    const copied = "<!-- Bulkhead's preview -->\n\nmine";
    const notes: Note[] = [{ id: 1, author: { id: 1 }, body: copied }];
    const { code, output } = await (await gitlab(notes))("the report");
    assert.equal(code, 0, output);
    assert.deepEqual(
      notes.map(({ author }) => author.id),
      [1, 42],
    );
    assert.equal(notes[0]?.body, copied);
  });

  it("posts a report that is as long as it may be", async () => {
    const limit = limitOf(gitlabJob("preview").script.join("\n"));
    assert.ok(limit > 990_000);
    const { code, output } = await (await gitlab([]))("x".repeat(limit));
    assert.equal(code, 0, output);
  });

  it("fails with GitLab's answer, and without the token, where it may not comment", async () => {
    const { code, output } = await (await gitlab([]))("the report", "glpat-wrong");
    assert.notEqual(code, 0);
    assert.match(output, /401/);
    assert.doesNotMatch(output, /glpat-/);
  });

  it("does nothing in a fork, which has no token", async () => {
    const { code } = await (await gitlab([]))("the report", "");
    assert.equal(code, 0);
  });

  it("runs nothing of the change where the token is", () => {
    assert.equal(gitlabJob("comment").variables?.["GIT_STRATEGY"], "none");
    assert.equal(gitlabJob("comment").environment?.name, "previews");
    assert.equal(gitlabJob("preview").environment, undefined);
    assert.doesNotMatch(gitlabJob("preview").script.join("\n"), /GITLAB_NOTE_TOKEN/);
  });

  const recorded = {
    "scripts/preview": '#!/bin/sh\necho "$*" >&2\necho "role ${AWS_ROLE_ARN-none}" >&2\n',
    ".git/info/exclude": "",
  };
  const preview = (env: Record<string, string>) =>
    runScript(
      gitlabJob("preview").script.join("\n"),
      {
        CI_PROJECT_DIR: ".",
        CI_BUILDS_DIR: ".",
        AWS_ID_TOKEN: "id",
        CI_MERGE_REQUEST_DIFF_BASE_SHA: "abc",
        ...env,
      },
      recorded,
    );

  it("previews without credentials where there are none, and says so", async () => {
    const { code, output } = await preview({});
    assert.equal(code, 0, output);
    assert.match(output, /--offline --changed abc /);
    assert.match(output, /without credentials/);
    assert.match(output, /role none/);
  });

  it("previews with the role that it has, else", async () => {
    const set = {
      PULUMI_BACKEND_URL: "s3://states",
      AWS_PREVIEW_ROLE: "arn:role",
      AWS_REGION: "eu-central-1",
    };
    const { output } = await preview({ ...set, CI_MERGE_REQUEST_TARGET_BRANCH_SHA: "def" });
    assert.doesNotMatch(output, /--offline/);
    assert.match(output, /--changed def /);
    assert.match(output, /role arn:role/);
  });
});

describe("the example for Azure DevOps", () => {
  interface Thread {
    readonly id: number;
    readonly comments: { readonly id: number; content?: string }[];
  }

  /** Threads as the REST API 7.1 has them, up to 150,000 characters. */
  async function azure(threads: Thread[]) {
    const url = await serve("authorization", "Bearer access", (method, { pathname, searchParams }, sent) => {
      if (searchParams.get("api-version") !== "7.1") return [400, { message: "no api-version" }];
      const all = "/company/project/_apis/git/repositories/repository/pullRequests/7/threads";
      if (method === "GET" && pathname === all) return [200, { value: threads }];
      const { content, comments } = (sent ?? {}) as { content?: string; comments?: Thread["comments"] };
      const text = content ?? comments?.[0]?.content ?? "";
      if (text.length > 150_000) return [400, { message: "too long" }];
      if (method === "POST" && pathname === all) {
        threads.push({ id: 10 + threads.length, comments: [{ id: 1, content: text }] });
        return [200, {}];
      }
      const thread = threads.find(({ id }) => pathname === `${all}/${id}/comments/1`);
      const comment = thread?.comments[0];
      if (method !== "PATCH" || comment === undefined) return [404, { message: "not found" }];
      comment.content = text;
      return [200, {}];
    });
    const values: Record<string, string> = {
      "System.CollectionUri": `${url}/company/`,
      "System.TeamProjectId": "project",
      "Build.Repository.ID": "repository",
      "System.PullRequest.PullRequestId": "7",
      "System.AccessToken": "access",
      "Pipeline.Workspace": ".",
    };
    return (report: string, token = "access") => {
      const { script, env } = azureScript("comment");
      const filled = Object.entries(env).map(([name, value]) => [
        name,
        value.replace(/\$\(([\w.]+)\)/g, (_, key: string) =>
          key === "System.AccessToken" ? token : (values[key] ?? ""),
        ),
      ]);
      return runScript(script, Object.fromEntries(filled) as Record<string, string>, {
        "preview/preview.md": report,
      });
    };
  }

  it("makes one thread, and updates it from then on", async () => {
    const threads: Thread[] = [
      { id: 1, comments: [{ id: 1, content: "looks good" }] },
      // Deleted ones are still listed, without their text.
      { id: 2, comments: [{ id: 1 }] },
      { id: 3, comments: [] },
    ];
    const post = await azure(threads);
    for (const report of ["the first", "the second"]) {
      const { code, output } = await post(report);
      assert.equal(code, 0, output);
    }
    assert.equal(threads.length, 4);
    assert.match(threads[3]?.comments[0]?.content ?? "", /the second$/);
    assert.equal(threads[0]?.comments[0]?.content, "looks good");
  });

  it("posts a report that is as long as it may be", async () => {
    const limit = limitOf(azureScript("preview").script);
    assert.ok(limit > 149_000);
    const { code, output } = await (await azure([]))("x".repeat(limit));
    assert.equal(code, 0, output);
  });

  it("fails with the answer, and without the token, where it may not comment", async () => {
    const { code, output } = await (await azure([]))("the report", "wrong-token");
    assert.notEqual(code, 0);
    assert.match(output, /401/);
    assert.doesNotMatch(output, /wrong-token/);
  });

  it("runs nothing of the change where the token is", () => {
    assert.ok(azureSteps("comment").some(({ checkout }) => checkout === "none"));
    assert.doesNotMatch(JSON.stringify(azureSteps("preview")), /System\.AccessToken/);
  });

  for (const code of [0, 1, 2])
    it(`keeps the report of a preview that ends with ${code}, and ends with it`, async () => {
      const { script } = azureScript("preview");
      const files = ["preview.json", "preview.html", "preview.md"];
      const done = await runScript(
        script.replace("exit ", 'ls "$OUT"; exit '),
        { OUT: "kept", TARGET: "refs/heads/release/1" },
        { "scripts/preview": `#!/bin/sh\necho "$*"\ntouch ${files.join(" ")}\nexit ${code}\n` },
      );
      assert.equal(done.code, code, done.output);
      assert.match(done.output, /--offline --changed origin\/release\/1 /);
      for (const file of files) assert.match(done.output, new RegExp(`^${file}$`, "m"));
    });
});
