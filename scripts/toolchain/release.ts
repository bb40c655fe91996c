import { createHash } from "node:crypto";
import fs from "node:fs";
import { basename, join } from "node:path";
import { remove, type Cache, type Recipe } from "./cache.ts";
import { download } from "./download.ts";
import { during, UserError } from "./report.ts";

// Files that a project has released, with the checksums that it has published.

export interface Released {
  readonly url: string;
  /** Where its checksum is published, in order of trust. */
  readonly sums: readonly string[];
}

export interface Published {
  readonly sha256: string;
  /** Where it stands. */
  readonly from: string;
}

/** The checksum that is published of a file, or why it cannot be had, in one line. */
export async function publishedChecksum(
  { url, sums }: Released,
  env: NodeJS.ProcessEnv,
): Promise<Published | { readonly why: string }> {
  const work = fs.mkdtempSync(join(fs.realpathSync(env["TMPDIR"] ?? "/tmp"), "bulkhead-"));
  try {
    let why = "";
    for (const from of sums) {
      const file = join(work, "sums");
      const failure = await download(from, file, env);
      if (failure !== undefined) {
        why = failure;
        continue;
      }
      const lines = fs.readFileSync(file, "utf8").trim().split("\n");
      const words = lines.map((line) => line.trim().split(/\s+\*?/));
      // A file of one checksum names no file.
      const own = words.find(([, name]) => name === basename(url)) ?? (words.length === 1 ? words[0] : []);
      const [sha256, name = basename(url)] = own ?? [];
      if (sha256 !== undefined && name === basename(url) && /^[0-9a-f]{64}$/.test(sha256))
        return { sha256, from };
      why = `${from} does not name ${basename(url)}`;
    }
    return { why };
  } finally {
    remove(work);
  }
}

/** That a file cannot be had, which is a reason to get it in another way and not a fault. */
class NotFetched extends Error {}

/** Fetches a file, and refuses it where it is not the one that was released. */
export async function fetchReleased(
  { url, sha256, from }: Released & Published,
  file: string,
  env: NodeJS.ProcessEnv,
  wayOut: string,
): Promise<void> {
  const why = await during(`fetching ${basename(url)}`, (now) => download(url, file, env, now));
  if (why !== undefined) throw new NotFetched(why);
  const hash = createHash("sha256");
  for await (const piece of fs.createReadStream(file)) hash.update(piece as Buffer);
  const found = hash.digest("hex");
  if (found !== sha256)
    throw new UserError(
      `${url} is not the file that was released, so it is not used.\n` +
        `  found:     sha256 ${found}\n  published: sha256 ${sha256} (${from})\n` +
        `Find out who changed it. ${wayOut}`,
    );
}

/** An entry that is fetched, or why it cannot be had, in one line. */
export async function fetchEntry(
  cache: Cache,
  recipe: Recipe,
): Promise<{ readonly entry: string } | { readonly why: string }> {
  try {
    return { entry: await cache.entry(recipe) };
  } catch (error) {
    if (error instanceof NotFetched) return { why: error.message };
    throw error;
  }
}
