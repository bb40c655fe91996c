import fs from "node:fs";
import { join, resolve } from "node:path";
import { checksum, platform, remove, type Cache } from "./cache.ts";
import { lastLines, run } from "./command.ts";
import { explain, missing } from "./machine.ts";
import { during, UserError } from "./report.ts";

// The program that sends the packets of `scripts/lab check`, which is of this repository.

const sources = resolve(import.meta.dirname, "..", "..", "components", "lab", "check", "prober");
const name = "prober";

/** Builds the prober where the cache has none of these sources yet. Returns the path of the program. */
export async function prepareProber(cache: Cache, env: NodeJS.ProcessEnv, folder = sources): Promise<string> {
  if (missing(["go"], env).length > 0)
    throw new UserError(
      `to build the prober, which sends the packets, Go is missing:\n${explain(["go"], env)}`,
    );
  const go = async (args: readonly string[], cwd: string, more: NodeJS.ProcessEnv = {}) => {
    const { code, output, stdout } = await run("go", args, { cwd, env: { ...more, ...env, ...settings } });
    if (code === 0) return stdout.trim();
    throw new UserError(`the prober cannot be built, go ${args[0] ?? ""} failed:\n${lastLines(output, 30)}`);
  };
  const files = fs
    .readdirSync(folder)
    .filter((file) => /^go\.(?:mod|sum)$|(?<!_test)\.go$/.test(file))
    .sort()
    .map((file) => ({ file, content: fs.readFileSync(join(folder, file)) }));
  const version = await go(["env", "GOVERSION"], folder);
  const key = checksum(version, ...flags, ...files.flatMap(({ file, content }) => [file, content]));
  const entry = await cache.entry({
    name: `go-${name}-${platform}-${key}`,
    what: "the lab's prober",
    make: (part) =>
      during("building the lab's prober (about 10 seconds)", async () => {
        // A copy, so that what is built is what the name tells, and Go changes nothing of the repository.
        const [work, compiled] = [join(part, "source"), join(part, "compiled")];
        fs.mkdirSync(work);
        for (const { file, content } of files) fs.writeFileSync(join(work, file), content);
        await go(["build", ...flags, "-o", join(part, name), "."], work, { GOCACHE: compiled });
        remove(work);
        remove(compiled);
      }),
  });
  return join(entry, name);
}

// What the prober needs is in Go itself, so nothing is fetched, and a program without C runs on every Linux.
const settings = {
  CGO_ENABLED: "0",
  GOFLAGS: "-mod=mod",
  GOPROXY: "off",
  GOTOOLCHAIN: "local",
  GOWORK: "off",
};
const flags = ["-trimpath", "-buildvcs=false", "-ldflags=-s -w"];
