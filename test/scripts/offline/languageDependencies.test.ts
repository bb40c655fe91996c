import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import path from "node:path";
import { programDependencies } from "../../../scripts/offline/language/dependencies.ts";
import { parseOptions } from "../../../scripts/offline/language/options.ts";
import {
  installArguments,
  packageManagerVersion,
  resolvePackageManager,
} from "../../../scripts/offline/language/packageManager.ts";
import { temporaryFolder, type Folder } from "../../support/folder.ts";

const npm = parseOptions({ packagemanager: "npm" });
const manifest = JSON.stringify({
  dependencies: { a: "^1.0.0" },
  devDependencies: { b: "^2.0.0", app: "*" },
});

function list(folder: string, transitive: boolean): string[] {
  return programDependencies(npm, folder, transitive).map(({ name, version }) => `${name} ${version}`);
}

describe("the dependencies of a program", () => {
  const lock = JSON.stringify({
    lockfileVersion: 3,
    packages: {
      "": { name: "program", version: "9.9.9" },
      "apps/app": { name: "app", version: "0.1.0" },
      "node_modules/app": { resolved: "apps/app", link: true },
      "node_modules/@scope/c/node_modules/a": { version: "0.9.0" },
      "node_modules/@scope/c": { version: "3.0.0" },
      "node_modules/a": { version: "1.2.3" },
      "node_modules/b": { version: "2.0.1" },
    },
  });

  it("are all packages of the lock file", () => {
    const folder = temporaryFolder({ "package.json": manifest, "package-lock.json": lock });
    assert.deepEqual(list(folder.path, true), [
      "app 0.1.0",
      "a 0.9.0",
      "@scope/c 3.0.0",
      "a 1.2.3",
      "b 2.0.1",
    ]);
  });

  it("are, where only direct ones are asked for, the copies that the program itself gets", () => {
    const folder = temporaryFolder({ "package.json": manifest, "package-lock.json": lock });
    assert.deepEqual(list(folder.path, false), ["app 0.1.0", "a 1.2.3", "b 2.0.1"]);
  });

  it("are found from a subfolder of the project", () => {
    const folder = temporaryFolder({
      "package.json": manifest,
      "package-lock.json": lock,
      "stacks/index.ts": "",
    });
    assert.deepEqual(list(path.join(folder.path, "stacks"), false), ["app 0.1.0", "a 1.2.3", "b 2.0.1"]);
  });

  it("are read from lock files of version 1, which nest them", () => {
    const folder = temporaryFolder({
      "package.json": manifest,
      "package-lock.json": JSON.stringify({
        lockfileVersion: 1,
        dependencies: {
          c: { version: "3.0.0", dependencies: { a: { version: "0.9.0" } } },
          a: { version: "1.2.3" },
        },
      }),
    });
    assert.deepEqual(list(folder.path, true), ["c 3.0.0", "a 0.9.0", "a 1.2.3"]);
    assert.deepEqual(list(folder.path, false), ["a 1.2.3"]);
  });

  it("cannot be listed without a lock file", () => {
    const folder = temporaryFolder({ "package.json": manifest });
    assert.throws(() => list(folder.path, true), {
      message: `no package-lock.json found (searching upwards from ${folder.path})`,
    });
  });

  it("cannot be listed from a broken lock file, which is named", () => {
    const folder = temporaryFolder({ "package.json": manifest, "package-lock.json": "{" });
    assert.throws(() => list(folder.path, true), {
      message: new RegExp(`^could not read ${folder.path}/package-lock\\.json: `),
    });
  });
});

describe("the package manager of a project", () => {
  let searchPath: string | undefined;
  beforeEach(() => {
    searchPath = process.env["PATH"];
  });
  afterEach(() => {
    process.env["PATH"] = searchPath;
  });
  const resolve = (folder: Folder, wanted = "auto") =>
    resolvePackageManager(parseOptions({ packagemanager: wanted }).packageManager, folder.path);
  const installed = (...names: readonly string[]) => {
    const folder = temporaryFolder(Object.fromEntries(names.map((name) => [`bin/${name}`, "#!/bin/sh"])));
    process.env["PATH"] = path.join(folder.path, "bin");
    return folder;
  };

  for (const [lockFile, name] of [
    ["package-lock.json", "npm"],
    ["yarn.lock", "yarn"],
    ["pnpm-lock.yaml", "pnpm"],
    ["bun.lock", "bun"],
    ["bun.lockb", "bun"],
  ] as const)
    it(`is ${name} where there is a ${lockFile}`, () => {
      const folder = installed("npm", "yarn", "pnpm", "bun");
      folder.write({ [lockFile]: "" });
      assert.deepEqual(resolve(folder), { name, executable: path.join(folder.path, "bin", name) });
    });

  it("is npm where that of the lock file is not installed", () => {
    const folder = installed("npm");
    folder.write({ "yarn.lock": "" });
    assert.equal(resolve(folder).name, "npm");
  });

  it("is the one that the project names", () => {
    const folder = installed("npm", "pnpm");
    assert.equal(resolve(folder, "pnpm").name, "pnpm");
    assert.throws(() => resolve(folder, "yarn"), { message: "could not find yarn on the $PATH" });
  });

  it("is missed with a hint where it is npm", () => {
    const folder = installed();
    assert.throws(() => resolve(folder), {
      message:
        "could not find npm on the $PATH; npm is installed with Node.js, available at https://nodejs.org/",
    });
  });

  it("lists dependencies only where it is npm", () => {
    const folder = installed("yarn");
    folder.write({ "yarn.lock": "" });
    assert.throws(() => programDependencies(parseOptions({}), folder.path, true), {
      message:
        /^listing the dependencies of a project that uses yarn is not supported by Bulkhead's stand-in/,
    });
  });

  it("has the version of the package that its command is linked to, or else the one it prints", async () => {
    const folder = installed("yarn");
    folder.write({
      "lib/npm/package.json": '{ "name": "npm", "version": "11.2.3" }',
      "lib/npm/bin/npm-cli.js": "#!/bin/sh\nexit 1",
      "bin/yarn": "#!/bin/sh\necho 1.22.0",
      "bin/bun": "#!/bin/sh\nexit 1",
    });
    symlinkSync("../lib/npm/bin/npm-cli.js", path.join(folder.path, "bin/npm"));
    const version = (name: string) => packageManagerVersion(resolve(folder, name));
    assert.deepEqual(
      [await version("npm"), await version("yarn"), await version("bun")],
      ["11.2.3", "1.22.0", undefined],
    );
  });

  it("leaves devDependencies out in production, except for bun, whose flag means more", () => {
    assert.deepEqual(
      (["npm", "yarn", "pnpm", "bun"] as const).map((name) => installArguments(name, true).join(" ")),
      [
        "install --loglevel=error --production",
        "install --production",
        "install --use-stderr --production",
        "install",
      ],
    );
  });
});
