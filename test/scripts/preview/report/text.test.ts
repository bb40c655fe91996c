import assert from "node:assert/strict";
import { toText } from "../../../../scripts/commands/preview/report/index.ts";
import { assertGolden } from "../../../support/golden.ts";
import {
  environmentFailed,
  groupAdded,
  holeOpened,
  large,
  machineReplaced,
  nothingChanged,
} from "../../../support/previewReports.ts";
import { withTexts } from "./texts.ts";

describe("a report on a terminal", () => {
  for (const [name, make] of Object.entries({
    "hole-opened": holeOpened,
    "group-added": groupAdded,
    "machine-replaced": machineReplaced,
    "environment-failed": environmentFailed,
    "nothing-changed": nothingChanged,
  }))
    it(`reads as a person would want to know of ${name.replaceAll("-", " ")}`, () =>
      assertGolden(new URL(`../../../golden/preview-${name}.txt`, import.meta.url), toText(make())));

  it("counts changes that are more than a screen", () =>
    assert.ok(toText(large(2000)).split("\n").length < 120));

  it("hands what runs CI no commands, wherever they stand", () => {
    for (const command of ["::add-mask::a", "##[error]a", "##vso[task.setvariable variable=a]b"]) {
      const text = toText(withTexts(holeOpened(), (before) => `${command} ${before} ${command}`));
      assert.doesNotMatch(text, /^\s*::|##\w*\[/m);
      assert.match(text, /add-mask|error|setvariable/);
    }
  });

  it("hands the terminal no commands, and forges no lines", () => {
    const text = toText(withTexts(holeOpened(), (before) => `${before}\u001B[2J\n::error::forged\u202E`));
    assert.doesNotMatch(text, /[^\P{Cc}\n]|\u202E|^::/mu);
  });
});
