import assert from "node:assert/strict";
import { plan } from "../../../components/plan/index.ts";
import { failuresOf, placesIn } from "../../../scripts/commands/preview/failures.ts";
import type { Diagnostic } from "../../../scripts/commands/preview/engine/index.ts";
import { Secrets } from "../../../scripts/commands/preview/secrets/index.ts";
import { finderIn, parseStackFile, readStackFile } from "../../../stacks/config/file.ts";

const failures = (diagnostics: readonly Diagnostic[], output = "", secrets = new Secrets()) =>
  failuresOf(
    { code: 1, digest: { diagnostics }, text: "", output },
    () => "stacks/Pulumi.test.yaml:7",
    secrets,
  );

describe("why a preview failed", () => {
  it("is told with the resource, the message and the stack file's line", () =>
    assert.deepEqual(
      failures([
        {
          severity: "error",
          urn: "urn:pulumi:test::bulkhead::x$aws:ec2/instance:Instance::billing-1",
          message: "error: there is no such size\n",
        },
        { severity: "error", message: "error: preview failed\n" },
        { severity: "warning", message: "using pulumi-resource-aws from $PATH" },
      ]),
      [
        {
          message: "there is no such size",
          resource: "billing-1 (aws:ec2/instance:Instance)",
          place: "stacks/Pulumi.test.yaml:7",
        },
      ],
    ));
  it("has each problem of a stack file by itself, with its line", () =>
    assert.deepEqual(
      failures([
        {
          severity: "error",
          message:
            "error: stacks/Pulumi.dev.yaml has 2 problems:\n  zones.a.slot (line 29): 1: it is taken\n  flows[0].why (line 40): write one\n    or leave it\n",
        },
      ]),
      [
        { message: "zones.a.slot: 1: it is taken", place: "stacks/Pulumi.dev.yaml:29" },
        { message: "flows[0].why: write one\n    or leave it", place: "stacks/Pulumi.dev.yaml:40" },
      ],
    ));
  it("is the end of what was said where the engine never came to an answer", () =>
    assert.deepEqual(
      failuresOf(
        { code: 255, digest: undefined, text: "", output: "panic: oh no\n" },
        () => undefined,
        new Secrets(),
      ),
      [{ message: "panic: oh no" }],
    ));
  it("shows no secret, also where the message does", () => {
    const secrets = new Secrets();
    secrets.add("swordfish1");
    assert.deepEqual(failures([{ severity: "error", message: 'invalid value "swordfish1"' }], "", secrets), [
      { message: 'invalid value "[secret]"' },
    ]);
  });
});

describe("the place of a resource in the stack file", () => {
  it("is its collection's, zone's, namespace's or the management's", async () => {
    const file = await readStackFile("dev");
    const place = placesIn(plan(parseStackFile(file)), finderIn(file));
    const lines = file.text.split("\n");
    const lineOf = (name: string) => {
      const line = Number(/:(\d+)$/.exec(place(`urn:pulumi:dev::bulkhead::a::${name}`) ?? "")?.[1]);
      return lines[line - 1]?.trim();
    };
    assert.equal(lineOf("test-billing-1"), "test-billing:");
    assert.equal(lineOf("zone-test-billing"), "test-billing:");
    assert.equal(lineOf("test-billing/default-deny"), "test-billing:");
    assert.equal(lineOf("manager-1")?.startsWith("managers:"), true);
    assert.equal(place("urn:pulumi:dev::bulkhead::a::network"), undefined);
  });
});
