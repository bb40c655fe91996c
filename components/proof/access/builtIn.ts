import { everyRight, ruleOf, type Rule } from "./rule.ts";

const source =
  "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings";
const all = ["create", "delete", "deletecollection", "patch", "update"];
const read = ["get", "list", "watch"];

const role = (
  name: string,
  ...rules: readonly (readonly [groups: string, resources: string, verbs: readonly string[]])[]
): Rule[] =>
  rules.map(([groups, resources, verbs], index) =>
    ruleOf(groups.split(" "), resources.split(" "), verbs, {
      id: source,
      text: `Kubernetes' own role ${name}, rule ${index + 1}: ${verbs.join(", ")} of ${resources.replaceAll(" ", ", ")}`,
    }),
  );

const urls = (name: string, ...list: readonly string[]): Rule[] =>
  role(name, ["", "", ["get"]]).map((rule) => ({
    ...rule,
    groups: { known: [], open: false },
    resources: { known: [], open: false },
    urls: { known: list, open: false },
  }));

const publicUrls = ["/healthz", "/livez", "/readyz", "/version", "/version/"];

/**
 * What the API server itself puts into its own roles
 * (plugin/pkg/auth/authorizer/rbac/bootstrappolicy/testdata/cluster-roles.yaml in github.com/kubernetes/kubernetes).
 * Those that are not here are not for people.
 */
export const builtInRoles: ReadonlyMap<string, readonly Rule[]> = new Map(
  Object.entries({
    "cluster-admin": everyRight({ id: source, text: "Kubernetes' own role cluster-admin: everything" }),
    admin: role(
      "admin",
      ["authorization.k8s.io", "localsubjectaccessreviews", ["create"]],
      ["rbac.authorization.k8s.io", "rolebindings roles", [...all, ...read]],
    ),
    edit: role(
      "edit",
      ["", "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy", read],
      ["", "serviceaccounts", ["impersonate"]],
      ["", "pods pods/attach pods/exec pods/portforward pods/proxy", all],
      ["", "pods/eviction serviceaccounts/token", ["create"]],
      [
        "",
        "configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy",
        all,
      ],
      [
        "apps extensions",
        "daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale",
        all,
      ],
      ["autoscaling", "horizontalpodautoscalers", all],
      ["batch", "cronjobs jobs", all],
      ["policy", "poddisruptionbudgets", all],
      ["networking.k8s.io extensions", "ingresses networkpolicies", all],
      ["coordination.k8s.io", "leases", [...all, ...read]],
    ),
    view: role(
      "view",
      [
        "",
        "configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status",
        read,
      ],
      [
        "",
        "bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status namespaces",
        read,
      ],
      ["discovery.k8s.io", "endpointslices", read],
      [
        "apps extensions",
        "controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status",
        read,
      ],
      ["autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status", read],
      ["batch", "cronjobs cronjobs/status jobs jobs/status", read],
      ["policy", "poddisruptionbudgets poddisruptionbudgets/status", read],
      ["networking.k8s.io extensions", "ingresses ingresses/status networkpolicies", read],
    ),
    "system:basic-user": role(
      "system:basic-user",
      ["authorization.k8s.io", "selfsubjectaccessreviews selfsubjectrulesreviews", ["create"]],
      ["authentication.k8s.io", "selfsubjectreviews", ["create"]],
    ),
    "system:discovery": urls(
      "system:discovery",
      ...publicUrls,
      ...["/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*"],
    ),
    "system:public-info-viewer": urls("system:public-info-viewer", ...publicUrls),
    "system:service-account-issuer-discovery": urls(
      "system:service-account-issuer-discovery",
      ...["/.well-known/openid-configuration", "/openid/v1/jwks"],
    ),
  }),
);

/** Of the roles that are made of others, the label by which each finds them. */
export const aggregated: ReadonlyMap<string, string> = new Map(
  ["admin", "edit", "view"].map((name) => [name, `rbac.authorization.k8s.io/aggregate-to-${name}`]),
);

/** What of Kubernetes' own roles is part of another of them. */
export const partsOf: Readonly<Record<string, readonly string[]>> = {
  admin: ["edit"],
  edit: ["view"],
  view: [],
};
