import { asList, asObject, asText, isUnknown, type Value } from "../resource/index.ts";
import { parseAddress, type Address } from "../space/index.ts";
import { apiGroup, given, isFields, nameOf, namespaceOf, type Fields, type Sourced } from "./objects.ts";
import { isPort, protocolOf } from "./port.ts";
import { anyLabels, labelsOf, type Answer, type Labels } from "./selector.ts";
import { show, type ShapeProblem } from "./shape.ts";

/** A pod, or pods that are alike: those of a workload. */
export interface Pod {
  readonly id: string;
  readonly origin: string;
  /** Undefined where it is not known. */
  readonly namespace: string | undefined;
  readonly labels: Labels;
  /** Whether it uses its node's network, and so the node's addresses. */
  readonly host: Answer;
  /** Undefined where it is not known. */
  readonly node: string | undefined;
  readonly addresses: readonly Address[];
  readonly ports: Ports;
}

/** The names that a pod gives to its ports. */
export interface Ports {
  readonly known: readonly { readonly name: string; readonly protocol: number; readonly port: number }[];
  /** Whether there may be others. */
  readonly open: boolean;
}

/** The pods and workloads among objects. */
export function podsOf(objects: readonly Sourced[]): {
  pods: readonly Pod[];
  problems: readonly (ShapeProblem & { readonly origin: string })[];
} {
  const listed = new Set(objects.map(identity));
  const problems: (ShapeProblem & { origin: string })[] = [];
  const found = objects.flatMap((sourced) => {
    const pod = templateOf(sourced);
    // Pods of a workload that is listed stay; workloads that another makes are that one's pods.
    if (pod === undefined || (sourced.object.kind !== "Pod" && isOwned(sourced, listed))) return [];
    return [{ sourced, pod: read(sourced, pod, problems) }];
  });
  const byId = Map.groupBy(found, ({ pod }) => pod.id);
  const taken = new Set<string>();
  const pods = found.map(({ sourced, pod }) => {
    let id = byId.get(pod.id)?.length === 1 ? pod.id : `${pod.id} (${sourced.object.kind})`;
    if (taken.has(id)) id = `${id} of ${sourced.origin}`;
    taken.add(id);
    return { ...pod, id };
  });
  return { pods, problems };
}

interface Template {
  readonly metadata: Value | undefined;
  readonly spec: Value | undefined;
}

/** A pod of itself, and of a workload of whatever kind the template of its pods. */
function templateOf({ object }: Sourced): Template | undefined {
  const spec = given(object, "spec");
  if (object.kind === "Pod" && apiGroup(object) === "") {
    // Its address is another's by now: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase
    const phase = asObject(given(object, "status"))["phase"];
    return phase === "Succeeded" || phase === "Failed" ? undefined : { metadata: object.metadata, spec };
  }
  if (isUnknown(spec)) return isWorkload(object.kind) ? { metadata: spec, spec } : undefined;
  const own = asObject(spec);
  const inner =
    object.kind === "CronJob"
      ? stepInto(stepInto(own["jobTemplate"], "spec"), "template")
      : given(own, "template");
  if (isUnknown(inner)) return { metadata: inner, spec: inner };
  const pod = stepInto(inner, "spec");
  const isPod = isWorkload(object.kind) || Array.isArray(stepInto(pod, "containers"));
  return isPod ? { metadata: stepInto(inner, "metadata"), spec: pod } : undefined;
}

const isWorkload = (kind: string): boolean => Object.hasOwn(generated, kind);

const stepInto = (value: Value | undefined, name: string): Value | undefined =>
  isUnknown(value) ? value : asObject(value)[name];

const identity = ({ object }: Sourced): string =>
  `${object.kind} ${namespaceOf(object) ?? "?"}/${nameOf({ object, origin: "" })}`;

const isOwned = ({ object }: Sourced, listed: ReadonlySet<string>): boolean =>
  asList(given(object.metadata, "ownerReferences")).some((reference) => {
    const { kind, name, controller } = asObject(reference);
    return (
      controller === true &&
      listed.has(`${asText(kind) ?? ""} ${namespaceOf(object) ?? "?"}/${asText(name) ?? ""}`)
    );
  });

function read(
  sourced: Sourced,
  { metadata, spec }: Template,
  problems: (ShapeProblem & { origin: string })[],
): Pod {
  const { object, origin } = sourced;
  const namespace = namespaceOf(object);
  const own = asObject(spec);
  const hostNetwork = isUnknown(spec) ? spec : own["hostNetwork"];
  const node = own["nodeName"];
  return {
    id: `${namespace ?? "?"}/${nameOf(sourced)}`,
    origin,
    namespace,
    labels: isUnknown(metadata) ? anyLabels : withGenerated(labelsOf(asObject(metadata)["labels"]), sourced),
    host: hostNetwork === true ? "yes" : (hostNetwork ?? false) === false ? "no" : "maybe",
    node: typeof node === "string" && node !== "" ? node : undefined,
    addresses: object.kind === "Pod" ? addressesOf(asObject(given(object, "status")), origin, problems) : [],
    ports: isUnknown(spec) ? { known: [], open: true } : portsOf(own),
  };
}

/**
 * Labels that a workload's controller adds, of values that only it knows
 * (https://kubernetes.io/docs/reference/labels-annotations-taints/).
 */
function withGenerated(labels: Labels, { object: { kind } }: Sourced): Labels {
  if (kind === "Pod") return labels;
  const own = generated[kind];
  // What the controller of a kind that Kubernetes has not itself adds, nobody can know.
  if (own === undefined) return { ...labels, open: true };
  return { ...labels, possible: new Set(own.filter((key) => !labels.known.has(key))) };
}

const jobs = ["controller-uid", "job-name", "job-completion-index"].flatMap((label) => [
  label,
  `batch.kubernetes.io/${label}`,
]);
const generated: Readonly<Record<string, readonly string[]>> = {
  Deployment: ["pod-template-hash"],
  StatefulSet: [
    "controller-revision-hash",
    "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index",
  ],
  DaemonSet: ["controller-revision-hash", "pod-template-generation"],
  ReplicaSet: [],
  ReplicationController: [],
  Job: jobs,
  CronJob: jobs,
};

function addressesOf(
  status: Fields,
  origin: string,
  problems: (ShapeProblem & { origin: string })[],
): readonly Address[] {
  const several = asList(given(status, "podIPs")).map((item) => asObject(item)["ip"]);
  const texts = new Set(
    [status["podIP"], ...several].filter((text) => typeof text === "string" && text !== ""),
  );
  return [...texts].flatMap((text) => {
    try {
      return parseAddress(text as string);
    } catch {
      const what = `${show(text)} is not an IP address`;
      problems.push({ path: ["status"], what, expected: "one such as 10.0.0.1 or fd00::1", origin });
      return [];
    }
  });
}

/** Those of its containers, and of init containers that keep running beside them. */
function portsOf(spec: Fields): Ports {
  const inits = asList(given(spec, "initContainers")).filter((item) => {
    const restart = asObject(item)["restartPolicy"];
    return isUnknown(item) || isUnknown(restart) || restart === "Always";
  });
  const containers = [...asList(given(spec, "containers")), ...inits];
  const items = containers.flatMap((item) => (isUnknown(item) ? [item] : asList(asObject(item)["ports"])));
  let open = false;
  const known = items.flatMap((item) => {
    if (!isFields(item)) {
      open ||= isUnknown(item);
      return [];
    }
    const [name, port] = [given(item, "name"), given(item, "containerPort")];
    const protocol = protocolOf(given(item, "protocol"));
    if (name === undefined) return [];
    if (typeof name === "string" && port !== undefined && isPort(port) && protocol !== undefined)
      return [{ name, protocol, port }];
    open = true;
    return [];
  });
  return { known, open };
}
