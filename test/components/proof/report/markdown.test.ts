import assert from "node:assert/strict";
import { markdownText, mermaidText, webAddress } from "../../../../components/proof/report/escape.ts";
import { toMarkdown } from "../../../../components/proof/report/index.ts";
import { assertGolden } from "../../../support/golden.ts";
import { hostile, large, manifests, troubled } from "../../../support/statements.ts";

const golden = (name: string) => new URL(`../../../golden/proof-${name}.md`, import.meta.url);

describe("a statement as Markdown", () => {
  it("shows findings, the matrix, a map, and folded what passes and why", async () => {
    await assertGolden(golden("troubled"), toMarkdown(troubled()));
  });

  it("shows who can reach whom where nothing was asked", async () => {
    await assertGolden(golden("manifests"), toMarkdown(manifests()));
  });

  it("stays short enough for a comment with 200 zones", () => {
    const limit = 65_536; // https://github.com/orgs/community/discussions/27190
    assert.ok(toMarkdown(large()).length < limit);
  });

  it("has as many columns in each row of a table as in its head, whatever the texts", () => {
    for (const statement of [troubled(), hostile()]) {
      const tables = toMarkdown(statement)
        .split("\n\n")
        .filter((part) => part.startsWith("|"));
      assert.ok(tables.length > 3);
      for (const table of tables) {
        const widths = new Set(table.split("\n").map((line) => line.match(/(?<!\\)\|/g)?.length));
        assert.equal(widths.size, 1, table);
      }
    }
  });

  it("keeps HTML, code and tables of others' texts text", () => {
    const shown = toMarkdown(hostile());
    assert.ok(!/<img|<\/script/.test(shown));
    const summaries = shown.split("\n").filter((line) => line.startsWith("<details>"));
    assert.ok(summaries.every((line) => line.includes("&lt;img") && !line.includes("\\")));
    const others = shown
      .split("\n")
      .filter((line) => !line.startsWith("```") && !line.startsWith("<details>"));
    assert.deepEqual(
      others.filter((line) => /(?<!\\)`/.test(line)),
      [],
    );
  });

  it("escapes what Markdown reads as its own, and mentions nobody", () => {
    assert.equal(markdownText("a|b `c` <d> *e*\n# f"), "a\\|b \\`c\\` &lt;d> \\*e\\* # f");
    assert.equal(markdownText("@team, mail a@example.com"), "@&#8203;team, mail a@example.com");
    assert.equal(markdownText("# title"), "\\# title");
    assert.equal(markdownText("1. first"), "1\\. first");
    assert.equal(markdownText("10.0.0.0/8"), "10.0.0.0/8");
  });

  it("escapes what Mermaid reads as its own", () => {
    assert.equal(
      mermaidText('say "end"; %%{init}%% #35;'),
      "say #34;end#34;#59; #37;#37;#123;init#125;#37;#37; #35;35#59;",
    );
  });

  it("links only to addresses on the web", () => {
    assert.equal(webAddress("https://example.com/a"), "https://example.com/a");
    for (const text of ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "the handbook"])
      assert.equal(webAddress(text), undefined, text);
  });
});
