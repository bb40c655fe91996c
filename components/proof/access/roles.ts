import { apiGroup, given, isFields, nameOf, namespaceOf, type Sourced } from "../kubernetes/objects.ts";
import { labelsOf, parseSelector, selects } from "../kubernetes/selector.ts";
import { Shape } from "../kubernetes/shape.ts";
import type { Polarity } from "../reach/index.ts";
import { asList, asText, type Value } from "../resource/index.ts";
import { aggregated, builtInRoles, partsOf } from "./builtIn.ts";
import { everyRight, parseRules, type Rule } from "./rule.ts";

/** The group of Kubernetes' own roles and bindings. */
export const rbac = "rbac.authorization.k8s.io";

/** What roles let their holders do; `unread` are those that nobody could look into. */
export class Roles {
  /** Names of roles that are not among the objects, nor known otherwise, and so may hold everything. */
  readonly unread = new Set<string>();
  readonly #cluster = new Map<string, Sourced>();
  readonly #namespaced = new Map<string, Sourced>();
  /** Of which there are several of one name, so that nobody knows which is there. */
  readonly #doubles = new Map<Sourced, Sourced[]>();
  readonly #own = new Map<Sourced, readonly Rule[]>();
  readonly #rules = new Map<string, readonly Rule[]>();

  constructor(objects: readonly Sourced[]) {
    for (const sourced of objects) {
      const { object } = sourced;
      if (apiGroup(object) !== rbac) continue;
      if (object.kind === "ClusterRole") this.#put(this.#cluster, nameOf(sourced), sourced);
      if (object.kind === "Role")
        this.#put(this.#namespaced, `${namespaceOf(object) ?? "?"}/${nameOf(sourced)}`, sourced);
    }
  }

  #put(to: Map<string, Sourced>, name: string, sourced: Sourced): void {
    const before = to.get(name);
    if (before === undefined) to.set(name, sourced);
    else this.#doubles.set(before, [...(this.#doubles.get(before) ?? []), sourced]);
  }

  /** The rules that a binding's `roleRef` gives, in the namespace of the binding where it is in one. */
  of(roleRef: Value | undefined, namespace: string | undefined, polarity: Polarity): readonly Rule[] {
    const fields = isFields(roleRef) ? roleRef : {};
    const kind = given(fields, "kind");
    const name = asText(given(fields, "name"));
    if (name === undefined || typeof kind !== "string")
      return this.#unreadable("of a name that is not known", polarity);
    const key = `${polarity} ${kind === "Role" ? `${namespace ?? "?"}/` : ""}${name}`;
    const known = this.#rules.get(key);
    if (known !== undefined) return known;
    const rules =
      kind === "Role" ? this.#role(namespace, name, polarity) : this.#clusterRole(name, polarity, new Set());
    this.#rules.set(key, rules);
    return rules;
  }

  #role(namespace: string | undefined, name: string, polarity: Polarity): readonly Rule[] {
    const found = this.#namespaced.get(`${namespace ?? "?"}/${name}`);
    return found === undefined
      ? this.#unreadable(`Role ${namespace ?? "of a namespace that is not known"}/${name}`, polarity)
      : this.#ownRules(found, polarity);
  }

  #clusterRole(name: string, polarity: Polarity, seen: Set<string>): readonly Rule[] {
    if (seen.has(name)) return [];
    seen.add(name);
    const found = this.#cluster.get(name);
    const builtIn = builtInRoles.get(name);
    if (found === undefined && builtIn === undefined)
      return this.#unreadable(`ClusterRole ${name}`, polarity);
    // An API server gives its own roles back what was taken from them, when it starts.
    const isBuiltIn = builtIn !== undefined && (found === undefined || polarity === "maybe");
    const rule = found === undefined ? undefined : given(found.object, "aggregationRule");
    const parts = [
      ...this.#selected(rule, polarity),
      ...(isBuiltIn ? [...(partsOf[name] ?? []), ...this.#labelled(aggregated.get(name), polarity)] : []),
    ];
    return [
      // What stands in a role that is made of others is from an earlier time.
      ...(found !== undefined && (rule === undefined || polarity === "maybe")
        ? this.#ownRules(found, polarity)
        : []),
      ...(isBuiltIn ? builtIn : []),
      ...parts.flatMap((part) => this.#clusterRole(part, polarity, seen)),
    ];
  }

  #labelled(label: string | undefined, polarity: Polarity): string[] {
    return label === undefined
      ? []
      : this.#selected({ clusterRoleSelectors: [{ matchLabels: { [label]: "true" } }] }, polarity);
  }

  #selected(aggregationRule: Value | undefined, polarity: Polarity): string[] {
    if (aggregationRule === undefined) return [];
    const list = isFields(aggregationRule) ? given(aggregationRule, "clusterRoleSelectors") : aggregationRule;
    const selectors = asList(list).map((selector) => parseSelector(new Shape(), selector, []));
    return [...this.#cluster]
      .filter(([, { object }]) => {
        const labels = labelsOf(given(object.metadata, "labels"));
        return selectors.some((selector) => {
          const answer = selects(selector, labels);
          return answer === "yes" || (answer === "maybe" && polarity === "maybe");
        });
      })
      .map(([name]) => name);
  }

  #ownRules(sourced: Sourced, polarity: Polarity): readonly Rule[] {
    const doubles = this.#doubles.get(sourced);
    if (doubles === undefined) return this.#written(sourced);
    return polarity === "sure" ? [] : [sourced, ...doubles].flatMap((one) => this.#written(one));
  }

  #written(sourced: Sourced): readonly Rule[] {
    const known = this.#own.get(sourced);
    if (known !== undefined) return known;
    const { object, origin } = sourced;
    const where = object.kind === "Role" ? `${namespaceOf(object) ?? "?"}/` : "";
    const rules = parseRules(object["rules"], origin, `${object.kind} ${where}${nameOf(sourced)}`);
    this.#own.set(sourced, rules);
    return rules;
  }

  #unreadable(what: string, polarity: Polarity): readonly Rule[] {
    this.unread.add(what);
    return polarity === "sure"
      ? []
      : everyRight({ id: what, text: `${what}, which was not read and so may hold everything` });
  }
}
