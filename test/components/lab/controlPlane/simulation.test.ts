import assert from "node:assert/strict";
import { simulated, simulator, stages } from "../../../../components/lab/controlPlane/index.ts";

describe("the stages of simulated nodes and pods", () => {
  interface Stage {
    readonly kind: string;
    readonly metadata: { readonly name: string };
    readonly spec: {
      readonly resourceRef: { readonly kind: string };
      readonly selector: { readonly matchExpressions: readonly { readonly key: string }[] };
      readonly next: { readonly statusTemplate?: string; readonly delete?: boolean };
    };
  }
  const read = stages.map((stage) => JSON.parse(JSON.stringify(stage)) as Stage);

  it("are documents that JSON holds whole, each with a name of its own", () => {
    assert.deepEqual(read, stages);
    const names = read.map(({ metadata }) => metadata.name);
    assert.equal(new Set(names).size, names.length);
    for (const { kind } of read) assert.equal(kind, "Stage");
  });

  it("each say whose they are and when they come, and either write a status or delete", () => {
    for (const { metadata, spec } of read) {
      assert.ok(["Node", "Pod"].includes(spec.resourceRef.kind), metadata.name);
      assert.ok(spec.selector.matchExpressions.length > 0, metadata.name);
      assert.equal((spec.next.statusTemplate !== undefined) !== (spec.next.delete === true), true);
    }
  });

  it("have templates whose blocks all end", () => {
    for (const { metadata, spec } of read) {
      const text = spec.next.statusTemplate ?? "";
      const begins = text.match(/\{\{-? *(?:range|with|if)\b/g) ?? [];
      const ends = text.match(/\{\{-? *end\b/g) ?? [];
      assert.equal(begins.length, ends.length, metadata.name);
      assert.equal(text.split("{{").length, text.split("}}").length, metadata.name);
    }
  });

  it("quote what objects say, so that no team's pod writes more of a status than its own words", () => {
    for (const { metadata, spec } of read)
      for (const [action] of (spec.next.statusTemplate ?? "").matchAll(/\{\{[^}]*\}\}/g))
        if (
          /\.(?:name|image|metadata|reason|message|type|status)\b/.test(action) &&
          !/\b(?:range|with)\b/.test(action)
        )
          assert.match(action, /\| Quote \}\}$/, `${metadata.name}: ${action}`);
  });

  it("touch nodes that are marked as simulated, by a user of their own", () => {
    assert.deepEqual(simulated, { "kwok.x-k8s.io/node": "fake" });
    assert.doesNotMatch(simulator, /^system:/, "Kubernetes keeps these for itself");
  });
});
