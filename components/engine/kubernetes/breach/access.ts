import type { Namespace, Plan } from "../../../plan/index.ts";
import type { ApiServer } from "../client.ts";
import { idlePod } from "../idlePod.ts";

/** One request that a team's user makes. */
export interface AccessAttempt {
  /** For people: `list pods`. */
  readonly what: string;
  /** Where: a namespace, or the cluster. */
  readonly where: string;
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether it has to be allowed. */
  readonly allowed: boolean;
}

/** What became of a request. */
export interface AccessResult {
  readonly group: string;
  readonly attempt: AccessAttempt;
  /**
   * `allowed` or `refused` as it had to be, `open` and `closed` where it had not; `untold` where the control run, as
   * the administrator, is refused, too, so that a refusal tells nothing.
   */
  readonly outcome: "allowed" | "refused" | "open" | "closed" | "untold";
  readonly detail: string;
}

// Nothing is kept of what would change something, so that an open door does no harm here.
const dry = "?dryRun=All";
const core = (namespace: string, rest: string) => `/api/v1/namespaces/${namespace}/${rest}`;

const configMap = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { generateName: "breach-" },
};

const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { generateName: "breach-" },
  // Little, so that a quota that is nearly used up refuses nothing here.
  spec: idlePod({ cpu: "1m", memory: "1Mi" }),
};

const reviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
const review = (namespace: string, verb: string, resource: string, subresource?: string) => ({
  apiVersion: "authorization.k8s.io/v1",
  kind: "SelfSubjectAccessReview",
  spec: {
    resourceAttributes: { namespace, verb, resource, ...(subresource === undefined ? {} : { subresource }) },
  },
});

/** What everybody does in a namespace that is theirs. */
const inside = ({ name }: Namespace, allowed: boolean): AccessAttempt[] => {
  const attempt = (
    what: string,
    method: AccessAttempt["method"],
    path: string,
    body?: object,
  ): AccessAttempt => ({ what, where: name, method, path, allowed, ...(body === undefined ? {} : { body }) });
  return [
    attempt("list pods", "GET", core(name, "pods")),
    attempt("read secrets", "GET", core(name, "secrets")),
    attempt("create a pod", "POST", core(name, "pods") + dry, pod),
    attempt("create a configmap", "POST", core(name, "configmaps") + dry, configMap),
    attempt("delete pods", "DELETE", core(name, "pods") + dry),
    attempt("exec into pods", "POST", reviews, review(name, "create", "pods", "exec")),
  ];
};

/** What nobody but the administrator does in a namespace, its own team included. */
const compartment = ({ name }: Namespace, team: string): AccessAttempt[] => {
  const attempt = (
    what: string,
    method: AccessAttempt["method"],
    path: string,
    body?: object,
  ): AccessAttempt => ({
    what,
    where: name,
    method,
    path: path + dry,
    allowed: false,
    ...(body === undefined ? {} : { body }),
  });
  const policies = `/apis/networking.k8s.io/v1/namespaces/${name}/networkpolicies`;
  return [
    attempt("change its namespace's link", "PATCH", `/api/v1/namespaces/${name}`, {
      metadata: { annotations: { "scheduler.alpha.kubernetes.io/node-selector": null } },
    }),
    attempt("open a network policy", "POST", policies, {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { generateName: "breach-" },
      spec: { podSelector: {}, ingress: [{}], egress: [{}], policyTypes: ["Ingress", "Egress"] },
    }),
    attempt("delete a network policy", "DELETE", `${policies}/default-deny`),
    attempt("raise its quota", "PATCH", core(name, "resourcequotas/quota"), {
      spec: { hard: { pods: "100000" } },
    }),
    attempt("give rights", "POST", `/apis/rbac.authorization.k8s.io/v1/namespaces/${name}/rolebindings`, {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { generateName: "breach-" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: team }],
    }),
    {
      what: "bind pods to nodes",
      where: name,
      method: "POST",
      path: reviews,
      body: review(name, "create", "pods", "binding"),
      allowed: false,
    },
  ];
};

/** What nobody but the administrator does outside namespaces. */
function cluster(node: string): AccessAttempt[] {
  const attempt = (
    what: string,
    method: AccessAttempt["method"],
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ): AccessAttempt => ({
    what,
    where: "cluster",
    method,
    path: method === "GET" ? path : path + dry,
    allowed: false,
    ...(body === undefined ? {} : { body }),
    ...(headers === undefined ? {} : { headers }),
  });
  return [
    attempt("list nodes", "GET", "/api/v1/nodes"),
    attempt("relabel a node", "PATCH", `/api/v1/nodes/${node}`, { metadata: { labels: { breach: "yes" } } }),
    attempt("take a node's taint away", "PATCH", `/api/v1/nodes/${node}`, { spec: { taints: [] } }),
    attempt("list namespaces", "GET", "/api/v1/namespaces"),
    attempt("create a namespace", "POST", "/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { generateName: "breach-" },
    }),
    attempt("read all secrets", "GET", "/api/v1/secrets"),
    attempt(
      "delete an admission policy",
      "DELETE",
      "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/bulkhead-pods",
    ),
    attempt("act as the administrator", "GET", "/api/v1/nodes", undefined, {
      "impersonate-user": "breach",
      "impersonate-group": "system:masters",
    }),
  ];
}

/** Every request that is tried as one group's team: in its own namespaces, in each of the others, and outside. */
export function accessAttempts(plan: Plan, group: string): AccessAttempt[] {
  const [node] = plan.hosts.filter(({ role }) => role === "worker");
  const team = plan.collections.find((collection) => collection.group === group)?.team.directoryGroup ?? "";
  const isTeams = (namespace: Namespace) =>
    plan.collections.some(
      ({ name, team: owner }) => name === namespace.collection && owner.directoryGroup === team,
    );
  return [
    ...plan.namespaces.flatMap((namespace) => [
      ...inside(namespace, isTeams(namespace)),
      ...compartment(namespace, team),
    ]),
    ...cluster(node?.name ?? ""),
  ];
}

/** Makes every request as each team, and, as a control, as the administrator, who has to be allowed each. */
export async function tryAccess(
  plan: Plan,
  admin: ApiServer,
  teams: ReadonlyMap<string, ApiServer>,
): Promise<AccessResult[]> {
  const groups = [...teams.keys()];
  const byGroup = await Promise.all(
    groups.map(async (group) => {
      const team = teams.get(group);
      if (team === undefined) return [];
      return Promise.all(
        accessAttempts(plan, group).map(async (attempt): Promise<AccessResult> => {
          const [asTeam, asAdmin] = await Promise.all([send(team, attempt), send(admin, attempt)]);
          return { group, attempt, ...judge(attempt, asTeam, asAdmin) };
        }),
      );
    }),
  );
  return byGroup.flat();
}

/** What the server says where a user has no right to something; its admission plugins say other things. */
const byRights = / is forbidden: User "[^"]+" cannot /;

interface Reply {
  readonly allowed: boolean;
  readonly refused: boolean;
  readonly detail: string;
}

async function send(api: ApiServer, { method, path, body, headers }: AccessAttempt): Promise<Reply> {
  const answer = await api.ask(method, path, body, headers);
  if (path === reviews) {
    const { allowed = false } = (answer.body["status"] ?? {}) as { readonly allowed?: boolean };
    return { allowed, refused: answer.status === 201 && !allowed, detail: answer.message };
  }
  const allowed = answer.status >= 200 && answer.status < 300;
  return {
    allowed,
    refused: answer.status === 403 && byRights.test(answer.message),
    detail: `${answer.status} ${answer.message}`.trim(),
  };
}

function judge(
  attempt: AccessAttempt,
  asTeam: Reply,
  asAdmin: Reply,
): Pick<AccessResult, "outcome" | "detail"> {
  if (!asAdmin.allowed)
    return { outcome: "untold", detail: `the administrator may not either: ${asAdmin.detail}` };
  const { detail } = asTeam;
  if (asTeam.allowed) return { outcome: attempt.allowed ? "allowed" : "open", detail };
  if (!asTeam.refused) return { outcome: "untold", detail };
  return { outcome: attempt.allowed ? "closed" : "refused", detail };
}
