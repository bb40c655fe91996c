import { setTimeout as sleep } from "node:timers/promises";
import type { Plan } from "../../../plan/index.ts";
import type { Answer, ApiServer } from "../client.ts";
import { checkLabel, objectOf, placementAttempts, targets, type PlacementAttempt } from "./attempt.ts";

/** What became of an attempt to get a pod onto another collection's nodes. */
export interface PlacementResult {
  readonly namespace: string;
  readonly attempt: PlacementAttempt;
  /** The collection whose nodes were asked for. */
  readonly other: string;
  /**
   * `refused` and `waiting` are what has to be; `there` is a breach; `untold` where it was refused for a reason that
   * has nothing to do with the compartment, or where the control run, with the defence off, did not get there either.
   */
  readonly outcome: "refused" | "waiting" | "there" | "untold";
  readonly detail: string;
}

const patience = 15_000;
const podsPath = (namespace: string) => `/api/v1/namespaces/${namespace}/pods`;
const daemonSetsPath = (namespace: string) => `/apis/apps/v1/namespaces/${namespace}/daemonsets`;
const pathOf = ({ kind }: PlacementAttempt, namespace: string) =>
  kind === "Pod" ? podsPath(namespace) : daemonSetsPath(namespace);

interface Pod {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
    }[];
  };
}

/**
 * Tries every attempt in every namespace as its own team, and once more in a namespace of the check's own that is
 * linked to nothing, where each has to get there. What it makes it takes away again, also what a run left behind that
 * was interrupted.
 */
export async function tryPlacement(
  plan: Plan,
  admin: ApiServer,
  teams: ReadonlyMap<string, ApiServer>,
): Promise<PlacementResult[]> {
  const nodes = new Map(
    plan.hosts.flatMap(({ name, collection }) => (collection === undefined ? [] : [[name, collection]])),
  );
  const trials = [...targets(plan)].flatMap(([namespace, other]) =>
    placementAttempts.map((attempt) => ({ namespace, other, attempt })),
  );
  const control = await openControl(admin);
  try {
    await Promise.all(plan.namespaces.map(({ name }) => sweep(admin, name)));
    const answers = await Promise.all(
      trials.map(async ({ namespace, other, attempt }) => {
        const group = plan.namespaces.find(({ name }) => name === namespace)?.group ?? "";
        const team = teams.get(group);
        if (team === undefined) throw new Error(`there is no kubeconfig of the team of ${group}`);
        const object = objectOf(attempt, other);
        const [answer, controlled] = await Promise.all([
          team.ask("POST", pathOf(attempt, namespace), object),
          admin.ask("POST", pathOf(attempt, control), inControl(object, namespace)),
        ]);
        return { answer, controlled };
      }),
    );
    const controls = await settled(admin, control, trials.length);
    return await Promise.all(
      trials.map(async ({ namespace, other, attempt }, at): Promise<PlacementResult> => {
        const { answer, controlled } = answers[at] ?? unanswered;
        const base = { namespace, attempt, other: other.collection };
        const wasThere = controls.some(
          ({ metadata: { labels = {} }, spec: { nodeName = "" }, status }) =>
            labels[checkLabel] === attempt.name &&
            labels[origin] === namespace &&
            status?.phase === "Running" &&
            nodes.get(nodeName) === other.collection,
        );
        if (wasThere)
          return { ...base, ...(await judge(admin, namespace, attempt, other.collection, nodes, answer)) };
        const why =
          controlled.message === "" ? "its pod does not run on the other's nodes" : controlled.message;
        return { ...base, outcome: "untold", detail: `the control run did not get there: ${why}` };
      }),
    );
  } finally {
    await Promise.all(plan.namespaces.map(({ name }) => sweep(admin, name)));
    // The namespace alone takes its pods along only after seconds, in which they would stand in everybody's lists.
    await sweep(admin, control);
    await closeControl(admin, control);
  }
}

const unanswered = { answer: undefined, controlled: { status: 0, message: "", body: {} } };

async function judge(
  admin: ApiServer,
  namespace: string,
  { name, kind, refusal, harms }: PlacementAttempt,
  other: string,
  nodes: ReadonlyMap<string, string>,
  answer: Answer | undefined,
): Promise<Pick<PlacementResult, "outcome" | "detail">> {
  if (answer === undefined || answer.status === 0)
    return { outcome: "untold", detail: answer?.message ?? "no answer" };
  if (answer.status >= 400)
    return refusal?.test(answer.message) === true
      ? { outcome: "refused", detail: answer.message }
      : { outcome: "untold", detail: `refused for another reason: ${answer.message}` };
  if (harms === true) return { outcome: "there", detail: "it was created" };
  // Whoever names the node is on it at once, and may be evicted again before anybody looks.
  const { nodeName } = (answer.body["spec"] ?? {}) as { readonly nodeName?: string };
  if (nodeName !== undefined) return { outcome: "there", detail: `its pod was put on ${nodeName}` };
  const began = Date.now();
  for (;;) {
    const pods = (await list(admin, namespace)).filter(
      ({ metadata: { labels = {} } }) => labels[checkLabel] === name,
    );
    const there = pods.find(({ spec: { nodeName = "" } }) => nodes.get(nodeName) === other);
    if (there !== undefined)
      return { outcome: "there", detail: `its pod is on ${there.spec.nodeName ?? ""}` };
    if (pods.some(isUnschedulable)) return { outcome: "waiting", detail: "no node takes its pod" };
    const failure = kind === "DaemonSet" ? await failureOf(admin, namespace, answer) : undefined;
    if (failure !== undefined) return { outcome: "waiting", detail: failure };
    if (Date.now() - began > patience)
      return { outcome: "untold", detail: `nothing has been decided about it after ${patience / 1000} s` };
    await sleep(100);
  }
}

/** Why a DaemonSet has no pods, where its controller has tried and was refused. */
async function failureOf(admin: ApiServer, namespace: string, made: Answer): Promise<string | undefined> {
  const { name } = made.body["metadata"] as { readonly name: string };
  const selector = encodeURIComponent(`involvedObject.name=${name},reason=FailedCreate`);
  const { body } = await admin.ask("GET", `/api/v1/namespaces/${namespace}/events?fieldSelector=${selector}`);
  const events = (body["items"] ?? []) as readonly { readonly message?: string }[];
  return events[0]?.message;
}

const isUnschedulable = ({ status }: Pod): boolean =>
  status?.conditions?.some(
    ({ type, status: truth, reason }) =>
      type === "PodScheduled" && truth === "False" && reason === "Unschedulable",
  ) ?? false;

async function list(admin: ApiServer, namespace: string): Promise<readonly Pod[]> {
  const { status, message, body } = await admin.ask(
    "GET",
    `${podsPath(namespace)}?labelSelector=${encodeURIComponent(checkLabel)}`,
  );
  if (status !== 200) throw new Error(`the pods of ${namespace} cannot be listed: ${message}`);
  return body["items"] as readonly Pod[];
}

/** The label of a control's pod that tells which namespace's attempt it repeats. */
const origin = "bulkhead/check-of";
const controlPrefix = "bulkhead-check-";

/** The same object, in the control namespace. */
function inControl(object: object, namespace: string): object {
  const copy = structuredClone(object) as {
    metadata: { labels: Record<string, string> };
    spec: {
      selector?: { matchLabels: Record<string, string> };
      template?: { metadata: { labels: Record<string, string> } };
    };
  };
  for (const labels of [
    copy.metadata.labels,
    copy.spec.selector?.matchLabels,
    copy.spec.template?.metadata.labels,
  ])
    if (labels !== undefined) labels[origin] = namespace;
  return copy;
}

/** Makes a namespace that is linked to nothing and whose pods tolerate every taint. Returns its name. */
async function openControl(admin: ApiServer): Promise<string> {
  const namespaces = "/api/v1/namespaces";
  const left = await admin.ask("GET", `${namespaces}?labelSelector=${encodeURIComponent(checkLabel)}`);
  if (left.status !== 200) throw new Error(`the API server cannot be asked: ${left.message}`);
  for (const { metadata } of left.body["items"] as readonly { metadata: { name: string } }[])
    await closeControl(admin, metadata.name);
  const made = await admin.ask("POST", namespaces, {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      generateName: controlPrefix,
      labels: { [checkLabel]: "control" },
      annotations: {
        "scheduler.alpha.kubernetes.io/defaultTolerations": JSON.stringify([{ operator: "Exists" }]),
      },
    },
  });
  if (made.status !== 201) throw new Error(`the control run has no namespace: ${made.message}`);
  const { name } = made.body["metadata"] as { readonly name: string };
  const account = `${namespaces}/${name}/serviceaccounts/default`;
  const began = Date.now();
  while ((await admin.ask("GET", account)).status !== 200) {
    if (Date.now() - began > patience) {
      await closeControl(admin, name);
      throw new Error(
        "the control run's namespace gets no service account: does kube-controller-manager run?",
      );
    }
    await sleep(50);
  }
  return name;
}

const closeControl = (admin: ApiServer, name: string) => admin.ask("DELETE", `/api/v1/namespaces/${name}`);

/** The pods of the control run, as soon as each attempt has one that runs, or when it is clear that not all will. */
async function settled(admin: ApiServer, control: string, attempts: number): Promise<readonly Pod[]> {
  const began = Date.now();
  for (;;) {
    const pods = await list(admin, control);
    const running = new Set(
      pods
        .filter(({ status }) => status?.phase === "Running")
        .map(({ metadata: { labels = {} } }) => `${labels[checkLabel] ?? ""} ${labels[origin] ?? ""}`),
    );
    if (running.size >= attempts || Date.now() - began > patience) return pods;
    await sleep(200);
  }
}

/** Takes away what attempts have made in a namespace. */
async function sweep(admin: ApiServer, namespace: string): Promise<void> {
  const query = `?labelSelector=${encodeURIComponent(checkLabel)}`;
  await admin.ask("DELETE", daemonSetsPath(namespace) + query);
  await admin.ask("DELETE", podsPath(namespace) + query);
}
