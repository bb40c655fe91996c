import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { findState, prepareState } from "../../../scripts/toolchain/state.ts";
import { temporaryFolder } from "../../support/folder.ts";

const project = "name: bulkhead\nruntime: nodejs\n";

function find(files: Record<string, string>, env: NodeJS.ProcessEnv = {}) {
  const folder = temporaryFolder({ "Pulumi.yaml": project, ...files });
  const home = path.join(folder.path, "home");
  const state = findState(folder.path, { HOME: home, ...env });
  return { home, backend: state.backend, kind: state.kind };
}

describe("the state", () => {
  it("is in the user's own files by default, and never in the repository", () => {
    const { home, kind, backend } = find({});
    assert.deepEqual([kind, backend], ["local", `file://${home}/.local/state/bulkhead/stacks`]);
  });

  it("is where BULKHEAD_STATE or XDG_STATE_HOME says", () => {
    assert.equal(find({}, { XDG_STATE_HOME: "/x" }).backend, "file:///x/bulkhead/stacks");
    assert.equal(find({}, { XDG_STATE_HOME: "/x", BULKHEAD_STATE: "/y" }).backend, "file:///y/stacks");
  });

  const logins: [string, Record<string, string>, NodeJS.ProcessEnv, string][] = [
    ["PULUMI_BACKEND_URL", {}, { PULUMI_BACKEND_URL: "s3://states" }, "s3://states"],
    ["pulumi login", { "home/.pulumi/credentials.json": '{"current":"s3://mine"}' }, {}, "s3://mine"],
    [
      "the project's own backend",
      { "Pulumi.yaml": `${project}backend:\n  url: gs://ours # team\n` },
      {},
      "gs://ours",
    ],
    [
      "an encrypted login",
      { "home/.pulumi/credentials.json": '{"$pulumiSecureStore":1,"data":"x"}' },
      {},
      "your Pulumi login",
    ],
    ["a token", {}, { PULUMI_ACCESS_TOKEN: "x" }, "Pulumi Cloud (PULUMI_ACCESS_TOKEN)"],
  ];
  for (const [what, files, env, backend] of logins)
    it(`is left to ${what}`, () => {
      const found = find(files, env);
      assert.deepEqual([found.kind, found.backend], ["login", backend]);
    });

  it("is left to a login in the home that PULUMI_HOME names", () => {
    const folder = temporaryFolder({ "credentials.json": '{"current":"s3://there"}' });
    assert.equal(find({}, { PULUMI_HOME: folder.path }).backend, "s3://there");
  });

  it("is local after a logout, and where the login is what . scripts/env has set", () => {
    assert.equal(find({ "home/.pulumi/credentials.json": '{"current":""}' }).kind, "local");
    assert.equal(find({}, { BULKHEAD_STATE: "/y", PULUMI_BACKEND_URL: "file:///y/stacks" }).kind, "local");
  });

  it("says what is wrong with credentials that cannot be read", () => {
    assert.throws(
      () => find({ "home/.pulumi/credentials.json": "{" }),
      /credentials\.json is not JSON.*pulumi login/,
    );
  });

  it("can be read again after a run was killed while it wrote", () => {
    const folder = temporaryFolder({
      "Pulumi.yaml": project,
      "stacks/.pulumi/stacks/bulkhead/dev.json": "{}",
      "stacks/.pulumi/stacks/bulkhead/dev.json.attrs": "",
      "stacks/.pulumi/stacks/bulkhead/test.json.attrs": "{}",
    });
    prepareState(findState(folder.path, { HOME: "/nowhere", BULKHEAD_STATE: folder.path }));
    assert.deepEqual(readdirSync(path.join(folder.path, "stacks/.pulumi/stacks/bulkhead")).sort(), [
      "dev.json",
      "test.json.attrs",
    ]);
  });
});
