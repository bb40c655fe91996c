import { plan as planOf, type Headroom, type Plan } from "../../../components/plan/index.ts";
import { listSome } from "../../../components/proof/report/index.ts";
import { finderIn, parseStackFile, readStackFile, type StackFile } from "../../../stacks/config/file.ts";
import { isBuilt } from "../../../stacks/targets.ts";
import { targetOf } from "../../toolchain/environments.ts";
import { root } from "../../toolchain/toolchain.ts";
import { baselineOf, beforeOf, previewBase, usedBefore, type UsedBefore } from "./baseline/index.ts";
import { changesIn, ownershipIn, stepsBetween } from "./changes/index.ts";
import { accountOfRun, runProgram } from "./engine/index.ts";
import { failureIn, failuresOf, placesIn } from "./failures.ts";
import { proofOf } from "./proof.ts";
import type { EnvironmentReport, Limit } from "./report/index.ts";
import type { Request } from "./request.ts";
import type { Secrets } from "./secrets/index.ts";

/** Previews one environment, and tells what a reviewer has to know of it. */
export async function previewEnvironment(request: Request): Promise<EnvironmentReport> {
  const { name, secrets } = request;
  const target = targetOf(root, name) ?? "unknown";
  const empty = emptyReport(name, target);
  if (!isBuilt(target) && target !== "unknown") return { ...empty, outcome: "not built" };
  let report: EnvironmentReport;
  try {
    const file = await readStackFile(name);
    report = await previewPlanned(request, file, planOf(parseStackFile(file)), empty);
  } catch (error) {
    // What is wrong with one environment must not hide the others.
    const message = error instanceof Error ? error.message : String(error);
    report = { ...empty, outcome: "failed", failures: failureIn(message) };
  }
  return { ...redacted(report, secrets), name, target };
}

/** Fields by which a report is read, and which only we write. */
const own = new Set(["kind", "op", "outcome"]);

/** Once more, wherever a secret may have come from: a name, a rule's reason, a finding. */
const redacted = (report: EnvironmentReport, secrets: Secrets): EnvironmentReport =>
  JSON.parse(JSON.stringify(report), (key, value: unknown) =>
    typeof value === "string" && !own.has(key) ? secrets.redact(value) : value,
  ) as EnvironmentReport;

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
  const { secrets, today, now } = request;
  const { deployment, against, ...place } = await baselineOf(request);
  now("previewing");
  const ran = await runProgram(request, place, "new");
  const find = finderIn(file);
  const steps = ran.previewed.digest?.steps;
  if (ran.previewed.code !== 0 || steps === undefined || steps === null)
    return {
      ...empty,
      against,
      outcome: "failed",
      failures: failuresOf(ran.previewed, placesIn(plan, find), secrets),
    };
  const base = deployment === undefined ? await previewBase(request) : undefined;
  now("comparing");
  const after = await accountOfRun(ran, plan, today);
  const before = base?.before ?? (await beforeOf(request, plan, deployment));
  const { unsure, ...changes } = changesIn(
    base === undefined ? steps : stepsBetween(base.steps, steps),
    ownershipIn(plan),
    secrets,
    request.offline && deployment !== undefined,
  );
  const skipped = process.env["BULKHEAD_SKIP_PROOF"]?.trim() ?? "";
  return {
    ...empty,
    against: base?.against ?? against,
    proof: { ...proofOf(after, before, find, today), ...(skipped === "" ? {} : { skipped }) },
    ...changes,
    limits: limitsOf(
      ran.hearing.limits.length > 0 ? ran.hearing.limits : plan.limits,
      base?.limits ?? usedBefore(deployment),
    ),
    maps: Object.entries(after.maps)
      .filter(([layer, map]) => before?.account.maps[layer] !== map)
      .map(([layer, mermaid]) => ({ layer, mermaid })),
    notes: [
      ...ran.hearing.notes,
      ...(deployment !== undefined || base !== undefined || request.oldFile === undefined
        ? []
        : [
            `what ${request.base?.commit.slice(0, 7) ?? "the base"} would make cannot be had here to compare with it`,
          ]),
      ...(place.withheld === 0
        ? []
        : [
            `${place.withheld === 1 ? "1 secret value of the configuration was" : `${place.withheld} secret values of the configuration were`} replaced`,
          ]),
      ...(unsure.length === 0
        ? []
        : [`whether ${listSome(unsure, 4)} would change cannot be told without the secrets of its state`]),
      ...(base === undefined || changes.counts.update === 0
        ? []
        : ["what would be replaced cannot be told without its state, except for machines"]),
    ],
  };
}

const limitsOf = (limits: readonly Headroom[], used: UsedBefore): Limit[] =>
  limits.map((limit) => {
    const before = used.get(limit.what);
    return { ...limit, ...(before === undefined ? {} : { before }) };
  });
