import type { Sourced } from "../kubernetes/objects.ts";
import type { Assumption } from "../network/index.ts";
import type { IntendedTeam, Intent } from "./intent.ts";
import type { Finding } from "../statement/index.ts";
import { actingAs, ServiceAccounts, type Acting } from "./acting.ts";
import { Grants, type Grant } from "./grants.ts";
import { known } from "./identity.ts";
import { questions } from "./question.ts";
import { Roles } from "./roles.ts";
import { beyond, isOfNamespace } from "./scope.ts";
import { authorizes, type Request, type Rule } from "./rule.ts";

export interface AccessJudgement {
  readonly leaks: readonly Finding[];
  readonly missing: readonly Finding[];
  readonly assumptions: readonly Assumption[];
}

/** What somebody can do that they must not. */
interface Wrong {
  readonly id: string;
  readonly request: Request;
  readonly rule: Rule;
  readonly holds?: string;
  readonly wayOut: string;
}

type Scope = "own" | "foreign" | "cluster";

/** Whether teams can do more than work in their own namespaces, and whether they can do that. */
export function judgeAccess(objects: readonly Sourced[], { teams, namespaces }: Intent): AccessJudgement {
  const roles = new Roles(objects);
  const grants = new Grants(objects, roles);
  const accounts = new ServiceAccounts(objects, grants);
  const groupOf = new Map(namespaces.map(({ name, group }) => [name, group]));
  const wrongs = new Wrongs();
  const leaks = new Map<string, Finding>();
  const missing: Finding[] = [];
  for (const team of teams) {
    for (const acting of actingAs(team, grants, accounts))
      for (const grant of grants.of(acting.identity, "maybe"))
        for (const wrong of wrongs.of(grant, scopeOf(grant, team))) {
          const finding = leakOf(team, acting, grant, wrong, groupOf);
          if (!leaks.has(finding.id)) leaks.set(finding.id, finding);
        }
    missing.push(...idle(team, grants));
  }
  return { leaks: [...leaks.values()], missing, assumptions: assumptionsOf(grants, roles, teams) };
}

const scopeOf = ({ namespace }: Grant, { namespaces }: IntendedTeam): Scope =>
  namespace === undefined ? "cluster" : namespaces.includes(namespace) ? "own" : "foreign";

/** What is wrong with a role's rules depends on where they hold alone: it is found out once. */
class Wrongs {
  readonly #known = new Map<Scope, Map<readonly Rule[], readonly Wrong[]>>();

  of({ rules: { maybe: rules } }: Grant, scope: Scope): readonly Wrong[] {
    const byRules = this.#known.get(scope) ?? new Map<readonly Rule[], readonly Wrong[]>();
    this.#known.set(scope, byRules);
    const known = byRules.get(rules);
    if (known !== undefined) return known;
    const found = wrongsOf(rules, scope);
    byRules.set(rules, found);
    return found;
  }
}

function wrongsOf(rules: readonly Rule[], scope: Scope): Wrong[] {
  const found: Wrong[] = [];
  for (const { id, requests, holds, wayOut } of questions) {
    if (scope === "own" && holds === undefined) continue;
    for (const rule of rules) {
      const request = requests.find(
        (one) => (scope === "cluster" || isOfNamespace(one)) && authorizes(rule, one, "maybe"),
      );
      if (request === undefined) continue;
      found.push({ id, request, rule, wayOut, ...(scope === "own" && holds !== undefined ? { holds } : {}) });
      break;
    }
  }
  if (scope === "own") return found;
  for (const rule of rules) {
    const request = beyond(rule, scope === "foreign");
    if (request === undefined) continue;
    found.push({ id: "other", request, rule, wayOut: "Take the subject out of the binding." });
    break;
  }
  return found;
}

function leakOf(
  team: IntendedTeam,
  acting: Acting,
  grant: Grant,
  { id, request, rule, holds, wayOut }: Wrong,
  groupOf: ReadonlyMap<string, string>,
): Finding {
  const { namespace } = grant;
  const to = namespace ?? "cluster";
  const owner = namespace === undefined ? undefined : groupOf.get(namespace);
  const where =
    namespace === undefined
      ? "url" in request || !isOfNamespace(request)
        ? "of the whole cluster"
        : "in every namespace"
      : holds !== undefined
        ? `in its own namespace ${namespace}`
        : `in namespace ${namespace}${owner === undefined ? "" : `, which is ${owner}'s`}`;
  const what = showRequest(request);
  return {
    id: `access/${team.group}/${to}/${id}`,
    layer: "access",
    from: team.group,
    to,
    message: `${acting.text} can ${what} ${where}${holds === undefined ? "" : `, where ${holds}`}`,
    witness: `${acting.text} can ${what} ${namespace === undefined ? where : `in namespace ${namespace}`}`,
    because: [...acting.by, grant].map(({ origin }) => origin).concat(rule.origin),
    wayOut,
    place: placeOf(team),
  };
}

const placeOf = ({ group }: IntendedTeam) => ["groups", group, "team"];

const showRequest = (request: Request): string =>
  "url" in request
    ? `"${request.verb}" ${request.url}`
    : `"${request.verb}" ${showResource(request.resource)}`;
const showResource = (resource: string) => (resource === "*" ? "every resource" : resource);

const work: readonly (readonly [what: string, request: { verb: string; group: string; resource: string }])[] =
  [
    ["create deployments", { verb: "create", group: "apps", resource: "deployments" }],
    ["get pods", { verb: "get", group: "", resource: "pods" }],
    ["read pods' logs", { verb: "get", group: "", resource: "pods/log" }],
  ];

/** Work that a team surely can do has to be possible in each of its namespaces. */
function idle(team: IntendedTeam, grants: Grants): Finding[] {
  const member = { user: "", groups: [team.subject, known.authenticated], text: "" };
  return team.namespaces.flatMap((namespace) => {
    const cannot = work.filter(
      ([, { verb, ...request }]) =>
        grants.right(
          member,
          { ...request, verb, namespace, ...(verb === "create" ? {} : { name: "any" }) },
          "sure",
        ) === undefined,
    );
    const [first] = cannot;
    if (first === undefined) return [];
    return [
      {
        id: `access/${team.group}/${namespace}/work`,
        layer: "access" as const,
        from: team.group,
        to: namespace,
        message: `members of "${team.subject}" cannot ${cannot.map(([what]) => what).join(", ")} in their own namespace ${namespace}`,
        witness: `a member of "${team.subject}" who wants to ${first[0]} in namespace ${namespace}`,
        because: [],
        wayOut: `Bind a role that lets them to the group "${team.subject}" in namespace ${namespace}.`,
        place: placeOf(team),
      },
    ];
  });
}

function assumptionsOf(grants: Grants, { unread }: Roles, teams: readonly IntendedTeam[]): Assumption[] {
  const members = new Set(teams.flatMap(({ users = [] }) => users));
  const users = [...grants.subjects]
    .filter((subject) => subject.startsWith("User ") && !subject.startsWith("User system:"))
    .map((subject) => subject.slice("User ".length))
    .filter((user) => !members.has(user));
  const others = [...grants.subjects]
    .filter((subject) => subject.startsWith("Group ") && !subject.startsWith("Group system:"))
    .map((subject) => subject.slice("Group ".length))
    .filter((group) => !teams.some(({ subject }) => subject === group));
  return [
    ...[...unread].map((role) => ({
      text: `${role} was not read: it is taken to hold everything for whoever must not have it, and nothing for whoever needs it`,
    })),
    ...users.map((user) => ({
      text: `The user "${user}" is a member of no team, and nobody of a team can act as them`,
    })),
    ...others.map((group) => ({ text: `No member of a team is in the group "${group}"` })),
  ];
}
