import type { Plan, Target } from "../plan/index.ts";
import { judgeAccess, type Intent } from "./access/index.ts";
import type { ClusterEvidence, Evidence } from "./judge/index.ts";
import { podNetwork, registeredObjects, type Sourced } from "./kubernetes/index.ts";
import { admissionPlugins, labNetwork, labTunnelFacts } from "./lab/index.ts";
import type { Assumption } from "./network/index.ts";
import { judgePlacement, type Plugins } from "./placement/index.ts";
import type { DescribedFile } from "./aws/index.ts";
import { asText, type Resources, type Value } from "./resource/index.ts";
import { parseCidr } from "./space/index.ts";

/** What a stack's resources show of an environment. */
export async function evidenceOf(plan: Plan, resources: Resources, source: string): Promise<Evidence> {
  const objects = registeredObjects(resources);
  const { assumptions, ...machines } = await machinesOf(plan, resources);
  const hasEngine = plan.target === "lab" && plan.engine === "kubernetes";
  return {
    source,
    ...machines,
    // A stack that wants namespaces and has none of them is one that does not hold.
    ...(objects.length === 0 && (!hasEngine || plan.namespaces.length === 0)
      ? {}
      : { cluster: clusterEvidence(plan, objects, admissionPlugins(resources)) }),
    assumptions: [
      ...strangers(resources, objects, plan.target),
      ...assumptions,
      ...(objects.length === 0 && !hasEngine ? withoutEngine(plan) : []),
    ],
  };
}

/** Elsewhere than in the lab what is made is the network and its machines, with nothing on them yet. */
const withoutEngine = ({ target, namespaces }: Plan): Assumption[] =>
  target === "lab" || namespaces.length === 0
    ? []
    : [
        {
          text: `no container engine is installed on ${target} yet: where pods run, what they may say to each other and what people may do there is not in this proof`,
        },
      ];

async function machinesOf(
  plan: Plan,
  resources: Resources,
): Promise<Pick<Evidence, "machines" | "forwarding" | "assumptions">> {
  if (plan.target === "aws") {
    // Nobody else is to wait for it to be loaded.
    const { awsNetwork, forwardingOf, registeredFacts } = await import("./aws/index.ts");
    const facts = registeredFacts(resources, existingNetwork(plan));
    return { machines: awsNetwork(facts), ...forwardingOf(facts.userData, plan.overlay) };
  }
  const forwarding = [...labTunnelFacts(resources)].map(([name, { forwards }]) => [name, forwards] as const);
  return { machines: labNetwork(resources), forwarding: new Map(forwarding), assumptions: [] };
}

/** What the stack file says of a network that exists already: nobody registers that. */
function existingNetwork({ network: { existingId: id }, zones }: Plan) {
  if (id === undefined) return undefined;
  const subnets = zones.flatMap(({ subnets: own }) =>
    own.flatMap(({ id: subnet, cidr }) => (subnet === undefined ? [] : [{ id: subnet, cidr }])),
  );
  return { id, subnets };
}

/** What files with the output of `aws ec2 describe-...` show of an environment on AWS. */
export async function describedEvidence(
  plan: Plan,
  files: readonly DescribedFile[],
  source: string,
): Promise<Evidence> {
  const { awsNetwork, describedFacts, forwardingOf, namedAs } = await import("./aws/index.ts");
  const facts = namedAs(describedFacts(files), `${plan.environment}-`);
  const { forwarding, assumptions } = forwardingOf(facts.userData, plan.overlay);
  return {
    source,
    machines: awsNetwork(facts),
    forwarding,
    assumptions: [...assumptions, ...withoutEngine(plan)],
  };
}

/** What a cluster's objects show. */
export function clusterEvidence(plan: Plan, objects: readonly Sourced[], plugins: Plugins): ClusterEvidence {
  const intent = intentOf(plan);
  const access = judgeAccess(objects, intent);
  const placement = judgePlacement(objects, { plugins }, intent);
  // Which nodes a pod's own are is a matter of placement, which is judged on its own.
  const pods = podNetwork(
    objects.filter(({ object }) => object.kind !== "Node"),
    {
      podCidr: parseCidr(plan.network.podCidr),
      // Pods look names up there, and may reach nothing else of the cluster's own.
      symbolic: [...plan.namespaces.map(({ name }) => name), "kube-system"],
    },
  );
  return {
    pods,
    leaks: [...placement.leaks, ...access.leaks],
    missing: [...placement.missing, ...access.missing],
    assumptions: [...placement.assumptions, ...access.assumptions],
  };
}

const intentOf = ({ namespaces, collections, hosts }: Plan): Intent => {
  const zoneOf = new Map(collections.map(({ name, zone }) => [name, zone]));
  const teams = new Map(collections.map(({ group, team }) => [group, team]));
  return {
    namespaces: namespaces.map(({ name, collection, group }) => ({
      name,
      collection,
      group,
      zone: zoneOf.get(collection) ?? "",
    })),
    collections: collections.map(({ name, zone, os }) => ({
      name,
      zone,
      os,
      hosts: hosts.filter(({ collection }) => collection === name).map((host) => host.name),
    })),
    teams: [...teams].map(([group, { directoryGroup }]) => ({
      group,
      subject: directoryGroup,
      namespaces: namespaces.filter((namespace) => namespace.group === group).map(({ name }) => name),
    })),
  };
};

/** Packages, beside the target's own, whose kinds are read or cannot touch the network. */
const harmless = ["tls", "random", "bulkhead", "pulumi"];
/** Components of the plugin kubernetes: what they make are resources of their own. */
const components =
  /^kubernetes:(?:helm\.sh\/v\d+:Chart|kustomize(?:\/v\d+)?:Directory|yaml(?:\/v\d+)?:Config(?:File|Group))$/;

function strangers({ all }: Resources, objects: readonly Sourced[], target: Target): Assumption[] {
  const known = new Set([target, ...harmless]);
  const read = new Set(objects.map(({ origin }) => origin));
  const strange = all.filter(({ type, urn }) =>
    type.startsWith("kubernetes:")
      ? !read.has(urn) && !components.test(type)
      : !known.has(type.split(":")[0] ?? ""),
  );
  return [...Map.groupBy(strange, ({ type }) => type)].map(([type, [first]]) => ({
    text: `resources of the kind ${type} are not understood: what they do to the network is not in this proof`,
    ...(first === undefined ? {} : { origin: first.urn }),
  }));
}

/** What the stack's last update says of its own proof: whether it was skipped. */
export function exportedProof({ proof }: Readonly<Record<string, Value>>): Assumption[] {
  const said = asText(proof);
  return said?.startsWith("the proof was skipped") === true ? [{ text: `at the last update ${said}` }] : [];
}
