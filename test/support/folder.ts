import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterwards } from "./afterwards.ts";

/** A folder of its own for one test, with these files, gone when the test is over. */
export function temporaryFolder(files: Readonly<Record<string, string>> = {}): Folder {
  const folder = new Folder(files);
  afterwards(() => {
    folder.delete();
  });
  return folder;
}

export class Folder {
  readonly path: string;

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.path = mkdtempSync(path.join(tmpdir(), "bulkhead-test-"));
    this.write(files);
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(this.path, name);
      mkdirSync(path.dirname(file), { recursive: true });
      // Scripts start with a shebang, and are to be run.
      writeFileSync(file, content, { mode: content.startsWith("#!") ? 0o755 : 0o644 });
    }
  }

  remove(name: string): void {
    rmSync(path.join(this.path, name), { recursive: true });
  }

  delete(): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 3 });
  }
}
