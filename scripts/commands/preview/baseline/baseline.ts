import { plan as planOf, type Plan } from "../../../../components/plan/index.ts";
import { readState, type StackRead } from "../../../../components/proof/resource/index.ts";
import { parseStackFile, type StackFile } from "../../../../stacks/config/file.ts";
import type { Engine } from "../engine/index.ts";
import { accountIn, type Before } from "../proof.ts";
import type { EnvironmentReport } from "../report/index.ts";
import type { Request } from "../request.ts";
import { readExport } from "./export.ts";
import { offlinePlace, type Place } from "./offline.ts";
import type { Deployment } from "./scrub.ts";
import { stateOf } from "./state.ts";

/** Where an environment is previewed, and what it is compared with. */
export interface Baseline extends Place {
  readonly deployment: Deployment | undefined;
  readonly against: EnvironmentReport["against"];
}

/** What is there already, as the stack's backend or a scrubbed copy of it tells. */
export async function baselineOf(request: Request): Promise<Baseline> {
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
      ...offlinePlace(tools, folder, name),
      deployment,
      against: { kind: "nothing", text: "nothing, since there is no stack of this name yet" },
    };
  return { engine, options: [], withheld: 0, deployment, against: { kind: "state", text: "its state" } };
}

/** The proof of what is there; undefined where nothing is. */
export async function beforeOf(
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
    account: await accountIn(old ?? withNamespacesOf(read, plan), read, source, today),
    byOwnFile: old !== undefined,
  };
}

/** A plan with those of its namespaces alone that a state has: the others would count as open to everybody. */
function withNamespacesOf({ resources }: StackRead, plan: Plan): Plan {
  const there = new Set(
    resources
      .filter(({ type }) => type === "kubernetes:core/v1:Namespace")
      .map(({ inputs }) => (inputs["metadata"] as { readonly name?: unknown } | undefined)?.name),
  );
  return { ...plan, namespaces: plan.namespaces.filter(({ name }) => there.has(name)) };
}

/** What a stack file plans; undefined where that cannot be told. */
export function planned(file: StackFile): Plan | undefined {
  try {
    return planOf(parseStackFile(file));
  } catch {
    // What another version of this program took for a configuration this one need not understand.
    return undefined;
  }
}
