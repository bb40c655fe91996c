import assert from "node:assert/strict";
import {
  describeDiff,
  diffMarkdown,
  toJson,
  type JsonAllowed,
  type ProofJson,
} from "../../../../components/proof/report/index.ts";
import { dev, leaking, troubled } from "../../../support/statements.ts";

const report = (...[statement]: Parameters<typeof toJson>) => JSON.parse(toJson(statement)) as ProofJson;

const tcp = (from: string, to: string, ...ports: [number, number][]): JsonAllowed => ({
  from,
  to,
  protocol: 6,
  ports,
});

/** A report of endpoints with the party before their number, and of what is allowed. */
const of = (endpoints: readonly string[], ...allowed: readonly JsonAllowed[]): ProofJson => ({
  endpoints: endpoints.map((id) => ({
    id,
    kind: "host",
    ...(id.includes("-") && { party: id.replace(/-\d+$/, "") }),
  })),
  allowed,
  leaks: [],
  missing: [],
  exceptions: [],
  assumptions: [],
  source: "",
  holds: true,
  excused: [],
  outside: [],
});

const words = (before: ProofJson, after: ProofJson) => describeDiff(before, after).words.split("\n");
const two = ["test-portal-1", "test-portal-2", "test-claims-1", "test-claims-2", "x", "y"];

describe("the difference of two reports", () => {
  it("says which flow opened and which closed", () => {
    const flow = tcp("test-portal-1", "test-claims-1", [5432, 5432]);
    assert.deepEqual(words(of(two), of(two, flow)), [
      "test-portal-1 can now reach test-claims-1 on tcp/5432",
    ]);
    assert.deepEqual(words(of(two, flow), of(two)), [
      "test-portal-1 can no longer reach test-claims-1 on tcp/5432",
    ]);
  });

  it("says only the ports that changed", () => {
    assert.deepEqual(words(of(two, tcp("x", "y", [80, 90])), of(two, tcp("x", "y", [85, 95]))), [
      "x can now reach y on tcp/91-95",
      "x can no longer reach y on tcp/80-84",
    ]);
  });

  it("names a party where it is all of its endpoints, and endpoints where it is some", () => {
    const from = ["test-portal-1", "test-portal-2"];
    const to = ["test-claims-1", "test-claims-2"];
    const all = from.flatMap((a) => to.map((b) => tcp(a, b, [443, 443])));
    assert.deepEqual(words(of(two), of(two, ...all)), ["test-portal can now reach test-claims on tcp/443"]);
    assert.deepEqual(words(of(two), of(two, ...all.slice(0, 3))), [
      "test-portal-1 can now reach test-claims on tcp/443",
      "test-portal-2 can now reach test-claims-1 on tcp/443",
    ]);
  });

  it("names endpoints where it is not the whole party", () => {
    const three = ["web-1", "web-2", "web-3", "x"];
    assert.deepEqual(words(of(three), of(three, tcp("web-1", "x", [80, 80]), tcp("web-2", "x", [80, 80]))), [
      "web-1 and web-2 can now reach x on tcp/80",
    ]);
  });

  it("says once what is the same for many", () => {
    const names = ["a", "b", "c", "d", "e"];
    const all = names.map((name) => tcp(name, "y", [53, 53]));
    assert.deepEqual(words(of(two), of(two, ...all)), ["a, b and 3 more can now reach y on tcp/53"]);
    const inside = names.flatMap((a) => names.filter((b) => b !== a).map((b) => tcp(a, b, [1, 1])));
    assert.deepEqual(words(of(two), of(two, ...inside)), [
      "a, b and 3 more can now reach each other on tcp/1",
    ]);
  });

  it("never says that somebody can reach another who cannot", () => {
    const flows = [tcp("a", "x", [1, 1]), tcp("a", "y", [1, 1]), tcp("b", "x", [1, 1])];
    const { opened } = describeDiff(of(two), of(two, ...flows));
    const pairs = opened.flatMap(({ from, to }) => from.flatMap((a) => to.map((b) => `${a} ${b}`)));
    assert.deepEqual(pairs.sort(), ["a x", "a y", "b x"]);
  });

  it("says which findings are new and which are gone", () => {
    assert.deepEqual(words(report(dev()), report(leaking())), [
      "new finding: test-portal can reach test-claims on tcp/5432",
      "test-portal can now reach test-claims on tcp/5432",
    ]);
    assert.ok(
      words(report(troubled()), report(dev())).includes(
        "no longer found: team test-portal can read secrets of namespace test-claims",
      ),
    );
  });

  it("is nothing between equal reports, however they are sorted", () => {
    const before = report(troubled());
    const after = { ...before, allowed: before.allowed.toReversed() };
    const same = describeDiff(before, after);
    assert.deepEqual([same.opened, same.closed, same.appeared, same.gone], [[], [], [], []]);
    assert.equal(same.words, "nobody can reach more or less than before");
  });

  it("says who came and who went", () => {
    assert.deepEqual(words(of(["a", "b"]), of(["b", "c"])), ["new: c", "gone: a"]);
  });

  it("is Markdown in which texts of others stay text", () => {
    const shown = diffMarkdown(describeDiff(of([]), of([], tcp("<b>", "a|b", [1, 1]))));
    assert.equal(shown, "### Opened\n\n- &lt;b> can now reach a\\|b on tcp/1\n");
  });
});

describe("what passes between pods", () => {
  const pods = (...allowed: readonly JsonAllowed[]): ProofJson => ({
    ...of([], ...allowed),
    endpoints: ["a", "b"].map((id) => ({ id, kind: "pods" })),
  });

  it("is no difference where it is a protocol about which network policies decide nothing", () => {
    const icmp: JsonAllowed = { from: "a", to: "b", protocol: 1, ports: null };
    assert.deepEqual(words(pods(), pods(icmp, tcp("a", "b", [443, 443]))), ["a can now reach b on tcp/443"]);
  });
  it("is one between machines", () => {
    const icmp: JsonAllowed = { from: "x", to: "y", protocol: 1, ports: null };
    assert.deepEqual(words(of(two), of(two, icmp)), ["x can now reach y on icmp"]);
  });
});
