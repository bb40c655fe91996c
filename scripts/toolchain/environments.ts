import fs from "node:fs";
import { join } from "node:path";
import { UserError } from "./report.ts";

/** The environments that have a stack file. */
export const environments = (root: string): readonly string[] =>
  fs
    .readdirSync(join(root, "stacks"))
    .map((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1])
    .filter((name) => name !== undefined)
    .sort();

export function requireEnvironment(root: string, name: string): void {
  const known = environments(root);
  if (known.includes(name)) return;
  const nearest = known
    .map((candidate) => ({ candidate, distance: distance(name, candidate) }))
    .filter((guess) => guess.distance <= Math.max(2, Math.floor(name.length / 2)))
    .sort((a, b) => a.distance - b.distance)[0]?.candidate;
  throw new UserError(
    `there is no environment "${name}": no stacks/Pulumi.${name}.yaml.` +
      (nearest === undefined ? "" : ` Did you mean ${nearest}?`) +
      `\nThere ${known.length === 1 ? "is" : "are"}: ${known.join(", ")}`,
  );
}

/** Where an environment runs, as far as can be told before anything is installed. */
export const targetOf = (root: string, name: string): string | undefined =>
  /^\s+bulkhead:target:\s*["']?([a-z]+)/m.exec(
    fs.readFileSync(join(root, "stacks", `Pulumi.${name}.yaml`), "utf8"),
  )?.[1];

/** Levenshtein's, since no package may be there yet. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(b).entries())
      next.push(
        Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}
