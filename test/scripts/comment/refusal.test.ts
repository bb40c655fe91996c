import assert from "node:assert/strict";
import { FakeGitHub, type Pull } from "../../support/github.ts";
import { posted, type Given } from "./posted.ts";

describe("what GitHub refuses", () => {
  let github: FakeGitHub;
  let pull: Pull;

  beforeEach(async () => {
    github = await FakeGitHub.start();
    pull = github.open(7);
  });

  async function refused(given: Given = {}): Promise<string> {
    const error: unknown = await posted(github, given).then(
      () => assert.fail("it was not refused"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof Error);
    return error.message;
  }

  it("for want of rights names the permission, and the way for forks", async () => {
    github.mayWrite = false;
    const message = await refused();
    assert.match(message, /may not do this in repository company\/platform/);
    assert.match(message, /it needs the permission `pull-requests: write`/);
    assert.match(message, /"Resource not accessible by integration"/);
    assert.match(message, /on: workflow_run/);
    assert.deepEqual(github.comments, []);
    assert.equal(github.writes.length, 1, "what is refused is not tried again");
  });

  it("since the pull request is locked is said so", async () => {
    pull.locked = true;
    assert.match(await refused(), /^pull request 7 of company\/platform is locked, and this token may not/);
  });

  it("since the token is not valid is said so, without the token", async () => {
    const message = await refused({ token: "ghs_expired" });
    assert.match(message, /refuses the token in GITHUB_TOKEN: it has expired, was revoked/);
    assert.doesNotMatch(message, /ghs_expired/);
  });

  it("since there is no such repository, or the token may not see it, is said so", async () => {
    const message = await refused({ repository: { owner: "company", repo: "other" } });
    assert.match(message, /^there is no repository company\/other at http:.*or the token .* may not see it/);
    assert.match(message, /pull-requests: write/);
  });

  it("since there is no such pull request in it is said so", async () => {
    assert.match(
      await refused({ wanted: { number: 9 } }),
      /^there is no pull request 9 in company\/platform; the number of an issue is not one$/,
    );
  });

  it("is not mistaken for a server that cannot be reached", async () => {
    assert.match(
      await refused({ api: "http://127.0.0.1:1" }),
      /^http:\/\/127\.0\.0\.1:1 cannot be reached.*Check GITHUB_API_URL/,
    );
  });
});
