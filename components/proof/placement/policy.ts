import { isVague, namesOf } from "../access/names.ts";
import {
  apiGroup,
  given,
  isFields,
  nameOf,
  type Fields,
  type KubernetesObject,
  type Sourced,
} from "../kubernetes/objects.ts";
import { labelsOf, parseSelector, selects, type Labels } from "../kubernetes/selector.ts";
import { Shape } from "../kubernetes/shape.ts";
import type { Origin } from "../network/index.ts";
import { asList, asText, type Value } from "../resource/index.ts";
import { evaluate, failWith, fixed, type Outcome } from "./cel.ts";

/** A pod that somebody writes, as an API server's policies see it. */
export interface Attempt {
  readonly operation: "CREATE" | "UPDATE";
  readonly object: object;
  readonly oldObject: object | null;
}

/** A namespace, as an API server's policies see it. */
export interface Place {
  readonly namespace: string;
  readonly labels: Labels;
  /** Undefined where not all of it is known. */
  readonly object: object | undefined;
  /** Those who write pods: the team, and the controllers that do it for them. */
  readonly writers: readonly object[];
}

interface Expression {
  readonly name: string;
  readonly expression: string;
}

/** A ValidatingAdmissionPolicy with a binding that denies: https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy */
export interface Policy {
  readonly name: string;
  readonly origin: Origin;
  readonly bindings: readonly Fields[];
  readonly constraints: Fields;
  readonly isStrict: boolean;
  readonly conditions: readonly Expression[];
  readonly variables: readonly Expression[];
  readonly validations: readonly string[];
  /** Whether it may make a difference who writes the pod. */
  readonly asksWho: boolean;
}

const group = "admissionregistration.k8s.io";

/** The policies that can refuse something; what of the others is not understood is said. */
export function policiesOf(
  objects: readonly Sourced[],
  doubt: (text: string, origin: string) => void,
): Policy[] {
  const bindings = objects.filter(
    ({ object }) => apiGroup(object) === group && object.kind === "ValidatingAdmissionPolicyBinding",
  );
  const policies = objects.filter(
    ({ object }) => apiGroup(object) === group && object.kind === "ValidatingAdmissionPolicy",
  );
  return policies.flatMap((sourced) => {
    const { object, origin } = sourced;
    const name = nameOf(sourced);
    const spec = specOf(object);
    if (policies.some((other) => other !== sourced && nameOf(other) === name)) {
      doubt(
        `ValidatingAdmissionPolicy ${name} is taken to refuse nothing, since there are several of the name`,
        origin,
      );
      return [];
    }
    if (isVague(spec) || given(spec, "paramKind") !== undefined) {
      const why = given(spec, "paramKind") === undefined ? "not all of it is known" : "it has parameters";
      doubt(`ValidatingAdmissionPolicy ${name} is taken to refuse nothing, since ${why}`, origin);
      return [];
    }
    const texts = (field: string): Expression[] =>
      asList(given(spec, field)).flatMap((item) => {
        const fields = isFields(item) ? item : {};
        const expression = asText(fields["expression"]);
        return expression === undefined ? [] : [{ name: asText(fields["name"]) ?? "", expression }];
      });
    const [conditions, variables, validations] = [
      texts("matchConditions"),
      texts("variables"),
      texts("validations"),
    ];
    return [
      {
        name,
        origin: { id: origin, text: `ValidatingAdmissionPolicy ${name}` },
        bindings: bindings.flatMap((binding) => {
          const own = specOf(binding.object);
          const policy = asText(own["policyName"]);
          const denies = namesOf(own["validationActions"]).known.includes("Deny");
          return policy === name &&
            denies &&
            given(own, "paramRef") === undefined &&
            !isVague(own["matchResources"])
            ? [isFields(own["matchResources"]) ? own["matchResources"] : {}]
            : [];
        }),
        constraints: isFields(spec["matchConstraints"]) ? spec["matchConstraints"] : {},
        isStrict: (given(spec, "failurePolicy") ?? "Fail") === "Fail",
        conditions,
        variables,
        validations: validations.map(({ expression }) => expression),
        asksWho: [...conditions, ...variables, ...validations].some(({ expression }) =>
          /\brequest\b/.test(expression),
        ),
      },
    ];
  });
}

const specOf = (object: KubernetesObject): Fields => (isFields(object["spec"]) ? object["spec"] : {});

/** Whether a policy surely judges every such write of a pod in a namespace. */
export const judges = ({ bindings, constraints }: Policy, { labels }: Place, operation: string): boolean =>
  asList(given(constraints, "resourceRules")).length > 0 &&
  covers(constraints, labels, operation) &&
  bindings.some((binding) => covers(binding, labels, operation));

function covers(match: Fields, labels: Labels, operation: string): boolean {
  const rules = given(match, "resourceRules");
  const namespaces = parseSelector(new Shape(), given(match, "namespaceSelector"), []);
  const pods = parseSelector(new Shape(), given(match, "objectSelector"), []);
  return (
    (rules === undefined || asList(rules).some((rule) => isOfPods(rule, operation, "surely"))) &&
    !asList(given(match, "excludeResourceRules")).some((rule) => isOfPods(rule, operation, "maybe")) &&
    selects(namespaces, labels) === "yes" &&
    // Whoever writes a pod chooses its labels.
    pods.requirements.length === 0 &&
    !pods.vague
  );
}

function isOfPods(rule: Value, operation: string, how: "surely" | "maybe"): boolean {
  if (!isFields(rule)) return how === "maybe";
  const has = (field: string, ...names: readonly string[]) =>
    namesOf(rule[field]).known.some((name) => name === "*" || names.includes(name));
  const scope = given(rule, "scope") ?? "*";
  return (
    has("operations", operation) &&
    has("apiGroups", "") &&
    has("apiVersions", "v1") &&
    has("resources", "pods", "*/*") &&
    (scope === "*" || scope === "Namespaced") &&
    // A pod's name is its writer's choice.
    (how === "maybe" || namesOf(rule["resourceNames"]).known.length === 0)
  );
}

/** Whether a policy surely refuses a pod, whoever of its writers writes it; else what is in the way of telling. */
export function refuses(
  policy: Policy,
  place: Place,
  attempt: Attempt,
): { refused: boolean; doubts: string[] } {
  const doubts: string[] = [];
  const note = (outcome: Outcome): Outcome => {
    if (outcome.kind === "unsure" && outcome.why !== undefined) doubts.push(outcome.why);
    return outcome;
  };
  if (place.object === undefined) return { refused: false, doubts: ["not all of the namespace is known"] };
  const writers = policy.asksWho ? place.writers : place.writers.slice(0, 1);
  const refused = writers.every((userInfo) => {
    const base = {
      ...attempt,
      namespaceObject: place.object,
      request: fixed({
        operation: attempt.operation,
        namespace: place.namespace,
        dryRun: false,
        userInfo,
        resource: { group: "", version: "v1", resource: "pods" },
        kind: { group: "", version: "v1", kind: "Pod" },
        subResource: "",
      }),
    };
    const context = { ...base, variables: variablesOf(policy, base, note) };
    const conditions = policy.conditions.map(({ expression }) => note(evaluate(expression, context)));
    if (
      conditions.some(
        (outcome) => outcome.kind === "unsure" || (outcome.kind === "value" && outcome.value !== true),
      )
    )
      return false;
    if (conditions.some(({ kind }) => kind === "error")) return policy.isStrict;
    return policy.validations.some((expression) => {
      const outcome = note(evaluate(expression, context));
      return outcome.kind === "value" ? outcome.value === false : outcome.kind === "error" && policy.isStrict;
    });
  });
  return { refused, doubts };
}

/** Each is evaluated when it is asked for, and once. */
function variablesOf(
  { variables }: Policy,
  base: Readonly<Record<string, unknown>>,
  note: (outcome: Outcome) => Outcome,
): object {
  const values = {};
  for (const { name, expression } of variables) {
    let known: Outcome | undefined;
    Object.defineProperty(values, name, {
      enumerable: true,
      get: (): unknown => {
        known ??= note(evaluate(expression, { ...base, variables: values }));
        return known.kind === "value" ? known.value : failWith(known);
      },
    });
  }
  return values;
}

export const labelsOfNamespace = (name: string, value: Value | undefined): Labels => {
  const labels = labelsOf(value);
  // https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-metadata-name
  return { ...labels, known: new Map([...labels.known, ["kubernetes.io/metadata.name", name]]) };
};
