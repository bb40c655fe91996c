import { readLive } from "./live.ts";
import { exportStack } from "./stack.ts";
import { readFileSync } from "node:fs";
import { plan, type Plan } from "../../../components/plan/index.ts";
import { describedEvidence, evidenceOf, exportedProof } from "../../../components/proof/evidence.ts";
import {
  dayOf,
  expectLayers,
  judge,
  locate,
  observe,
  type Evidence,
  type ExpectedLayer,
} from "../../../components/proof/judge/index.ts";
import { readPlan, readState, Resources, type StackRead } from "../../../components/proof/resource/index.ts";
import type { Network } from "../../../components/proof/network/index.ts";
import type { Statement } from "../../../components/proof/statement/index.ts";
import { UnreadableError } from "../../../components/proof/unreadable.ts";
import { finderIn, parseStackFile, readStackFile, type StackFile } from "../../../stacks/config/file.ts";

/** Where to read from: one of these. */
export interface Sources {
  readonly stack?: string;
  readonly live?: true;
  readonly plan?: string;
  readonly state?: string;
  readonly environment?: string;
  readonly manifests?: string;
  readonly ec2?: readonly string[];
}

export interface Found {
  readonly statement: Statement;
  readonly holds: boolean;
  /** To be asked about. */
  readonly layers: readonly (Pick<ExpectedLayer, "name" | "network"> &
    Partial<Pick<ExpectedLayer, "expectation">>)[];
}

export async function read(sources: Sources): Promise<Found> {
  const { stack, live, plan: planFile, state, environment, manifests, ec2 } = sources;
  const named = Object.entries({ stack, plan: planFile, state, manifests, ec2 }).filter(
    ([, value]) => value !== undefined,
  );
  if (named.length !== 1)
    throw new RangeError(
      named.length === 0
        ? "what is to be proved? Write one of --stack, --plan, --state, --manifests and --ec2"
        : `write one of ${named.map(([name]) => `--${name}`).join(" and ")}`,
    );
  if (live === true && stack === undefined) throw new RangeError("--live goes with --stack");
  if (stack !== undefined) {
    const file = await readStackFile(environment ?? stack);
    const planned = plan(parseStackFile(file));
    if (live === true) return proved(file, planned, await readLive(stack, planned));
    const source = `the state of ${stack}`;
    return proved(
      file,
      planned,
      await fromStack(planned, readState(source, await exportStack(stack)), source),
    );
  }
  if (planFile !== undefined) return fromFile(planFile, readPlan, environment);
  if (state !== undefined) return fromFile(state, readState, environment);
  if (manifests !== undefined) {
    const [{ podNetwork, policed }, { readManifests }] = await Promise.all([
      import("../../../components/proof/kubernetes/index.ts"),
      import("../../../components/proof/kubernetes/manifests.ts"),
    ]);
    const network = podNetwork(readManifests(manifests));
    return observed(
      "pods",
      network,
      observe({ name: "pods", network, source: manifests, scope: policed, kind: "pod", itself: true }),
    );
  }
  const files = ec2 ?? [];
  if (environment !== undefined) {
    const file = await readStackFile(environment);
    const planned = plan(parseStackFile(file));
    const described = files.map((name) => ({ name, text: readText(name) }));
    return proved(file, planned, await describedEvidence(planned, described, files.join(", ")));
  }
  const { awsNetwork, describedFacts } = await import("../../../components/proof/aws/index.ts");
  const network = awsNetwork(describedFacts(files.map((name) => ({ name, text: readText(name) }))));
  return observed(
    "machines",
    network,
    observe({ name: "machines", network, source: files.join(", "), kind: "instance" }),
  );
}

async function fromFile(
  file: string,
  parse: (file: string, text: string) => StackRead,
  environment: string | undefined,
): Promise<Found> {
  const found = parse(file, readText(file));
  const stackFile = await readStackFile(environment ?? found.stack);
  const planned = plan(parseStackFile(stackFile));
  return proved(stackFile, planned, await fromStack(planned, found, file));
}

export function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UnreadableError({
      file,
      what: error instanceof Error ? error.message : String(error),
      expected: "a file",
    });
  }
}

async function fromStack(
  planned: Plan,
  { resources, outputs, leaving }: StackRead,
  source: string,
): Promise<Evidence> {
  const evidence = await evidenceOf(planned, new Resources(resources), source);
  const more = [
    ...exportedProof(outputs),
    ...leaving.map((origin) => ({
      text: "it exists and waits for its deletion, which is not in this proof",
      origin,
    })),
  ];
  return { ...evidence, assumptions: [...evidence.assumptions, ...more] };
}

function proved(file: StackFile, planned: Plan, evidence: Evidence): Found {
  const today = dayOf(new Date());
  const statement = locate(judge(planned, evidence, today), finderIn(file));
  return {
    statement,
    holds: statement.leaks.length + statement.missing.length === 0,
    layers: expectLayers(planned, evidence, today),
  };
}

const observed = (name: ExpectedLayer["name"], network: Network, statement: Statement): Found => ({
  statement,
  holds: true,
  layers: [{ name, network }],
});
