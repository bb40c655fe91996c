import assert from "node:assert/strict";
import { scrub } from "../../../scripts/commands/preview/baseline/index.ts";

const mark = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
const state = {
  manifest: { time: "2026-11-27T10:00:00Z", magic: "m", version: "v3.259.0" },
  secrets_providers: { type: "passphrase", state: { salt: "v1:abc" } },
  pending_operations: [],
  resources: [
    {
      urn: "urn:pulumi:test::bulkhead::a::billing",
      type: "a",
      parent: "urn:pulumi:test::bulkhead::p::swordfish1",
      inputs: { password: { ...mark, plaintext: '"swordfish1"' }, size: "large" },
      outputs: { url: "https://swordfish1@host", size: "large" },
      sourcePosition: "project:///home/somebody/program.ts",
    },
  ],
};

describe("a state without its secrets", () => {
  const { deployment, taken } = scrub(state);
  const text = JSON.stringify(deployment);

  it("has no value that is marked secret", () =>
    assert.equal((deployment.resources?.[0]?.["inputs"] as { password: unknown }).password, "[secret]"));
  it("has none of them where they stand unmarked", () =>
    assert.deepEqual(deployment.resources?.[0]?.["outputs"], {
      url: "https://[secret]@host",
      size: "large",
    }));
  it("says what was taken out of which resource", () =>
    assert.deepEqual(taken, ["billing: inputs.password", "billing: outputs.url"]));
  it("keeps the names by which resources know each other", () =>
    assert.equal(deployment.resources?.[0]?.["parent"], "urn:pulumi:test::bulkhead::p::swordfish1"));
  it("does not say with which key it was kept, nor where somebody works", () =>
    assert.doesNotMatch(text, /salt|passphrase|somebody|pending_operations/));
  it("says from when it is", () => assert.equal(deployment.manifest?.time, "2026-11-27T10:00:00Z"));
});
