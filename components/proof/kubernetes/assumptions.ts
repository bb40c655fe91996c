import type { Assumption } from "../network/index.ts";
import { assumptionOf } from "./foreign.ts";
import { nameLabel } from "./namespaces.ts";
import type { Cluster, PodOptions } from "./network.ts";
import type { Peer, Policy } from "./policy.ts";

/** What cannot be read from a cluster's objects. */
export function assumptionsOf(
  { policies, foreign, pods, nodes, undeclared }: Cluster,
  { symbolic = [] }: PodOptions,
): readonly Assumption[] {
  const assumptions: Assumption[] = foreign.map((object) => ({
    text: assumptionOf(object),
    origin: object.origin,
  }));
  if (policies.length > 0)
    assumptions.push({
      text: "The cluster's network plugin enforces network policies, with ranges of ports (endPort) as a whole.",
    });
  if (policies.some((policy) => peersOf(policy).some(({ kind }) => kind === "block")))
    assumptions.push({
      text: "Blocks of addresses (ipBlock) are compared with the addresses of pods and nodes themselves: nothing on the way translates them.",
    });
  if (policies.some(asksForLabels))
    for (const name of undeclared)
      assumptions.push({
        text: `Namespace ${name} is not declared in what was read: it has no label but its name.`,
      });
  if ((pods.length > 0 || symbolic.length > 0) && nodes.length === 0)
    assumptions.push({
      text: "The nodes are not known: each pod and its own node reach each other besides what is listed.",
    });
  for (const { id, host, origin } of pods)
    if (host !== "no")
      assumptions.push({
        text: `Pod ${id} ${host === "yes" ? "uses" : "may use"} its node's network: it is taken for its node, to which selectors do not apply.`,
        origin,
      });
  if (symbolic.length > 0)
    assumptions.push({
      text: "A pod that uses its node's network is taken for the node, and is none of its namespace's here.",
    });
  return assumptions;
}

const peersOf = ({ ingress, egress }: Policy): readonly Peer[] =>
  [...ingress.rules, ...egress.rules].flatMap(({ peers }) => peers);

const asksForLabels = (policy: Policy): boolean =>
  peersOf(policy).some(
    (peer) =>
      peer.kind === "pods" && peer.namespaces?.requirements.some(({ key }) => key !== nameLabel) === true,
  );
