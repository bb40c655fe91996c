import fs from "node:fs";
import path from "node:path";

/** The file that a command's name stands for on PATH. */
export function findExecutable(name: string, searchPath = process.env["PATH"] ?? ""): string | undefined {
  return searchPath
    .split(path.delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => path.resolve(folder, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The nearest folder at or above this one that holds a file or folder of one of these names. */
export function searchUp(from: string, names: readonly string[]): string | undefined {
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    if (names.some((name) => fs.existsSync(path.join(folder, name)))) return folder;
    if (folder === path.dirname(folder)) return undefined;
  }
}
