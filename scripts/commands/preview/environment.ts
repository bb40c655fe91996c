import fs from "node:fs";
import { join } from "node:path";
import { plan as planOf, type Headroom, type Plan } from "../../../components/plan/index.ts";
import { listSome } from "../../../components/proof/report/index.ts";
import { readPlan, readState } from "../../../components/proof/resource/index.ts";
import { finderIn, parseStackFile, readStackFile, type StackFile } from "../../../stacks/config/file.ts";
import { lastLines } from "../../toolchain/command.ts";
import { targetOf } from "../../toolchain/environments.ts";
import { UserError } from "../../toolchain/report.ts";
import { root, type Toolchain } from "../../toolchain/toolchain.ts";
import { offlinePlace, readExport, type Deployment, type Place } from "./baseline/index.ts";
import { changesIn, ownershipIn } from "./changes/index.ts";
import { exportState, Hearing, previewStack, type Engine } from "./engine/index.ts";
import { failureIn, failuresOf, placesIn } from "./failures.ts";
import { accountIn, proofOf, type Before } from "./proof.ts";
import type { EnvironmentReport, Limit } from "./report/index.ts";
import { gatherSecrets, type Secrets } from "./secrets/index.ts";

export interface Request {
  readonly name: string;
  readonly tools: Toolchain;
  /** A folder of its own, which nobody else may look into. */
  readonly folder: string;
  readonly offline: boolean;
  /** Where scrubbed states are, for `offline`. */
  readonly exports?: string;
  /** The stack file that the change starts from, where that is known. */
  readonly oldFile?: StackFile;
  /** The day of the report, as `2026-11-28`. */
  readonly today: string;
  readonly secrets: Secrets;
  /** Tells how far it is, in a word or two. */
  readonly now: (state: string) => void;
}

/** The targets that the program can make something in. */
const built: readonly (string | undefined)[] = ["lab", "aws"];

/** Previews one environment, and tells what a reviewer has to know of it. */
export async function previewEnvironment(request: Request): Promise<EnvironmentReport> {
  const { name, secrets } = request;
  const target = targetOf(root, name) ?? "unknown";
  const empty = emptyReport(name, target);
  if (!built.includes(target) && target !== "unknown") return { ...empty, outcome: "not built" };
  try {
    const file = await readStackFile(name);
    return await previewPlanned(request, file, planOf(parseStackFile(file)), empty);
  } catch (error) {
    // What is wrong with one environment must not hide the others.
    const message = secrets.redact(error instanceof Error ? error.message : String(error));
    return { ...empty, outcome: "failed", failures: failureIn(message) };
  }
}

const emptyReport = (name: string, target: string): EnvironmentReport => ({
  name,
  target,
  outcome: "previewed",
  against: { kind: "nothing", text: "nothing" },
  failures: [],
  risks: [],
  limits: [],
  counts: { create: 0, update: 0, replace: 0, delete: 0, same: 0 },
  groups: [],
  maps: [],
  notes: [],
});

async function previewPlanned(
  request: Request,
  file: StackFile,
  plan: Plan,
  empty: EnvironmentReport,
): Promise<EnvironmentReport> {
  const { name, secrets, today, now } = request;
  const { engine, options, withheld, deployment, against } = await baselineOf(request);
  now("previewing");
  const hearing = await Hearing.open(join(request.folder, "listener"), secrets);
  const previewed = await previewStack(
    { ...engine, env: { ...engine.env, ...hearing.variables } },
    name,
    options,
  ).finally(() => {
    hearing.close();
  });
  const find = finderIn(file);
  if (previewed.code !== 0 || previewed.digest === undefined)
    return {
      ...empty,
      against,
      outcome: "failed",
      failures: failuresOf(previewed, placesIn(plan, find), secrets),
    };
  now("comparing");
  const after =
    hearing.account ?? (await accountIn(plan, readPlan("the preview", previewed.text), "the preview", today));
  const before = await beforeOf(request, plan, deployment);
  const scrubbed = request.offline && deployment !== undefined;
  const { unsure, ...changes } = changesIn(
    previewed.digest.steps ?? [],
    ownershipIn(plan),
    secrets,
    scrubbed,
  );
  const skipped = process.env["BULKHEAD_SKIP_PROOF"]?.trim() ?? "";
  return {
    ...empty,
    against,
    proof: { ...proofOf(after, before, find, today), ...(skipped === "" ? {} : { skipped }) },
    ...changes,
    limits: limitsOf(hearing.limits.length > 0 ? hearing.limits : plan.limits, deployment),
    maps: Object.entries(after.maps)
      .filter(([layer, map]) => before?.account.maps[layer] !== map)
      .map(([layer, mermaid]) => ({ layer, mermaid })),
    notes: [
      ...hearing.notes,
      ...(withheld === 0 ? [] : [`${withheld} secret values of the configuration were replaced`]),
      ...(unsure.length === 0
        ? []
        : [`whether ${listSome(unsure, 4)} would change cannot be told without the secrets of its state`]),
    ],
  };
}

interface Baseline extends Place {
  readonly deployment: Deployment | undefined;
  readonly against: EnvironmentReport["against"];
}

/** What is there already, as the stack's backend or a scrubbed copy of it tells. */
async function baselineOf(request: Request): Promise<Baseline> {
  const { name, tools, folder, offline, exports, secrets, now } = request;
  if (offline) {
    const deployment = exports === undefined ? undefined : readExport(exports, name);
    const place = offlinePlace(tools, folder, name, deployment);
    if (deployment === undefined)
      return {
        ...place,
        deployment,
        against: { kind: "nothing", text: "nothing, since there is no export of its state" },
      };
    const day = deployment.manifest?.time?.slice(0, 10);
    return {
      ...place,
      deployment,
      against: {
        kind: "export",
        text: `a scrubbed export of its state${day === undefined ? "" : ` of ${day}`}`,
      },
    };
  }
  now("reading its state");
  const engine: Engine = { pulumi: tools.pulumi, env: { ...process.env, ...tools.variables } };
  const deployment = await stateOf(engine, name, secrets);
  if (deployment === undefined)
    return {
      ...offlinePlace(tools, folder, name, undefined),
      deployment,
      against: { kind: "nothing", text: "nothing, since there is no stack of this name yet" },
    };
  return { engine, options: [], withheld: 0, deployment, against: { kind: "state", text: "its state" } };
}

/** What a stack has; undefined where there is none. Its secrets are kept out of all that is shown from then on. */
export async function stateOf(
  engine: Engine,
  name: string,
  secrets: Secrets,
): Promise<Deployment | undefined> {
  const { code, stdout, output } = await exportState(engine, name);
  if (code !== 0) {
    if (output.includes("no stack named")) return undefined;
    throw new UserError(`the state of ${name} cannot be read:\n${lastLines(output, 10)}`);
  }
  const { deployment } = JSON.parse(stdout) as { readonly deployment?: Deployment | null };
  gatherSecrets(secrets, deployment);
  return deployment ?? {};
}

/** The proof of what is there; undefined where nothing is. */
async function beforeOf(
  { name, oldFile, today }: Request,
  plan: Plan,
  deployment: Deployment | undefined,
): Promise<Before | undefined> {
  if ((deployment?.resources ?? []).length === 0) return undefined;
  const source = `the state of ${name}`;
  const read = readState(source, JSON.stringify({ deployment }));
  if (read.resources.length === 0) return undefined;
  const old = oldFile === undefined ? undefined : planned(oldFile);
  return {
    account: await accountIn(old ?? plan, read, source, today),
    byOwnFile: old !== undefined,
  };
}

function planned(file: StackFile): Plan | undefined {
  try {
    return planOf(parseStackFile(file));
  } catch {
    // What another version of this program took for a configuration this one need not understand.
    return undefined;
  }
}

/** Limits with what was used of them before, as the stack's outputs tell. */
function limitsOf(limits: readonly Headroom[], deployment: Deployment | undefined): Limit[] {
  const stack = deployment?.resources?.find(({ type }) => type === "pulumi:pulumi:Stack");
  const outputs = stack?.["outputs"] as { limits?: Readonly<Record<string, unknown>> } | undefined;
  return limits.map(({ what, used, limit, wayOut }) => {
    const before = /^(\d+) of \d+$/.exec(String(outputs?.limits?.[what]))?.[1];
    return { what, used, limit, wayOut, ...(before === undefined ? {} : { before: Number(before) }) };
  });
}

/** Removes what a preview has left in its folder. */
export const forget = (folder: string): void => {
  fs.rmSync(folder, { recursive: true, force: true });
};
