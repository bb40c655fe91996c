import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { requires } from "../support/machine.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Every shell script in the repository, known or new. */
function shellScripts(): string[] {
  const listed = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  }).stdout.split("\n");
  return listed.filter((name) => {
    if (name.endsWith(".sh")) return true;
    if (name === "" || path.extname(name) !== "") return false;
    return /^#!.*\b(ba)?sh\b/.test(firstBytes(path.join(root, name)));
  });
}

function firstBytes(file: string): string {
  const start = Buffer.alloc(64);
  const handle = openSync(file, "r");
  const length = readSync(handle, start);
  closeSync(handle);
  return start.subarray(0, length).toString("latin1");
}

describe("the shell scripts", function () {
  this.timeout(60_000);

  it("pass shellcheck", function () {
    requires(this, "shellcheck", "git");
    const names = shellScripts();
    for (const name of ["scripts/setup", "scripts/env", ".ci/run", "scripts/toolchain/salt"])
      assert.ok(names.includes(name), `${name} is not among ${names.join(", ")}`);
    const { status, stdout } = spawnSync("shellcheck", ["--external-sources", ...names], {
      cwd: root,
      encoding: "utf8",
    });
    assert.equal(status, 0, stdout);
  });

  it("are read by dash, the smallest of the shells that /bin/sh is", function () {
    requires(this, "dash", "git");
    for (const name of shellScripts().filter((script) => script !== ".ci/run")) {
      const { status, stderr } = spawnSync("dash", ["-n", name], { cwd: root, encoding: "utf8" });
      assert.equal(status, 0, `${name}: ${stderr}`);
    }
  });
});
