import type { Plan } from "../../../plan/index.ts";
import { ApiServer } from "../client.ts";
import { identityOf } from "../kubeconfig.ts";
import { tryAccess } from "./access.ts";
import { tryPlacement } from "./placement.ts";
import type { Breaches } from "./report.ts";

/** The kubeconfigs that a stack gives out. */
export interface Kubeconfigs {
  readonly kubeconfig: string;
  /** By group. */
  readonly teamKubeconfigs: Readonly<Record<string, string>>;
}

/** Tries to get out of every compartment of a cluster that runs. Throws where it cannot be tried. */
export async function tryBreaches(
  plan: Plan,
  { kubeconfig, teamKubeconfigs }: Kubeconfigs,
): Promise<Breaches> {
  const began = Date.now();
  const admin = new ApiServer(identityOf(kubeconfig));
  const teams = new Map(
    Object.entries(teamKubeconfigs).map(([group, text]) => [group, new ApiServer(identityOf(text))]),
  );
  try {
    const placement = await tryPlacement(plan, admin, teams);
    const access = await tryAccess(plan, admin, teams);
    return { placement, access, millis: Date.now() - began };
  } finally {
    for (const api of [admin, ...teams.values()]) api.close();
  }
}
