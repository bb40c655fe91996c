import assert from "node:assert/strict";
import { marker } from "../../../scripts/commands/comment/body.ts";
import { actions, FakeGitHub, someone } from "../../support/github.ts";
import { posted } from "./posted.ts";

const old = `${marker}\n\nan older report\n`;

describe("the comment on a pull request", () => {
  let github: FakeGitHub;

  beforeEach(async () => {
    github = await FakeGitHub.start();
    github.open(7);
  });

  const bodies = () => github.comments.map(({ body }) => body);

  it("is made once, and updated after", async () => {
    assert.match(await posted(github, { render: () => "first" }), /^made: the comment on pull request 7/);
    assert.match(await posted(github, { render: () => "second" }), /^updated: .*#issuecomment-1000$/);
    assert.deepEqual(bodies(), [`${marker}\n\nsecond\n`]);
    assert.equal(github.writes.length, 2);
  });

  it("is not written where it says the same already, with a browser's ends of lines too", async () => {
    const { id } = github.comment(7, actions, `${marker}\r\n\r\none\r\ntwo`);
    assert.match(await posted(github, { render: () => "one\ntwo\n" }), /^left as it is: .*says the same/);
    assert.deepEqual(github.writes, []);
    assert.equal(github.comments[0]?.id, id);
  });

  it("is found among hundreds of comments, on a later page", async () => {
    for (let i = 0; i < 250; i++) github.comment(7, someone, `remark ${i}`);
    const { id } = github.comment(7, actions, old);
    for (let i = 0; i < 120; i++) github.comment(7, someone, `remark ${i}`);
    assert.match(await posted(github), /^updated: /);
    assert.deepEqual(github.writes, [`PATCH /repos/company/platform/issues/comments/${id}`]);
    assert.equal(github.requests.filter((line) => /^GET .*comments$/.test(line)).length, 4);
  });

  it("is the oldest of several that an earlier race has left; the others are deleted", async () => {
    const [oldest] = [1, 2, 3].map(() => github.comment(7, actions, old));
    const between = github.comment(7, someone, "a remark");
    github.comment(7, actions, old);
    assert.match(await posted(github), /^updated: .*; deleted 3 more that an earlier race had left/);
    assert.deepEqual(
      github.comments.map(({ id }) => id),
      [oldest?.id, between.id],
    );
  });

  it("gets rid of the others where the oldest says the same already, and does not mind one that is gone", async () => {
    await posted(github);
    const twin = github.comment(7, actions, old);
    github.before(/^DELETE/, () => (github.comments = github.comments.filter((one) => one !== twin)));
    assert.match(await posted(github), /^left as it is: /);
    assert.equal(github.comments.length, 1);
    assert.ok(!github.writes.some((line) => line.startsWith("PATCH")));
  });

  it("is made anew where somebody deletes it between its being found and written", async () => {
    github.comment(7, actions, old);
    github.before(/^PATCH/, () => (github.comments = []));
    assert.match(await posted(github, { render: () => "new" }), /^made: /);
    assert.deepEqual(bodies(), [`${marker}\n\nnew\n`]);
  });

  it("is another one for another pull request", async () => {
    github.open(8);
    const other = github.comment(7, actions, old);
    assert.match(await posted(github, { wanted: { number: 8 } }), /^made: the comment on pull request 8/);
    assert.equal(other.body, old);
    assert.deepEqual(
      github.comments.map(({ issue }) => issue),
      [7, 8],
    );
  });

  describe("of somebody else", () => {
    it("is not taken, even where it begins with the marker", async () => {
      const theirs = github.comment(7, someone, old);
      const bot = github.comment(7, { id: 8, login: "other[bot]", type: "Bot" }, old);
      assert.match(await posted(github), /^made: /);
      assert.deepEqual([theirs.body, bot.body], [old, old]);
      assert.equal(github.comments.length, 3);
    });

    it("is not taken where the token is a person's either, but that person's own is", async () => {
      github.viewer = { id: 9, login: "reviewer", type: "User" };
      const theirs = github.comment(7, someone, old);
      const bot = github.comment(7, actions, old);
      const own = github.comment(7, github.viewer, old);
      assert.match(await posted(github), /^updated: /);
      assert.deepEqual([theirs.body, bot.body], [old, old]);
      assert.notEqual(own.body, old);
    });

    it("is told from a bot's where GitHub does not say whose the token is, which is said", async () => {
      github.viewer = undefined;
      const theirs = github.comment(7, someone, old);
      const own = github.comment(7, actions, old);
      const bot = github.comment(7, { id: 8, login: "other[bot]", type: "Bot" }, old);
      const said: string[] = [];
      await posted(github, {}, said);
      assert.match(said.join(), /does not tell whose the token is/);
      assert.notEqual(own.body, old);
      assert.deepEqual([theirs.body, bot.body], [old, old]);
      assert.equal(github.comments.length, 3, "another bot's is no duplicate to be deleted");
    });
  });

  it("is not one of its own author's that only quotes the marker", async () => {
    const quoting = github.comment(7, actions, `> ${marker}\n\nwhat is this?`);
    assert.match(await posted(github), /^made: /);
    assert.equal(quoting.body, `> ${marker}\n\nwhat is this?`);
  });
});
