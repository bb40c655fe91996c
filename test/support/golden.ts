import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";

/** Compares text with a committed file; with UPDATE_GOLDEN=1 in the environment writes the file instead. */
export async function assertGolden(file: URL, actual: string): Promise<void> {
  if (process.env["UPDATE_GOLDEN"] === "1") await writeFile(file, actual);
  assert.equal(
    actual,
    await readFile(file, "utf8"),
    `${file.pathname} is out of step: UPDATE_GOLDEN=1 npm test writes it anew`,
  );
}
