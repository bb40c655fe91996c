import { given, nameOf, namespaceOf, type Sourced } from "../kubernetes/objects.ts";
import type { IntendedTeam } from "./intent.ts";
import type { Grant, Grants } from "./grants.ts";
import { anonymous, known, serviceAccount, serviceAccountOf, type Identity } from "./identity.ts";
import { authorizes, some, type ResourceRequest, type Rule } from "./rule.ts";

/** Somebody whom a team's members can act as, and how they come to. */
export interface Acting {
  readonly identity: Identity;
  /** For people: `a member of "CN=test-billing"`, `..., as the service account test-billing/default`. */
  readonly text: string;
  /** What lets them, where somebody does who is not of their own namespaces. */
  readonly by: readonly Grant[];
}

// What runs a pod as a service account, or gives its token.
const ask = (group: string, resource: string, verb: string): ResourceRequest => ({
  group,
  resource,
  verb,
  ...(verb === "create" && !resource.includes("/") ? {} : { name: some }),
});
const takeovers: readonly ResourceRequest[] = [
  ...["create", "update", "patch"].map((verb) => ask("", "pods", verb)),
  ...["pods/exec", "pods/attach"].flatMap((resource) => [
    ask("", resource, "create"),
    ask("", resource, "get"),
  ]),
  ...["update", "patch"].map((verb) => ask("", "pods/ephemeralcontainers", verb)),
  ...["deployments", "statefulsets", "daemonsets", "replicasets"].flatMap((resource) =>
    ["create", "update", "patch"].map((verb) => ask("apps", resource, verb)),
  ),
  ...["jobs", "cronjobs"].flatMap((resource) =>
    ["create", "update", "patch"].map((verb) => ask("batch", resource, verb)),
  ),
  ...["create", "update", "patch"].map((verb) => ask("", "replicationcontrollers", verb)),
  ...["get", "list", "watch"].map((verb) => ask("", "secrets", verb)),
  ask("", "serviceaccounts/token", "create"),
];

/** Service accounts, by namespace. */
export class ServiceAccounts {
  readonly #byNamespace = new Map<string, Set<string>>();

  constructor(objects: readonly Sourced[], grants: Grants) {
    for (const sourced of objects) {
      if (sourced.object.kind !== "ServiceAccount" || given(sourced.object.metadata, "name") === undefined)
        continue;
      const namespace = namespaceOf(sourced.object);
      if (namespace !== undefined) this.#add(namespace, nameOf(sourced));
    }
    for (const subject of grants.subjects) {
      const account = subject.startsWith("User ")
        ? serviceAccountOf(subject.slice("User ".length))
        : undefined;
      if (account !== undefined) this.#add(account.namespace, account.name);
    }
  }

  #add(namespace: string, name: string): void {
    const names = this.#byNamespace.get(namespace);
    if (names === undefined) this.#byNamespace.set(namespace, new Set([name]));
    else names.add(name);
  }

  /** Each namespace has one that is called default. */
  in(namespace: string): Identity[] {
    return [...new Set(["default", ...(this.#byNamespace.get(namespace) ?? [])])].map((name) =>
      serviceAccount(namespace, name),
    );
  }

  get namespaces(): Iterable<string> {
    return this.#byNamespace.keys();
  }
}

/** Everybody whom a team's members can act as: themselves, their own namespaces' service accounts, and whom these lead to. */
export function actingAs(team: IntendedTeam, grants: Grants, accounts: ServiceAccounts): Acting[] {
  const member = `a member of "${team.subject}"`;
  const found = new Map<string, Acting>();
  const add = (identity: Identity, text: string, by: readonly Grant[]) => {
    const key = JSON.stringify([identity.user, identity.groups]);
    if (!found.has(key)) found.set(key, { identity, text, by });
  };
  const groups = [team.subject, known.authenticated];
  // The first is whoever has no name that bindings know.
  add({ user: "", groups, text: member }, member, []);
  for (const user of team.users ?? []) add({ user, groups, text: member }, `${member}, ${user},`, []);
  add(anonymous, `${member}, as ${anonymous.text},`, []);
  for (const namespace of team.namespaces)
    for (const account of accounts.in(namespace)) add(account, `${member}, as ${account.text},`, []);
  // A Map gives what is added to it while it is gone through, too.
  for (const { identity, text, by } of found.values())
    for (const grant of grants.of(identity, "maybe")) {
      const more = [...by, grant];
      for (const next of ledTo(grant, grants, accounts, team.namespaces))
        add(next, `${text.replace(/,$/, "")}, as ${next.text},`, more);
    }
  return [...found.values()];
}

/** Whom somebody can act as by what a grant gives. Who can impersonate anybody is judged for that alone. */
function ledTo(grant: Grant, grants: Grants, accounts: ServiceAccounts, own: readonly string[]): Identity[] {
  const rules = grant.rules.maybe;
  const namespaces = (
    grant.namespace === undefined
      ? new Set([...accounts.namespaces, ...grants.namespaces])
      : [grant.namespace]
  ) as Iterable<string>;
  const found: Identity[] = [];
  if (rules.some((rule) => takeovers.some((request) => authorizes(rule, request, "maybe"))))
    for (const namespace of namespaces) if (!own.includes(namespace)) found.push(...accounts.in(namespace));
  for (const rule of rules) {
    if (may(rule, "serviceaccounts"))
      for (const namespace of namespaces)
        found.push(
          ...accounts
            .in(namespace)
            .filter(
              ({ user }) =>
                rule.names.known.length === 0 || rule.names.known.includes(user.split(":").at(-1) ?? ""),
            ),
        );
    if (grant.namespace !== undefined) continue;
    if (may(rule, "users"))
      for (const user of rule.names.known) {
        const account = serviceAccountOf(user);
        found.push(
          account === undefined
            ? { user, groups: [known.authenticated], text: `the user ${user}` }
            : serviceAccount(account.namespace, account.name),
        );
      }
    if (may(rule, "groups"))
      for (const group of rule.names.known)
        found.push({ user: "", groups: [group, known.authenticated], text: `one of the group ${group}` });
  }
  return found;
}

const may = (rule: Rule, resource: string): boolean =>
  authorizes(rule, { verb: "impersonate", group: "", resource, name: some }, "maybe");
