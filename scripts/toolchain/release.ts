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
  let why = "";
  for (const from of sums) {
    const found = await fetchText(from, env);
    if ("why" in found) {
      why = found.why;
      continue;
    }
    const sha256 = checksumIn(found.text, basename(url));
    if (sha256 !== undefined) return { sha256, from };
    why = `${from} does not name ${basename(url)}`;
  }
  return { why };
}

/** The text of a small file, or why it cannot be had, in one line. */
export async function fetchText(
  url: string,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly text: string } | { readonly why: string }> {
  const work = fs.mkdtempSync(join(fs.realpathSync(env["TMPDIR"] ?? "/tmp"), "bulkhead-"));
  try {
    const file = join(work, "text");
    const why = await download(url, file, env);
    return why === undefined ? { text: fs.readFileSync(file, "utf8") } : { why: `${url}: ${why}` };
  } finally {
    remove(work);
  }
}

/** Finds a file's checksum in lines as sha256sum writes them, in a file of nothing else, or in GitHub's words. */
function checksumIn(text: string, file: string): string | undefined {
  const lines = text.startsWith("{")
    ? githubDigests(text)
    : text
        .trim()
        .split("\n")
        .map((line) => line.trim().split(/\s+\*?/));
  const [sha256, name = file] =
    lines.find(([, named]) => named === file) ?? (lines.length === 1 ? (lines[0] ?? []) : []);
  return name === file && /^[0-9a-f]{64}$/.test(sha256 ?? "") ? sha256 : undefined;
}

/** What GitHub tells of a release's files (https://docs.github.com/en/rest/releases/releases). */
interface GithubRelease {
  readonly assets: readonly { readonly name: string; readonly digest: string | null }[];
}

function githubDigests(text: string): string[][] {
  try {
    const { assets = [] } = JSON.parse(text) as Partial<GithubRelease>;
    return assets.map(({ name, digest }) => [digest?.replace(/^sha256:/, "") ?? "", name]);
  } catch {
    return [];
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
  if (why !== undefined) throw new NotFetched(`${url}: ${why}`);
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
