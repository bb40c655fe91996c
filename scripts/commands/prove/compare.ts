import {
  describeDiff,
  diffMarkdown,
  toJson,
  type ProofJson,
} from "../../../components/proof/report/index.ts";
import { UnreadableError } from "../../../components/proof/unreadable.ts";
import { read, readText, type Sources } from "./source.ts";

/** What opened and closed between two plans, states or reports, in words. */
export async function compare(files: readonly string[], sources: Sources, format: string): Promise<string> {
  const [old, now, ...more] = files;
  if (old === undefined || now === undefined || more.length > 0)
    throw new RangeError("--diff takes two files: the old one and the new one");
  const diff = describeDiff(await report(old, sources), await report(now, sources));
  if (format === "html") throw new RangeError("a difference has the formats text, json and markdown");
  if (format === "json") return `${JSON.stringify(diff, null, 2)}\n`;
  return format === "markdown" ? diffMarkdown(diff) : `${diff.words}\n`;
}

async function report(file: string, { environment }: Sources): Promise<ProofJson> {
  const expected = "a JSON report of scripts/prove, a plan or a state";
  let parsed: unknown;
  try {
    parsed = JSON.parse(readText(file));
  } catch (error) {
    if (error instanceof UnreadableError) throw error;
    throw new UnreadableError({ file, what: "it is not JSON", expected });
  }
  const has = (key: string) => typeof parsed === "object" && parsed !== null && Object.hasOwn(parsed, key);
  if (has("endpoints") && has("allowed")) return parsed as ProofJson;
  const named = environment === undefined ? {} : { environment };
  const kind = has("deployment") ? { state: file } : has("steps") ? { plan: file } : undefined;
  if (kind === undefined) throw new UnreadableError({ file, what: "it is neither", expected });
  const { statement } = await read({ ...kind, ...named });
  return JSON.parse(toJson(statement)) as ProofJson;
}
