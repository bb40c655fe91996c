import assert from "node:assert/strict";
import { longest, marker } from "../../../scripts/commands/comment/body.ts";
import { actions, FakeGitHub } from "../../support/github.ts";
import { posted } from "./posted.ts";

const secondary = {
  status: 403,
  message: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
};

describe("posting a report where GitHub or the way to it fails", () => {
  let github: FakeGitHub;
  let said: string[];

  beforeEach(async () => {
    github = await FakeGitHub.start();
    github.open(7);
    said = [];
  });

  const making = /^POST .*comments$/;
  const count = (on: RegExp) => github.requests.filter((line) => on.test(line)).length;

  for (const [what, answer] of [
    ["the connection is cut before the comment is made", "cut"],
    ["the answer is lost after the comment was made", "lost"],
    ["the answer is cut in its middle after the comment was made", "short"],
    ["a gateway fails", { status: 502, message: "Bad Gateway" }],
  ] as const)
    it(`makes one comment where ${what}, since it looks again before trying again`, async () => {
      github.fail(making, answer);
      assert.match(await posted(github, {}, said), /^made: /);
      assert.equal(github.comments.length, 1);
      assert.match(said.join(), /did not say whether it made the comment/);
      const tries = answer === "lost" || answer === "short" ? 1 : 2;
      assert.equal(count(making), tries);
    });

  it("says so where the comment cannot be made at all, and has not tried for ever", async () => {
    github.fail(making, ...Array.from({ length: 9 }, () => "cut" as const));
    await assert.rejects(posted(github), /cannot be reached, or the connection was cut each time/);
    assert.equal(count(making), 4);
  });

  for (const on of [/^GET .*pulls/, /graphql/, /^GET .*comments/, /^PATCH/])
    it(`asks again for ${String(on)} after a 5xx, a cut connection and a cut answer`, async () => {
      github.comment(7, actions, `${marker}\n\nold\n`);
      github.fail(on, { status: 503, message: "Unavailable" }, "cut", "short");
      assert.match(await posted(github), /^updated: /);
      assert.equal(github.comments.length, 1);
      assert.equal(count(on), 4);
    });

  it("gives up after four 5xx, and says so", async () => {
    github.fail(/^GET .*pulls/, ...Array.from({ length: 9 }, () => ({ status: 500, message: "Oops" })));
    await assert.rejects(posted(github), /GitHub failed each time \(500\): run it again later/);
    assert.equal(count(/pulls/), 4);
  });

  for (const [what, answer] of [
    ["a secondary limit with retry-after", { ...secondary, headers: { "retry-after": "42" } }],
    ["429 with retry-after", { status: 429, message: "Slow down", headers: { "retry-after": "42" } }],
    [
      "403 with retry-after in other words",
      { status: 403, message: "Abuse", headers: { "retry-after": "42" } },
    ],
  ] as const)
    it(`waits as told at ${what}, says so, and makes one comment`, async () => {
      github.fail(making, answer);
      assert.match(await posted(github, {}, said), /^made: /);
      assert.deepEqual(said, ["GitHub asks to wait 42 s (secondary rate limit): waiting"]);
      assert.equal(count(making), 2);
      assert.equal(github.comments.length, 1);
    });

  it("waits a minute at a secondary limit that names no time", async () => {
    github.fail(making, secondary);
    await posted(github, {}, said);
    assert.deepEqual(said, ["GitHub asks to wait 60 s (secondary rate limit): waiting"]);
  });

  it("waits until the reset of a used up rate limit", async () => {
    const reset = String(Math.floor(Date.now() / 1000) + 30);
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset };
    github.fail(/^GET .*comments/, { status: 403, message: "API rate limit exceeded", headers });
    await posted(github, {}, said);
    assert.match(said.join(), /^GitHub asks to wait [1-3]\d s \(rate limit\): waiting$/);
  });

  it("does not wait longer than five minutes, and says what was asked", async () => {
    github.fail(making, { ...secondary, headers: { "retry-after": "3600" } });
    await assert.rejects(posted(github, {}, said), /asks to wait 3600 s, and this has waited long enough/);
    assert.equal(count(making), 1);
    assert.deepEqual(said, []);
  });

  it("does not wait more than three times", async () => {
    github.fail(/^GET .*pulls/, ...Array.from({ length: 9 }, () => ({ status: 429, message: "Slow down" })));
    await assert.rejects(posted(github, {}, said), /takes no more requests/);
    assert.equal(count(/pulls/), 4);
    assert.equal(said.length, 3);
  });

  describe("since the comment is too long for it", () => {
    const filling = (limit: number) => "x".repeat(limit);

    it("is not the case at 65,536 characters, all of which are used", async () => {
      await posted(github, { render: filling, artifactUrl: "https://ci.test/1" }, said);
      assert.equal(github.comments[0]?.body.length, longest);
      assert.deepEqual(said, []);
    });

    it("tries again within a smaller limit, and says so", async () => {
      github.longest = 40_000;
      await posted(github, { render: filling }, said);
      assert.equal(count(making), 3);
      assert.equal(github.comments.length, 1);
      assert.ok((github.comments[0]?.body.length ?? 0) > 30_000);
      assert.equal(said[0], "GitHub finds 65536 characters too long: trying again within 49152");
    });

    it("does so for one that is updated too, and does not repeat what was refused", async () => {
      github.longest = 60_000;
      const { id } = github.comment(7, actions, `${marker}\n\nold\n`);
      assert.match(await posted(github, { render: filling }), /^updated: /);
      assert.deepEqual(
        github.comments.map((comment) => [comment.id, comment.body.length]),
        [[id, 49_152]],
      );
      assert.equal(count(/^PATCH/), 2);
    });

    it("gives up in the end", async () => {
      github.longest = 10;
      await assert.rejects(posted(github), /\(422\).*Body is too long/);
      assert.equal(count(making), 4);
      assert.deepEqual(github.comments, []);
    });

    it("is not what another 422 is taken for", async () => {
      github.fail(making, { status: 422, message: "Validation Failed: spammed" });
      await assert.rejects(posted(github), /does not do this on pull request 7.*\(422\).*spammed/);
      assert.equal(count(making), 1);
    });
  });
});
