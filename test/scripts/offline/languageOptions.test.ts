import assert from "node:assert/strict";
import { parseOptions, splitWords } from "../../../scripts/offline/language/options.ts";

describe("the runtime options of a project", () => {
  it("have the defaults of the official host", () => {
    assert.deepEqual(parseOptions({}), {
      typescript: true,
      tsconfig: "",
      nodeArguments: [],
      packageManager: "auto",
      production: false,
    });
  });

  for (const [raw, problem] of [
    [{ typescript: "no" }, "typescript option must be a boolean"],
    [{ tsconfig: 1 }, "tsconfig option must be a string"],
    [{ nodeargs: ["--inspect"] }, "nodeargs option must be a string"],
    [{ production: 1 }, "production option must be a boolean"],
    [{ packagemanager: true }, "packagemanager option must be a string"],
    [
      { packagemanager: "deno" },
      'packagemanager option must be one of auto, npm, yarn, pnpm or bun, got "deno"',
    ],
    [{ nodeargs: "--title 'a" }, "nodeargs option lacks a closing ': --title 'a"],
    [{ nodeargs: "a\\" }, "nodeargs option ends in a backslash: a\\"],
  ] as const)
    it(`are refused where ${problem}`, () => {
      assert.throws(() => parseOptions(raw), { message: problem });
    });

  for (const [text, words] of [
    ["", []],
    ["  --a   b ", ["--a", "b"]],
    [`--title 'it is "so"' x`, ["--title", 'it is "so"', "x"]],
    [`"a \\"b\\" \\n" c\\ d`, ['a "b" \\n', "c d"]],
    [`'' "" a'b'"c"`, ["", "", "abc"]],
  ] as const)
    it(`split ${JSON.stringify(text)} as a shell would`, () => {
      assert.deepEqual(splitWords(text), words);
    });
});
