import assert from "node:assert/strict";
import { marker } from "../../../scripts/commands/comment/body.ts";
import { FakeGitHub } from "../../support/github.ts";
import { posted } from "./posted.ts";

const sha = "b".repeat(40);
const wanted = { head: "forker:feature", sha };
const head = { label: "forker:feature", sha, repo: { id: 2 } };

describe("the pull request that a report is put on", () => {
  let github: FakeGitHub;

  beforeEach(async () => {
    github = await FakeGitHub.start();
    github.open(7);
  });

  const places = () => github.comments.map(({ issue }) => issue);
  const nothingWritten = () => {
    assert.deepEqual(github.writes, []);
  };

  it("is the open one that has the head, for a job that is not told the number", async () => {
    github.open(8, { head });
    assert.match(await posted(github, { wanted, commit: sha }), /^made: the comment on pull request 8/);
    assert.deepEqual(places(), [8]);
  });

  it("is found whatever case its owner is written in, but not its branch", async () => {
    github.open(8, { head });
    assert.match(await posted(github, { wanted: { head: "Forker:feature", sha }, commit: sha }), /^made: /);
    const done = await posted(github, { wanted: { head: "forker:Feature", sha }, commit: sha });
    assert.match(done, /no open pull request has the head forker:Feature/);
  });

  it("is none where the head has moved on: it says so, and writes nothing", async () => {
    github.open(8, { head: { ...head, sha: "c".repeat(40) } });
    assert.equal(
      await posted(github, { wanted, commit: sha }),
      `nothing to write in company/platform: the head of pull request 8 has moved on, from ${sha} to ${"c".repeat(40)}, and the report is of the old one`,
    );
    nothingWritten();
  });

  it("is none where none has the head, even if GitHub lists others: it says so, and writes nothing", async () => {
    github.open(8, { head: { ...head, label: "forker:other" } });
    github.open(9, { head, state: "closed" });
    assert.equal(
      await posted(github, { wanted, commit: sha }),
      "nothing to write in company/platform: no open pull request has the head forker:feature",
    );
    // Of a head that it does not understand, GitHub takes no notice.
    const done = await posted(github, { wanted: { head: "feature", sha }, commit: sha });
    assert.match(done, /no open pull request has the head feature/);
    nothingWritten();
  });

  it("has to be named where several have the head", async () => {
    github.open(8, { head });
    github.open(9, { head });
    await assert.rejects(
      posted(github, { wanted, commit: sha }),
      /the pull requests 8, 9 of company\/platform have the same head, forker:feature.*--pull-request/,
    );
    nothingWritten();
  });

  for (const [what, commit] of [
    ["another commit", "d".repeat(40)],
    ["no commit", undefined],
  ] as const)
    it(`does not get a report of ${what}`, async () => {
      github.open(8, { head });
      await assert.rejects(
        posted(github, { wanted, ...(commit === undefined ? {} : { commit }) }),
        /^Error: the report is of .* and not of b+: it is an older run's, or somebody else's\. Nothing was written$/,
      );
      assert.deepEqual(github.requests, []);
    });

  it("can be named together with the commit, which then has to be its head", async () => {
    const done = await posted(github, { wanted: { number: 7, sha }, commit: sha });
    assert.match(done, /the head of pull request 7 has moved on/);
    nothingWritten();
  });

  describe("where its head is a fork", () => {
    const firstSeen = () => github.comments[0]?.body.split("\n").slice(0, 3);
    const notice =
      "> **Made by a fork.** The fork's own program made this report, in a job without rights, and so it can say anything: it proves nothing.";

    it("starts with a line that says who made the report, and that it can say anything", async () => {
      github.open(8, { head });
      await posted(github, { wanted, commit: sha, render: () => "# all is well" });
      assert.deepEqual(firstSeen(), [marker, notice, ""]);
    });

    it("has the line where it is named by its number too, and where the fork is gone", async () => {
      github.open(8, { head: { ...head, repo: null } });
      await posted(github, { wanted: { number: 8 } });
      assert.deepEqual(firstSeen(), [marker, notice, ""]);
    });

    it("has the line however long the report is", async () => {
      github.open(8, { head });
      await posted(github, { wanted, commit: sha, render: (limit) => "x".repeat(limit) });
      assert.deepEqual(firstSeen(), [marker, notice, ""]);
      assert.equal(github.comments[0]?.body.length, 65_536);
    });
  });

  it("does not have the line where its head is a branch of the same repository", async () => {
    await posted(github, { render: () => "# all is well" });
    assert.equal(github.comments[0]?.body, `${marker}\n\n# all is well\n`);
  });

  it("says where the whole report is", async () => {
    await posted(github, { artifactUrl: "https://ci.test/runs/1" });
    assert.match(github.comments[0]?.body ?? "", /\n\nThe whole report: <https:\/\/ci\.test\/runs\/1>\n$/);
  });
});
