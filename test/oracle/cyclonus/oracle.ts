import fs from "node:fs";
import path from "node:path";
import type { KubernetesObject } from "../../../components/proof/kubernetes/index.ts";
import { Cache, cacheFolder, platform } from "../../../scripts/toolchain/cache.ts";
import { run } from "../../../scripts/toolchain/command.ts";
import { buildGo, buildKey, requireGo, type GoProgram } from "../../../scripts/toolchain/go.ts";

// Cyclonus (https://github.com/mattfenwick/cyclonus) knows network policies independently of us.

/** A cluster, as it is after one step of a case, and what Cyclonus says of it. */
export interface Situation {
  readonly case: string;
  readonly step: number;
  readonly namespaces: readonly KubernetesObject[];
  readonly pods: readonly OraclePod[];
  readonly policies: readonly KubernetesObject[];
  /** One character for each sender, receiver and port of the receiver, in that order: 1 where it is allowed. */
  readonly verdicts: string;
}

export interface OraclePod extends KubernetesObject {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: {
    readonly containers: readonly {
      readonly ports: readonly { readonly containerPort: number; readonly protocol: string }[];
    }[];
  };
}

export interface Oracle {
  readonly situations: readonly Situation[];
  /** What its matcher alone took for all. */
  readonly nanoseconds: number;
  readonly verdicts: number;
  /** One cluster of the size of a platform, to see how time grows. */
  readonly platform: Situation;
  readonly platformNanoseconds: number;
}

const program: GoProgram = {
  what: "Cyclonus, which judges network policies independently",
  source: import.meta.dirname,
  package: ".",
  flags: ["-buildvcs=false", "-ldflags=-s -w"],
  duration: "about 2 minutes",
  waysOut: "The tests that compare with it need Go and its module proxy, once.",
};

/** What Cyclonus says of all cases of its generator: built and run once, and then kept. */
export async function askCyclonus(env: NodeJS.ProcessEnv): Promise<Oracle> {
  return JSON.parse(fs.readFileSync(path.join(await prepared(env), answers), "utf8")) as Oracle;
}

/** The same, asked anew: what it takes depends on what else the machine does. */
export async function askCyclonusAgain(env: NodeJS.ProcessEnv): Promise<Oracle> {
  return JSON.parse(await answersOf(path.join(await prepared(env), executable))) as Oracle;
}

const [executable, answers] = ["cyclonus", "answers.json"];

function prepared(env: NodeJS.ProcessEnv): Promise<string> {
  const cache = new Cache(cacheFolder(env));
  return cache.entry({
    name: `go-cyclonus-${platform}-${buildKey(program)}`,
    what: program.what,
    make: async (part) => {
      await requireGo(program, env, "");
      const output = path.join(part, executable);
      await buildGo(program, cache, env, { part, output });
      fs.writeFileSync(path.join(part, answers), await answersOf(output));
    },
  });
}

async function answersOf(file: string): Promise<string> {
  const { code, stdout, output } = await run(file, []);
  if (code !== 0) throw new Error(`Cyclonus failed:\n${output}`);
  return stdout;
}
