import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import {
  parseReport,
  type EnvironmentReport,
  type Report,
} from "../../scripts/commands/preview/report/index.ts";
import type { Worktree } from "./worktree.ts";

/** What came of scripts/preview in a clone. */
export interface Previewed {
  readonly code: number | null;
  /** Both streams. */
  readonly output: string;
  readonly report: Report;
  readonly of: (environment: string) => EnvironmentReport;
}

/** Runs scripts/preview in a clone, with its JSON report beside whatever it prints. */
export async function previewIn(clone: Worktree, args: string, before = ""): Promise<Previewed> {
  const file = path.join(clone.folder.path, "preview.json");
  const { code, output } = await clone.sh(
    `rm -f '${file}'; ${before} scripts/preview ${args} --json '${file}'`,
  );
  const text = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  if (text === undefined) throw new Error(`scripts/preview ${args} ended with ${String(code)}:\n${output}`);
  const report = parseReport(file, text);
  return {
    code,
    output: stripVTControlCharacters(output),
    report,
    of: (environment) => {
      const found = report.environments.find(({ name }) => name === environment);
      if (found === undefined) throw new Error(`${environment} is not in the report:\n${output}`);
      return found;
    },
  };
}

/** All changes of an environment, as `create NetworkPolicy a/b`. */
export const changesOf = ({ groups }: EnvironmentReport): string[] =>
  groups
    .flatMap(({ components }) => components.flatMap(({ changes }) => changes))
    .map(({ op, type, name }) => `${op} ${type.slice(type.lastIndexOf(":") + 1)} ${name}`)
    .sort();
