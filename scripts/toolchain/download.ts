import fs from "node:fs";
import { pipeline } from "node:stream/promises";
import { find, lastLines, run, searchPath } from "./command.ts";
import { size } from "./report.ts";

/** Seconds to wait for a connection: a closed network must not cost more than a few. */
const patience = 4;

/**
 * Fetches a file. Returns why that failed in one line, or undefined when it is there.
 * curl and wget know the machine's proxies and certificates better than Node does.
 */
export async function download(
  url: string,
  file: string,
  env: NodeJS.ProcessEnv,
  progress: (state: string) => void = () => undefined,
): Promise<string | undefined> {
  const timer = setInterval(() => {
    if (fs.existsSync(file)) progress(size(fs.statSync(file).size));
  }, 500);
  try {
    const path = searchPath(env);
    const curl = find("curl", path);
    if (curl !== undefined)
      return await fetchWith(curl, [
        ...["--fail", "--silent", "--show-error", "--location"],
        ...["--connect-timeout", String(patience), "--speed-limit", "1000", "--speed-time", "30"],
        ...["--output", file, url],
      ]);
    const wget = find("wget", path);
    // Only options that BusyBox has too.
    if (wget !== undefined)
      return await fetchWith(wget, ["-T", String(patience), "-t", "1", "-O", file, url]);
    return await withNode(url, file);
  } finally {
    clearInterval(timer);
  }

  async function fetchWith(program: string, args: readonly string[]): Promise<string | undefined> {
    const { code, output } = await run(program, args, { env });
    if (code === 0) return undefined;
    return (
      lastLines(output, 20)
        .split("\n")
        .filter((line) => /\S/.test(line))
        .at(-1) ?? `${program} exited with ${code}`
    );
  }
}

async function withNode(url: string, file: string): Promise<string | undefined> {
  const connecting = new AbortController();
  const timer = setTimeout(() => {
    connecting.abort(new Error(`no answer within ${patience} s`));
  }, patience * 1000);
  try {
    const response = await fetch(url, { signal: connecting.signal });
    clearTimeout(timer);
    if (!response.ok || response.body === null) return `${response.status} ${response.statusText}`.trim();
    await pipeline(response.body, fs.createWriteStream(file));
    return undefined;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return cause instanceof Error ? cause.message : String(cause);
  } finally {
    clearTimeout(timer);
  }
}
