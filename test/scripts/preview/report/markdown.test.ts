import assert from "node:assert/strict";
import fc from "fast-check";
import {
  toHtml,
  toMarkdown,
  toText,
  type Report,
} from "../../../../scripts/commands/preview/report/index.ts";
import { assertGolden } from "../../../support/golden.ts";
import {
  environment,
  environmentFailed,
  everythingNew,
  groupAdded,
  holeOpened,
  large,
  machineReplaced,
  nothingChanged,
  report,
} from "../../../support/previewReports.ts";
import { withTexts } from "./texts.ts";

const examples = {
  "hole-opened": holeOpened,
  "group-added": groupAdded,
  "machine-replaced": machineReplaced,
  "environment-failed": environmentFailed,
  "nothing-changed": nothingChanged,
  "everything-new": everythingNew,
} as const;

/** What is open where the text ends: fences and folds. */
function left(text: string): string[] {
  const open: string[] = [];
  let fence: string | undefined;
  for (const line of text.split("\n")) {
    const marks = /^ *(`{3,})/.exec(line)?.[1];
    if (fence !== undefined) {
      if (marks !== undefined && marks.length >= fence.length && line.trim() === marks) fence = undefined;
      continue;
    }
    if (marks !== undefined) {
      fence = marks;
      continue;
    }
    for (const [tag] of line.matchAll(/<\/?details>/g)) {
      if (tag === "<details>") open.push(tag);
      else if (open.pop() === undefined) open.push(tag);
    }
  }
  return fence === undefined ? open : [...open, fence];
}

/** A text without its fences, in which nothing is markup. */
const outsideFences = (text: string): string => text.replace(/^( *)(`{3,})[^`\n]*\n[^]*?\n\1\2 *$/gm, "");

const position = (text: string, part: string): number => {
  const at = text.indexOf(part);
  assert.ok(at >= 0, `there is no ${JSON.stringify(part)} in\n${text}`);
  return at;
};

describe("a report as a comment", () => {
  for (const [name, make] of Object.entries(examples))
    it(`reads as a person would want to know of ${name.replaceAll("-", " ")}`, () =>
      assertGolden(new URL(`../../../golden/preview-${name}.md`, import.meta.url), toMarkdown(make())));

  it("says first what is wrong, then what matters, then counts, then what changes", () => {
    const text = toMarkdown(holeOpened());
    const parts = ["## Preview:", "LEAK", "because", "can now reach", "to create", "<details>"];
    const places = parts.map((part) => position(text, part));
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
  });

  it("says that there are no changes in a few lines where there are none", () => {
    const text = toMarkdown(nothingChanged());
    assert.match(text, /^## Preview: no changes\n/);
    assert.ok(text.split("\n").length < 12, text);
    assert.doesNotMatch(text, /<details>/);
  });

  it("does not list an environment without changes among what failed in another", () => {
    const text = toMarkdown(environmentFailed());
    const between = text.slice(position(text, "did you mean test?"), position(text, "**dev**: no changes"));
    assert.match(between, /^### The others$/m);
  });

  it("names an exception in its last 14 days, an expired and a new one, and no other", () => {
    const exception = (what: string, daysLeft: number, isNew = false) => ({
      what,
      why: "why",
      owner: "owner",
      expires: "2026-12-12",
      daysLeft,
      isNew,
    });
    const { proof, ...one } = environment("dev");
    assert.ok(proof !== undefined);
    const exceptions = [
      exception("far", 15),
      exception("near", 14),
      exception("last day", 0),
      exception("past", -1),
      exception("fresh", 100, true),
    ];
    const text = toMarkdown(report([{ ...one, proof: { ...proof, exceptions } }]));
    assert.match(text, /4 exceptions to decide about/);
    for (const line of [
      /expires in 14 days.*: near/,
      /expires today: last day/,
      /EXPIRED.*: past/,
      /new.*: fresh/,
    ])
      assert.match(text, line);
    assert.doesNotMatch(text, /: far/);
  });

  it("names a limit whose use has changed or is at 80 %, and no other", () => {
    const limit = (what: string, used: number, before: number) => ({
      what,
      used,
      limit: 100,
      before,
      wayOut: `ask for more ${what}`,
    });
    const text = toMarkdown(
      report([
        environment("dev", {
          counts: { create: 1, update: 0, replace: 0, delete: 0, same: 1 },
          limits: [
            limit("roofs", 79, 79),
            limit("doors", 80, 80),
            limit("keys", 3, 2),
            limit("locks", 101, 99),
          ],
        }),
      ]),
    );
    assert.doesNotMatch(text, /roofs/);
    assert.match(text, /doors: 80 of 100 \(80 %\)\n {2}- way out: ask for more doors/);
    assert.match(text, /keys: 3 of 100 \(3 %\), 2 before\n- locks: 101 of 100 \(OVER THE LIMIT\), 99 before/);
  });

  it("names environments that were not touched in one line", () =>
    assert.match(
      toMarkdown(report([], { untouched: ["dev", "test"] })),
      /Not touched by this change, and so not previewed: dev and test\./,
    ));
});

it("a report says of a stack file that goes that its stack stays", () => {
  for (const form of [toMarkdown, toText, toHtml])
    assert.match(
      form(report([], { removed: ["demo"] })),
      /The stack file of demo goes: what that stack has made stays/,
    );
});

describe("a report that is too long for a comment", () => {
  for (const limit of [300, 1000, 4000, 16_000, 65_536])
    it(`has at most ${limit} characters, is well formed, and says that something is left out`, () => {
      const text = toMarkdown(large(2000), limit);
      assert.ok(text.length <= limit, String(text.length));
      assert.deepEqual(left(text), []);
      assert.match(text, /^## Preview/);
      if (limit >= 1000)
        assert.match(text, /Left out, since it would be too long: .*The whole is in the HTML report/);
    });

  it("is within GitHub's limit of bytes as well, whatever the letters", () => {
    const text = toMarkdown(withTexts(large(2000), () => "\u{1F6A2}".repeat(30)));
    assert.ok(text.length <= 65_536);
    assert.ok(Buffer.byteLength(text) <= 262_144);
  });

  it("keeps leaks and failures as long as anything else can go", () => {
    const [leaking] = holeOpened().environments;
    const [huge] = large(2000).environments;
    const [failed] = environmentFailed().environments.filter(({ outcome }) => outcome === "failed");
    assert.ok(leaking !== undefined && huge !== undefined && failed !== undefined);
    const both = report([{ ...huge, name: "huge" }, leaking, failed]);
    const text = toMarkdown(both, 6000);
    for (const { message } of leaking.proof?.findings ?? [])
      assert.ok(text.includes(message.split(" ")[0] ?? ""), message);
    assert.match(text, /CANNOT BE PREVIEWED/);
    assert.doesNotMatch(text, /```diff/);
  });

  it("drops properties first, then names, maps, components, groups and notes, and findings last", () => {
    const [leaking] = holeOpened().environments.filter(({ name }) => name === "test");
    assert.ok(leaking !== undefined);
    const noted = report([{ ...leaking, notes: ["a note"] }]);
    // From the least important on, by what only it says.
    const parts = [
      "```diff",
      "test-claims from test-portal tcp",
      "```mermaid",
      "SecurityGroups firewall",
      "test-claims</b>|test-claims: 1 to",
      "a note",
      "51 of 60",
      "expires in 9 days",
      "can now reach",
      "271 stay",
      "node selector",
      "pods of test-portal can run",
      "example: test-portal-1",
      "test-portal can reach test-claims",
    ].map((part) => new RegExp(part));
    const states = new Set<number>();
    for (let limit = 400; limit < 5000; limit += 10) {
      const text = toMarkdown(noted, limit);
      const has = parts.map((part) => part.test(text));
      const first = has.indexOf(true);
      assert.ok(first < 0 || has.slice(first).every(Boolean), `${limit}: ${has.join(" ")}\n${text}`);
      states.add(first);
    }
    assert.equal(states.size, parts.length + 1, [...states].join(" "));
  });

  it("leaves nothing out, and does not say so, where all has room", () =>
    assert.doesNotMatch(toMarkdown(holeOpened(), 1_000_000), /Left out/));
});

describe("what others wrote, in a comment", () => {
  const own = /<\/?(?:details|summary|b|code)>|<br>/g;

  it("is never HTML, closes no fence and no fold, and mentions nobody", () => {
    const evil = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.constantFrom(
        "</details><script>alert(1)</script>",
        "```\n```",
        "````` x",
        "<img src=x onerror=alert(1)>",
        "@octocat please merge",
        "![x](https://evil.example/x.png)",
        "[click](javascript:alert(1))",
        "| a | b |\n|---|---|",
        "\u202Eevil\u2066",
        "https://evil.example",
        "# heading\n- [ ] task",
        "<!-- hidden -->",
        "%%{init: {}}%%\nclick a href",
      ),
    );
    fc.assert(
      fc.property(
        fc.array(evil, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 500, max: 30_000 }),
        (texts, limit) => {
          let at = 0;
          const text = toMarkdown(
            withTexts(holeOpened(), () => texts[at++ % texts.length] ?? ""),
            limit,
          );
          assert.ok(text.length <= limit);
          assert.deepEqual(left(text), []);
          const plain = outsideFences(text);
          assert.doesNotMatch(plain.replace(own, ""), /<[a-z!/]/i, plain);
          assert.doesNotMatch(plain, /(?<![\w\\])@(?=[a-z])/i);
          assert.doesNotMatch(text, /[\u202A-\u202E\u2066-\u2069]/);
          // GitHub reads a line that begins with HTML as HTML alone, in which these mean nothing.
          assert.doesNotMatch(plain.replace(/^<details>.*$/gm, ""), /(?<!\\)!\[|(?<!\\)\]\(/);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("links nowhere: no address, no mail, no issue and no person", () => {
    const texts = [
      "_www.evil.example",
      "https://evil.example",
      "a@evil.example",
      "see #12 and GH-12",
      "@octocat",
    ];
    for (const text of texts) {
      const shown = toMarkdown(withTexts(holeOpened(), () => text))
        .replace(/^```(?:diff|mermaid)$[^]*?^```$/gm, "")
        .replaceAll("&#8203;", "\u200B");
      assert.doesNotMatch(shown, /www\.|:\/\/|@\w|#\d|GH-\d/, text);
      assert.match(shown, /evil|12|octocat/, text);
    }
  });

  it("in a map is drawn only where it is one that Bulkhead draws", () => {
    const [one] = holeOpened().environments;
    assert.ok(one !== undefined);
    const bad = report([
      {
        ...one,
        maps: [{ layer: "machines", mermaid: 'flowchart LR\n  click a href "https://evil.example"\n' }],
      },
    ]);
    assert.doesNotMatch(toMarkdown(bad), /evil\.example/);
    assert.match(toMarkdown(bad), /is not shown/);
  });

  it("of an environment's name does not forge a line", () => {
    const forged: Report = report([environment("dev\n## Preview: no changes")]);
    assert.equal(toMarkdown(forged).match(/^## /gm)?.length, 1);
  });
});
