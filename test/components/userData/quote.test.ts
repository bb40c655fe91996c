import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { powershellString, shellWord } from "../../../components/userData/quote.ts";

/** Of everything but the one character that no shell can hold, and often of what means something to one. */
const piece = fc.oneof(
  fc.constantFrom("'", '"', "\\", "$(id)", "`id`", "\n", " ", "*", "!", "\u2018", "\u201b"),
  fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", "")),
);
const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));

describe("a quoted text", function () {
  this.timeout(30_000);

  it("is one word to a shell, the very text", () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), (words) => {
        const input = `printf '%s\\0' ${words.map(shellWord).join(" ")}`;
        const { stdout } = spawnSync("sh", { input, encoding: "utf8" });
        assert.deepEqual(stdout.split("\0").slice(0, -1), words);
      }),
      { numRuns: 50 },
    );
  });

  it("is one string to PowerShell, which any of five characters would end", () => {
    for (const mark of ["'", "\u2018", "\u2019", "\u201a", "\u201b"])
      assert.equal(powershellString(`a${mark}b`), `'a${mark}${mark}b'`);
    fc.assert(
      fc.property(text, (given) => {
        const inside = powershellString(given).slice(1, -1);
        assert.match(inside, /^([^'\u2018-\u201b]|(['\u2018-\u201b])\2)*$/);
        assert.equal(inside.replace(/(['\u2018-\u201b])\1/g, "$1"), given);
      }),
    );
  });
});
