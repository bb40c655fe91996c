import type { Origin } from "../network/index.ts";
import type { Polarity } from "../reach/index.ts";
import { asList, asObject, isUnknown, type Value } from "../resource/index.ts";
import { namesOf, type Names } from "./names.ts";

/** What a role lets its holders do (https://kubernetes.io/docs/reference/access-authn-authz/rbac). */
export interface Rule {
  readonly verbs: Names;
  readonly groups: Names;
  readonly resources: Names;
  /** Where there are any, only objects of these names. */
  readonly names: Names;
  readonly urls: Names;
  readonly origin: Origin;
}

/** Something that somebody asks of the API server. */
export type Request = ResourceRequest | UrlRequest;

export interface ResourceRequest {
  readonly verb: string;
  readonly group: string;
  /** With its subresource, as `pods/exec`. */
  readonly resource: string;
  /** `some`: of whichever object there is a right to; absent: of none by name, as where one is created. */
  readonly name?: string | typeof some;
  /** Absent: of the whole cluster. */
  readonly namespace?: string;
}

export interface UrlRequest {
  readonly verb: string;
  readonly url: string;
}

export const some = Symbol("some name");

/** Whether a rule lets somebody do this, wherever it holds. */
export const authorizes = (rule: Rule, request: Request, polarity: Polarity): boolean =>
  has(rule.verbs, polarity, "*", request.verb) &&
  ("url" in request
    ? has(rule.urls, polarity, "*", request.url) || rule.urls.known.some((url) => beginsAs(url, request.url))
    : has(rule.groups, polarity, "*", request.group) &&
      hasResource(rule.resources, request.resource, polarity) &&
      hasName(rule.names, request.name, polarity));

const has = ({ known, open }: Names, polarity: Polarity, ...names: readonly string[]): boolean =>
  (open && polarity === "maybe") || names.some((name) => known.includes(name));

const beginsAs = (pattern: string, url: string): boolean =>
  pattern.endsWith("*") && url.startsWith(pattern.replace(/\*+$/, ""));

/** `pods/*` is no pattern: only `*` and a star before a subresource are (ResourceMatches in kubernetes/pkg/apis/rbac/v1/evaluation_helpers.go). */
function hasResource(resources: Names, resource: string, polarity: Polarity): boolean {
  const slash = resource.indexOf("/");
  return has(resources, polarity, "*", resource, ...(slash < 0 ? [] : [`*${resource.slice(slash)}`]));
}

function hasName(names: Names, name: ResourceRequest["name"], polarity: Polarity): boolean {
  if (names.known.length === 0 && !names.open) return true;
  // A list that is not known may be empty.
  if (names.open && polarity === "maybe") return true;
  if (name === some) return names.known.length > 0;
  return name !== undefined && names.known.includes(name);
}

/** Of a role's rules, each with where it is from; `id` and `role` name the role. */
export function parseRules(value: Value | undefined, id: string, role: string): Rule[] {
  if (isUnknown(value)) return [anything({ id, text: `${role}: its rules are not known` })];
  return asList(value).map((item, index): Rule => {
    const text = `${role}, rule ${index + 1}`;
    if (isUnknown(item)) return anything({ id, text: `${text}: it is not known` });
    const fields = asObject(item);
    const rule = {
      verbs: namesOf(fields["verbs"]),
      groups: namesOf(fields["apiGroups"]),
      resources: namesOf(fields["resources"]),
      names: namesOf(fields["resourceNames"]),
      urls: namesOf(fields["nonResourceURLs"]),
    };
    return { ...rule, origin: { id, text: `${text}: ${showRule(rule)}` } };
  });
}

const none: Names = { known: [], open: false };
const open: Names = { known: [], open: true };

/** A rule of which nothing is known. */
const anything = (origin: Origin): Rule => ({
  verbs: open,
  groups: open,
  resources: open,
  names: none,
  urls: open,
  origin,
});

/** A rule that is known, in few words. */
export const ruleOf = (
  groups: readonly string[],
  resources: readonly string[],
  verbs: readonly string[],
  origin: Origin,
): Rule => ({
  verbs: { known: verbs, open: false },
  groups: { known: groups, open: false },
  resources: { known: resources, open: false },
  names: none,
  urls: none,
  origin,
});

export const everyRight = (origin: Origin): Rule[] => [
  { ...ruleOf(["*"], ["*"], ["*"], origin), urls: { known: ["*"], open: false } },
];

const showNames = ({ known, open: more }: Names) =>
  [...known, ...(more ? ["what is not known"] : [])].join(", ");

function showRule({ verbs, resources, names, urls }: Omit<Rule, "origin">): string {
  const what = [showNames(resources), showNames(urls)].filter((text) => text !== "").join(", ");
  const only = showNames(names);
  return `${showNames(verbs)} of ${what}${only === "" ? "" : ` named ${only}`}`;
}
