import { questions } from "./question.ts";
import { authorizes, some, type Request, type ResourceRequest, type Rule } from "./rule.ts";

/** Resources that are in no namespace. */
const ofCluster = new Set(
  [
    "users groups uids userextras/scopes clusterroles clusterrolebindings nodes nodes/status nodes/proxy",
    "validatingadmissionpolicies validatingadmissionpolicybindings mutatingadmissionpolicies",
    "mutatingadmissionpolicybindings validatingwebhookconfigurations mutatingwebhookconfigurations",
    "ciliumclusterwidenetworkpolicies globalnetworkpolicies tiers ippools adminnetworkpolicies",
    "baselineadminnetworkpolicies clusternetworkpolicies ingressclasses gatewayclasses persistentvolumes",
    "storageclasses csidrivers csinodes volumeattachments customresourcedefinitions apiservices",
    "certificatesigningrequests certificatesigningrequests/approval certificatesigningrequests/status signers",
    "clustertrustbundles",
  ].flatMap((names) => names.split(" ")),
);

/**
 * Whether a binding in a namespace can give this. A namespace itself counts as in itself, but for its making; to bind a
 * ClusterRole is asked for where the binding is (BindingAuthorized in kubernetes/pkg/registry/rbac/escalation_check.go).
 */
export const isOfNamespace = ({ verb, resource }: ResourceRequest): boolean =>
  verb === "bind" || (!ofCluster.has(resource) && !(resource === "namespaces" && verb === "create"));

// What every user has, and needs to ask what rights they have and to find the API:
// https://kubernetes.io/docs/reference/access-authn-authz/rbac/#discovery-roles
const harmlessResources = new Set([
  // Certificates of authorities, which are no secret: system:cluster-trust-bundle-discovery gives them to all service accounts.
  "get certificates.k8s.io clustertrustbundles",
  "list certificates.k8s.io clustertrustbundles",
  "watch certificates.k8s.io clustertrustbundles",
  "create authorization.k8s.io selfsubjectaccessreviews",
  "create authorization.k8s.io selfsubjectrulesreviews",
  "create authentication.k8s.io selfsubjectreviews",
]);
const harmlessUrls =
  /^\/(?:healthz|livez|readyz|version\/?|api|api\/\*|apis|apis\/\*|openapi|openapi\/\*|openid\/v1\/jwks\/?|\.well-known\/openid-configuration\/?|\.well-known\/\*)$/;

/** What of a rule no question is about, and is not everybody's: anything else that it lets its holders do. */
export function beyond(rule: Rule, isInNamespace: boolean): Request | undefined {
  const requests = questions.flatMap((question) => question.requests);
  const single = (name: string) => ({ known: [name], open: false });
  for (const verb of rule.verbs.known) {
    for (const group of rule.groups.known)
      for (const resource of rule.resources.known) {
        if (harmlessResources.has(`${verb} ${group} ${resource}`)) continue;
        const atom: Rule = {
          ...rule,
          verbs: single(verb),
          groups: single(group),
          resources: single(resource),
          names: { known: [], open: false },
        };
        if (!requests.some((request) => authorizes(atom, request, "maybe")))
          return { verb, group, resource, name: some };
      }
    if (isInNamespace) continue;
    const url = rule.urls.known.find((one) => !harmlessUrls.test(one));
    if (url !== undefined) return { verb, url };
  }
  return undefined;
}
