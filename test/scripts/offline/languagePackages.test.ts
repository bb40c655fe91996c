import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import path from "node:path";
import { requiredPackages, versionConflict } from "../../../scripts/offline/language/packages.ts";
import { temporaryFolder } from "../../support/folder.ts";

function manifest(name: string, version: string, pulumi: unknown): string {
  return JSON.stringify({ name, version, pulumi });
}

function found(folder: string): string[] {
  return requiredPackages(folder)
    .packages.map((dependency) => `${dependency.getName()} ${dependency.getVersion()}`)
    .sort();
}

describe("the packages that a program requires", () => {
  it("are those in node_modules, at any depth, that have a resource plugin", () => {
    const folder = temporaryFolder({
      "node_modules/@pulumi/foo/package.json": manifest("@pulumi/foo", "1.2.3", { resource: true }),
      "node_modules/@pulumi/foo/node_modules/@pulumi/bar/package.json": manifest("@pulumi/bar", "v4.5.6", {
        resource: true,
      }),
      "node_modules/@pulumi/none/package.json": manifest("@pulumi/none", "1.0.0", { resource: false }),
      "node_modules/plain/package.json": manifest("plain", "1.0.0", undefined),
      "package.json": manifest("@pulumi/program", "1.0.0", { resource: true }),
      "nested/node_modules/@pulumi/baz/package.json": manifest("@pulumi/baz", "7.0.0", { resource: true }),
    });
    assert.deepEqual(found(folder.path), ["bar v4.5.6", "baz v7.0.0", "foo v1.2.3"]);
  });

  it("have the name, version and server of their pulumi block where it gives them", () => {
    const folder = temporaryFolder({
      "node_modules/@third/party/package.json": manifest("@third/party", "1.0.0", {
        resource: true,
        name: "thirdparty",
        version: "2.0.0",
        server: "https://example.com/plugins",
      }),
    });
    assert.deepEqual(
      requiredPackages(folder.path).packages.map((dependency) => dependency.toObject()),
      [
        {
          name: "thirdparty",
          kind: "resource",
          version: "v2.0.0",
          server: "https://example.com/plugins",
          checksumsMap: [],
          parameterization: undefined,
          extension: undefined,
        },
      ],
    );
  });

  it("carry the parameters of a bridged provider", () => {
    const folder = temporaryFolder({
      "node_modules/@pulumi/random/package.json": manifest("@pulumi/random", "3.0.0", {
        resource: true,
        name: "terraform-provider",
        version: "0.9.0",
        parameterization: { name: "random", version: "3.0.0", value: "cmFuZG9t" },
        extensionParameterization: { name: "more", version: "1.0.0", value: "bW9yZQ==" },
      }),
    });
    const [dependency] = requiredPackages(folder.path).packages;
    const shown = [dependency?.getParameterization(), dependency?.getExtension$()].map((parameters) => [
      parameters?.getName(),
      parameters?.getVersion(),
      Buffer.from(parameters?.getValue_asU8() ?? []).toString(),
    ]);
    assert.deepEqual(shown, [
      ["random", "3.0.0", "random"],
      ["more", "1.0.0", "more"],
    ]);
  });

  it("are not looked for in third-party packages that name no plugin, in broken ones, or in policy packs", () => {
    const folder = temporaryFolder({
      "node_modules/@pulumi/foo/package.json": manifest("@pulumi/foo", "1.2.3", { resource: true }),
      "node_modules/third/package.json": manifest("third", "1.0.0", { resource: true }),
      "node_modules/broken/tests/package.json": "{",
      "node_modules/odd/package.json": '{ "name": 3, "pulumi": ["resource"] }',
      "policy/PulumiPolicy.yaml": "runtime: nodejs",
      "policy/node_modules/@pulumi/bar/package.json": manifest("@pulumi/bar", "1.0.0", { resource: true }),
    });
    assert.deepEqual(found(folder.path), ["foo v1.2.3"]);
  });

  it("are found once through links, even those that lead back or nowhere", () => {
    const folder = temporaryFolder({
      "sdks/bar/package.json": manifest("@pulumi/bar", "4.5.6", { resource: true }),
      "program/node_modules/.keep": "",
    });
    const program = path.join(folder.path, "program");
    const link = (target: string, name: string) => {
      symlinkSync(target, path.join(program, name));
    };
    link("../../sdks/bar", "node_modules/bar");
    link("..", "node_modules/back");
    link("nothing", "node_modules/nowhere");
    assert.deepEqual(found(program), ["bar v4.5.6"]);
  });

  it("are found in a node_modules that is a link to a shared folder of any name", () => {
    const cache = temporaryFolder({
      "0123abcd/@pulumi/foo/package.json": manifest("@pulumi/foo", "1.2.3", { resource: true }),
    });
    const folder = temporaryFolder();
    symlinkSync(path.join(cache.path, "0123abcd"), path.join(folder.path, "node_modules"));
    assert.deepEqual(found(folder.path), ["foo v1.2.3"]);
  });

  it("are none in a folder that is not there", () => {
    assert.deepEqual(found("/nonexistent"), []);
  });

  it("come with a warning about copies of the SDK that cannot work together", () => {
    const folder = temporaryFolder({
      "node_modules/@pulumi/pulumi/package.json": manifest("@pulumi/pulumi", "3.1.0", undefined),
      "node_modules/x/node_modules/@pulumi/pulumi/package.json": manifest(
        "@pulumi/pulumi",
        "2.9.0",
        undefined,
      ),
    });
    assert.equal(
      requiredPackages(folder.path).warning,
      [
        "Found incompatible versions of @pulumi/pulumi. Differing major versions are not supported.",
        `  Version 3.1.0 referenced at ${folder.path}/node_modules/@pulumi/pulumi/package.json`,
        `  Version 2.9.0 referenced at ${folder.path}/node_modules/x/node_modules/@pulumi/pulumi/package.json`,
      ].join("\n"),
    );
  });

  const majors = "Differing major versions are not supported.";
  const either = "Differing major or minor versions are not supported.";
  for (const [a, b, conflict] of [
    ["3.270.0", "3.1.0", undefined],
    ["3.1.0", "2.9.0", majors],
    ["4.0.0", "3.9.0", majors],
    ["2.0.0-beta1", "1.1.0", undefined],
    ["1.1.1", "1.13.0", undefined],
    ["1.0.0", "0.17.1", undefined],
    ["1.0.0", "0.16.1", either],
    ["0.17.1", "0.17.2", undefined],
    ["0.17.1", "0.16.2", either],
  ] as const)
    it(`copies ${a} and ${b} of the SDK ${conflict === undefined ? "work" : "do not work"} together`, () => {
      assert.deepEqual([versionConflict(a, b), versionConflict(b, a)], [conflict, conflict]);
    });
});
