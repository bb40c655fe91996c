import { given, isFields, type Sourced } from "../kubernetes/objects.ts";
import type { Origin } from "../network/index.ts";
import { asText } from "../resource/index.ts";
import { isVague } from "../access/names.ts";
import { fixed, toCel } from "./cel.ts";
import { mayHave, type Node } from "./node.ts";
import { isOn, mayBeOn, type Plugins } from "./plugins.ts";
import type { PodSpec } from "./pod.ts";
import { judges, labelsOfNamespace, refuses, type Attempt, type Place, type Policy } from "./policy.ts";
import { isWithin, parseTolerations, type Toleration } from "./toleration.ts";

// https://kubernetes.io/docs/reference/labels-annotations-taints
const selectorKey = "scheduler.alpha.kubernetes.io/node-selector";
const tolerationsKey = "scheduler.alpha.kubernetes.io/defaultTolerations";
const whitelistKey = "scheduler.alpha.kubernetes.io/tolerationsWhitelist";
const enforceKey = "pod-security.kubernetes.io/enforce";

/** What the API server itself adds: https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#defaulttolerationseconds */
const usual: readonly Toleration[] = ["not-ready", "unreachable"].map((name) => ({
  key: `node.kubernetes.io/${name}`,
  operator: "Exists",
  effect: "NoExecute",
  tolerationSeconds: 300,
}));

/** Everything of a cluster that judges pods wherever they are made. */
export interface Court {
  readonly plugins: Plugins;
  readonly policies: readonly Policy[];
  /** Whether something may change pods after the plugins have. */
  readonly mutates: boolean;
}

/** What stands between a namespace's pods and the nodes. */
export class Guard {
  readonly name: string;
  readonly origin: Origin;
  /** What every pod of the namespace surely asks for. */
  readonly selector: Readonly<Record<string, string>> | undefined;
  readonly whitelist: readonly Toleration[] | undefined;
  /** The Pod Security level that is surely enforced. */
  readonly security: string | undefined;
  readonly #defaults: readonly Toleration[];
  readonly #court: Court;
  readonly #place: Place;
  readonly #judging: Readonly<Record<Attempt["operation"], readonly Policy[]>>;
  readonly #doubt: (text: string, origin: string) => void;

  constructor(
    name: string,
    namespace: Sourced | undefined,
    court: Court,
    writers: readonly object[],
    doubt: (text: string, origin: string) => void,
  ) {
    const { plugins } = court;
    this.name = name;
    this.origin = { id: namespace?.origin ?? name, text: `Namespace ${name}` };
    this.#court = court;
    this.#doubt = doubt;
    const metadata = namespace?.object.metadata ?? {};
    const labels = labelsOfNamespace(name, given(metadata, "labels"));
    const annotation = (key: string): string | undefined => {
      const all = given(metadata, "annotations");
      return isFields(all) ? asText(all[key]) : undefined;
    };
    this.selector = isOn(plugins, "PodNodeSelector") ? parseNodeSelector(annotation(selectorKey)) : undefined;
    const whitelist = parseTolerations(annotation(whitelistKey));
    this.whitelist =
      isOn(plugins, "PodTolerationRestriction") && whitelist !== undefined && whitelist.length > 0
        ? whitelist
        : undefined;
    this.#defaults = mayBeOn(plugins, "PodTolerationRestriction")
      ? (parseTolerations(annotation(tolerationsKey)) ?? [])
      : [];
    this.security = isOn(plugins, "PodSecurity") ? labels.known.get(enforceKey) : undefined;
    this.#place = {
      namespace: name,
      labels,
      object:
        namespace === undefined || isVague(metadata) ? undefined : objectOf(name, metadata, labels.known),
      writers,
    };
    const inForce = isOn(plugins, "ValidatingAdmissionPolicy") ? court.policies : [];
    const judging = (operation: string) => inForce.filter((policy) => judges(policy, this.#place, operation));
    this.#judging = { CREATE: judging("CREATE"), UPDATE: judging("UPDATE") };
  }

  /** The pod as it is after what the API server adds; undefined where it is refused before anything is added. */
  admitted(spec: PodSpec): PodSpec | undefined {
    const asked = spec.nodeSelector ?? {};
    const own = this.selector ?? {};
    if (Object.entries(own).some(([key, value]) => key in asked && asked[key] !== value)) return undefined;
    return {
      ...spec,
      nodeSelector: this.#court.mutates ? asked : { ...own, ...asked },
      tolerations: [...(spec.tolerations ?? []), ...this.#defaults],
    };
  }

  /** Whether no pod can be scheduled on a node, since all of them ask for what it does not have. */
  keepsFrom(node: Node): boolean {
    return (
      !this.#court.mutates &&
      Object.entries(this.selector ?? {}).some(([key, value]) => !mayHave(node, key, value))
    );
  }

  /** What surely refuses every pod with these fields, whatever else it says; undefined where nothing does. */
  refusal(spec: PodSpec): Origin | undefined {
    const admitted = this.admitted(spec);
    if (admitted === undefined) return { ...this.origin, text: `${this.origin.text}: its node selector` };
    if (!this.isTolerated(spec.tolerations))
      return { ...this.origin, text: `${this.origin.text}: its whitelist of tolerations` };
    if ((this.security === "baseline" || this.security === "restricted") && isInsecure(spec))
      return { ...this.origin, text: `${this.origin.text}: Pod Security ${this.security}` };
    // What is added stands beside what was asked for; of a pod of which neither is fixed nothing is known.
    const seen = {
      ...spec,
      ...("nodeSelector" in spec ? { nodeSelector: admitted.nodeSelector } : {}),
      ...("tolerations" in spec ? { tolerations: admitted.tolerations } : {}),
    };
    return this.policyRefusal(creating(seen));
  }

  isTolerated(tolerations: readonly Toleration[] = []): boolean {
    return this.whitelist === undefined || isWithin(this.whitelist, tolerations);
  }

  /** The policy that surely refuses this. */
  policyRefusal(attempt: Attempt): Origin | undefined {
    for (const policy of this.#judging[attempt.operation]) {
      const { refused, doubts } = refuses(policy, this.#place, attempt);
      if (refused) return policy.origin;
      for (const why of doubts)
        this.#doubt(
          `${policy.origin.text} is taken to let pods by where it cannot be evaluated here: ${why}`,
          policy.origin.id,
        );
    }
    return undefined;
  }

  /** Tolerations that the API server adds to each pod, where it does. */
  get added(): readonly Toleration[] {
    return [...this.#defaults, ...usual];
  }
}

/** Any pod with these fields, as it is created. */
export const creating = (spec: PodSpec): Attempt => ({
  operation: "CREATE",
  object: fixed({ apiVersion: "v1", kind: "Pod", spec: fixed(fieldsOf(spec)) }),
  oldObject: null,
});

const fieldsOf = (spec: PodSpec): Record<string, unknown> =>
  Object.fromEntries(Object.entries(spec).map(([key, value]) => [key, toCel(value)]));

/** As PodNodeSelector reads it: `key=value,key=value`, and nothing else. */
function parseNodeSelector(text: string | undefined): Readonly<Record<string, string>> | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const pairs = text.split(",").map((pair) => pair.split("="));
  if (pairs.some(({ length }) => length !== 2)) return undefined;
  return Object.fromEntries(pairs.map(([key = "", value = ""]) => [key.trim(), value.trim()]));
}

const objectOf = (name: string, metadata: object, labels: ReadonlyMap<string, string>): object => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { ...metadata, name, labels: Object.fromEntries(labels) },
});

/**
 * Whether Pod Security refuses a pod at its levels `baseline` and `restricted`, for what leads out of a pod:
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline.
 */
function isInsecure(spec: PodSpec): boolean {
  const { hostNetwork, hostPID, hostIPC, volumes = [], containers = [], securityContext } = spec as Insecure;
  const isHostProcess = (context: Insecure["securityContext"]) =>
    context?.windowsOptions?.hostProcess === true;
  return (
    hostNetwork === true ||
    hostPID === true ||
    hostIPC === true ||
    volumes.some((volume) => "hostPath" in volume) ||
    isHostProcess(securityContext) ||
    containers.some(
      ({ ports = [], securityContext: own }) =>
        own?.privileged === true ||
        own?.capabilities?.add?.includes("SYS_ADMIN") === true ||
        isHostProcess(own) ||
        ports.some(({ hostPort = 0 }) => hostPort > 0),
    )
  );
}

interface SecurityContext {
  readonly privileged?: boolean;
  readonly capabilities?: { readonly add?: readonly string[] };
  readonly windowsOptions?: { readonly hostProcess?: boolean };
}
interface Insecure {
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly volumes?: readonly object[];
  readonly securityContext?: SecurityContext;
  readonly containers?: readonly {
    readonly securityContext?: SecurityContext;
    readonly ports?: readonly { readonly hostPort?: number }[];
  }[];
}
