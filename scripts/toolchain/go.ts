import fs from "node:fs";
import { join } from "node:path";
import { checksum, remove, type Cache } from "./cache.ts";
import { lastLines, run } from "./command.ts";
import { explain, missing } from "./machine.ts";
import { during, UserError } from "./report.ts";

// Programs that are built from Go modules of other projects, by way of a small module here that pins them.

export interface GoProgram {
  /** For people: `the Pulumi CLI v3.259.0`. */
  readonly what: string;
  /** The folder of the module that pins the versions, with go.mod, go.sum and perhaps sources. */
  readonly source: string;
  /** The package that is built. */
  readonly package: string;
  /** Flags of `go build`. */
  readonly flags: readonly string[];
  readonly tags?: string;
  /** How long it takes, for people. */
  readonly duration: string;
  /** What a person can do where it cannot be built. */
  readonly waysOut: string;
}

/** Tells one build of a program from every other. */
export const buildKey = (program: GoProgram): string =>
  checksum(
    program.package,
    program.tags ?? "",
    ...program.flags,
    ...sources(program).flatMap((file) => [file, fs.readFileSync(join(program.source, file))]),
  );

/** Throws a UserError where there is no Go, or one that is too old for the program. */
export async function requireGo(program: GoProgram, env: NodeJS.ProcessEnv, reason: string): Promise<void> {
  const wanted = /^go (\S+)/m.exec(fs.readFileSync(join(program.source, "go.mod"), "utf8"))?.[1];
  const because = reason === "" ? "" : `${reason}\n`;
  if (missing(["go"], env).length > 0)
    throw new UserError(
      `${because}To build ${program.what} from Go modules, Go ${wanted ?? ""} or newer is missing:\n${explain(["go"], env)}\n${program.waysOut}`,
    );
  // In the module's folder Go says itself whether it is new enough, or fetches a newer one where it may.
  const asked = await run("go", ["list", "-m"], { cwd: program.source, env: { ...env, GOWORK: "off" } });
  if (asked.code !== 0)
    throw new UserError(
      `${because}Go cannot build ${program.what}: ${asked.output.trim()}\n${program.waysOut}`,
    );
}

/**
 * Builds a program into a file of a cache's part. `after` may run Go once more, in a copy of the module's folder, as
 * long as what was fetched is there.
 */
export async function buildGo(
  program: GoProgram,
  cache: Cache,
  env: NodeJS.ProcessEnv,
  { part, output }: { readonly part: string; readonly output: string },
  after?: (go: (...args: string[]) => Promise<string>) => Promise<void>,
): Promise<void> {
  // Shared by later runs: after a kill the next build goes on where this one was.
  const caches = cache.path(`go-${buildKey(program)}`);
  const goEnv = {
    ...env,
    GOMODCACHE: env["GOMODCACHE"] ?? join(caches, "modules"),
    GOCACHE: env["GOCACHE"] ?? join(caches, "build"),
    GOWORK: "off",
  };
  const work = join(part, "source");
  fs.mkdirSync(work);
  for (const file of sources(program)) fs.cpSync(join(program.source, file), join(work, file));
  const go = async (args: readonly string[], onLine?: (line: string) => void) => {
    const result = await run("go", args, {
      cwd: work,
      env: goEnv,
      ...(onLine === undefined ? {} : { onLine }),
    });
    if (result.code === 0) return result.stdout;
    throw new UserError(`go ${args[0] ?? ""} failed:\n${lastLines(result.output, 30)}\n${program.waysOut}`);
  };
  const tags = program.tags === undefined ? [] : ["-tags", program.tags];
  await during(`building ${program.what} from Go modules (${program.duration})`, async (now) => {
    let fetched = 0;
    const listed = await go(["list", "-modcacherw", ...tags, "-deps", program.package], (line) => {
      if (line.startsWith("go: downloading")) now(`${++fetched} modules fetched`);
    });
    const total = listed.trim().split("\n").length;
    let compiled = 0;
    await go(
      ["build", "-v", "-modcacherw", "-trimpath", ...tags, ...program.flags, "-o", output, program.package],
      () => now(`${++compiled} of ${total} packages compiled`),
    );
  });
  await after?.((...args) => go(args));
  remove(work);
  if ((env["BULKHEAD_KEEP_GO_CACHE"] ?? "") === "") remove(caches);
}

const sources = ({ source }: GoProgram): string[] =>
  fs
    .readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((file) => /^go\.(?:mod|sum)$|(?<!_test)\.go$/.test(file))
    .sort();
