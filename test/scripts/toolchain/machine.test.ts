import assert from "node:assert/strict";
import { Clone } from "../../support/clone.ts";

describe("the programs of the machine", function () {
  this.timeout(30_000);

  it("that are missing are named all at once, each with its purpose, and with the one command that installs them", async () => {
    const clone = Clone.withPulumi();
    const path = clone.pathWithout(
      "git",
      "npm",
      "awk",
      "mawk",
      "gawk",
      "apt-get",
      "dnf",
      "apk",
      "zypper",
      "brew",
    );
    clone.folder.write({ "bin/apt-get": "#!/bin/sh\n" });
    const { code, stderr } = await clone.script("setup", [], { PATH: path });
    assert.equal(code, 1);
    assert.equal(
      stderr,
      [
        "error: programs are missing:",
        "  git  keeps your own encryption salt out of commits",
        "  npm  installs the packages",
        "  awk  filters the stack files for git",
        "Install them with:  apt-get install git npm mawk",
        "",
      ].join("\n"),
    );
  });

  it("are named with the packages of the machine's own package manager", async () => {
    const clone = Clone.withPulumi();
    const path = clone.pathWithout("npm", "apt-get", "dnf", "apk", "zypper", "brew");
    clone.folder.write({ "bin/brew": "#!/bin/sh\n" });
    const { stderr } = await clone.script("setup", [], { PATH: path });
    assert.match(
      stderr,
      /a program is missing:\n {2}npm {2}installs the packages\nInstall it with: {2}brew install node\n/,
    );
  });

  it("are named even where no Node.js is there to say so", async () => {
    const clone = new Clone();
    const all = clone.pathWithout("node", "npm", "nodejs", "git", "apt-get", "dnf", "apk", "zypper", "brew");
    clone.folder.write({ "bin/apt-get": "#!/bin/sh\n" });
    const path = all
      .split(":")
      .filter((folder) => !process.execPath.startsWith(folder))
      .join(":");
    const { code, stderr } = await clone.script("setup", [], { PATH: path });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /error: these programs are missing: node npm git\nInstall them with: {2}apt-get install nodejs npm git\n/,
    );
  });
});
