import { apiGroup, given, isFields, nameOf, namespaceOf, type Sourced } from "../kubernetes/objects.ts";
import type { Origin } from "../network/index.ts";
import type { Polarity } from "../reach/index.ts";
import { asList, asText, type Value } from "../resource/index.ts";
import { known, serviceAccountUser, type Identity } from "./identity.ts";
import { rbac, type Roles } from "./roles.ts";
import { authorizes, everyRight, type Request, type Rule } from "./rule.ts";

/** What a binding gives, and where. */
export interface Grant {
  /** Absent: in the whole cluster. */
  readonly namespace?: string;
  /** What of it is certain, and what could be. */
  readonly rules: Readonly<Record<Polarity, readonly Rule[]>>;
  readonly origin: Origin;
}

/** Why somebody may do something. */
export interface Right {
  readonly grant: Grant;
  readonly rule: Rule;
}

/** Everything that bindings give, to be asked for by who somebody is. */
export class Grants {
  /** Subjects that bindings name, as `User name` or `Group name`. */
  readonly subjects = new Set<string>();
  /** Namespaces that bindings are in. */
  readonly namespaces = new Set<string>();
  readonly #sure = new Map<string, Grant[]>();
  /** To whoever they may be. */
  readonly #vague: Grant[] = [];

  constructor(objects: readonly Sourced[], roles: Roles) {
    for (const sourced of objects) {
      const { object, origin } = sourced;
      const { kind } = object;
      if (apiGroup(object) !== rbac || (kind !== "RoleBinding" && kind !== "ClusterRoleBinding")) continue;
      const namespace = kind === "RoleBinding" ? namespaceOf(object) : undefined;
      // One of a namespace that is not known could be of any.
      const isAnywhere = kind === "RoleBinding" && namespace === undefined;
      if (namespace !== undefined) this.namespaces.add(namespace);
      const roleRef = given(object, "roleRef");
      const grant: Grant = {
        ...(namespace === undefined ? {} : { namespace }),
        rules: {
          maybe: roles.of(roleRef, namespace, "maybe"),
          sure: isAnywhere ? [] : roles.of(roleRef, namespace, "sure"),
        },
        origin: {
          id: origin,
          text: `${kind} ${namespace === undefined ? "" : `${namespace}/`}${nameOf(sourced)}`,
        },
      };
      for (const subject of asList(object["subjects"])) this.#add(subject, namespace, grant);
    }
  }

  #add(subject: Value, namespace: string | undefined, grant: Grant): void {
    const fields = isFields(subject) ? subject : undefined;
    const kind = fields === undefined ? undefined : given(fields, "kind");
    const name = fields === undefined ? undefined : asText(given(fields, "name"));
    if (fields === undefined || typeof kind !== "string" || name === undefined) {
      this.#vague.push(grant);
      return;
    }
    if (kind !== "ServiceAccount") {
      this.#to(`${kind} ${name}`, grant);
      return;
    }
    const own =
      given(fields, "namespace") === undefined
        ? namespace
        : namespaceOf({ apiVersion: "v1", kind, metadata: fields });
    if (own === undefined) this.#vague.push(grant);
    else this.#to(`User ${serviceAccountUser(own, name)}`, grant);
  }

  #to(subject: string, grant: Grant): void {
    this.subjects.add(subject);
    const more = this.#sure.get(subject);
    if (more === undefined) this.#sure.set(subject, [grant]);
    else more.push(grant);
  }

  /** What somebody has. */
  of({ user, groups }: Identity, polarity: Polarity): readonly Grant[] {
    if (groups.includes(known.masters)) return [everything];
    const found = [`User ${user}`, ...groups.map((group) => `Group ${group}`)].flatMap(
      (subject) => this.#sure.get(subject) ?? [],
    );
    return [...new Set(polarity === "maybe" ? [...found, ...this.#vague] : found)];
  }

  /** By what somebody may do something; undefined where they may not. */
  right(identity: Identity, request: Request, polarity: Polarity): Right | undefined {
    const where = "url" in request ? undefined : request.namespace;
    for (const grant of this.of(identity, polarity)) {
      if (grant.namespace !== undefined && grant.namespace !== where) continue;
      const rule = grant.rules[polarity].find((one) => authorizes(one, request, polarity));
      if (rule !== undefined) return { grant, rule };
    }
    return undefined;
  }
}

const masters: Origin = {
  id: "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings",
  text: `group ${known.masters}, which no binding holds back`,
};
const everything: Grant = {
  rules: { maybe: everyRight(masters), sure: everyRight(masters) },
  origin: masters,
};
