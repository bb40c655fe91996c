import { resolve, join } from "node:path";
import { platform, type Cache } from "./cache.ts";
import { buildGo, buildKey, requireGo, type GoProgram } from "./go.ts";

// actionlint, which tests check GitHub's workflows with. Its releases are on GitHub alone, its module is on every proxy.

const program: GoProgram = {
  what: "actionlint v1.7.12",
  source: resolve(import.meta.dirname, "actionlint"),
  package: "github.com/rhysd/actionlint/cmd/actionlint",
  flags: ["-ldflags=-s -w"],
  duration: "about 15 seconds",
  waysOut: "Give this machine access to a Go module proxy (GOPROXY).",
};

/** Builds actionlint where the cache has none yet. Returns the path of the program. */
export async function prepareActionlint(cache: Cache, env: NodeJS.ProcessEnv): Promise<string> {
  const entry = await cache.entry({
    name: `actionlint-${platform}-${buildKey(program)}`,
    what: program.what,
    make: async (part) => {
      await requireGo(program, env, "");
      await buildGo(program, cache, env, { part, output: join(part, "actionlint") });
    },
  });
  return join(entry, "actionlint");
}
