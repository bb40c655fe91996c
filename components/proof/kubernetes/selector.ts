import { isUnknown, type Reference, type Unknown, type Value } from "../resource/index.ts";
import { given, isFields } from "./objects.ts";
import { oneOf, show, type Path, type Shape } from "./shape.ts";

/** Whether something is so, as far as it is known. */
export type Answer = "yes" | "no" | "maybe";

export const both = (a: Answer, b: Answer): Answer =>
  a === "no" || b === "no" ? "no" : a === "yes" && b === "yes" ? "yes" : "maybe";

/** The labels of a pod or a namespace, as far as they are known. */
export interface Labels {
  readonly known: ReadonlyMap<string, string>;
  /** Those that are there, with a value that is not known. */
  readonly valueless: ReadonlySet<string>;
  /** Those that may be there. */
  readonly possible: ReadonlySet<string>;
  /** Whether there may be others. */
  readonly open: boolean;
  /** Values that a label that is not known cannot have. */
  readonly never?: ReadonlyMap<string, ReadonlySet<string>>;
}

export const noLabels: Labels = {
  known: new Map(),
  valueless: new Set(),
  possible: new Set(),
  open: false,
};
export const anyLabels: Labels = { ...noLabels, open: true };

export function labelsOf(value: Value | undefined): Labels {
  if (isUnknown(value)) return anyLabels;
  if (!isFields(value)) return noLabels;
  const entries = Object.entries(value);
  return {
    known: new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string")),
    valueless: new Set(entries.filter(([, text]) => isUnknown(text)).map(([key]) => key)),
    possible: new Set(),
    // What is neither a text nor unknown is none that Kubernetes would take: nothing is known of it.
    open: entries.some(([, text]) => typeof text !== "string" && !isUnknown(text)),
  };
}

interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: ReadonlySet<string>;
  /** Whether there are values that are not known. */
  readonly vague: boolean;
}

const operators = ["In", "NotIn", "Exists", "DoesNotExist"] as const;
type Operator = (typeof operators)[number];

/** A label selector: all of its requirements must be met. */
export interface Selector {
  readonly requirements: readonly Requirement[];
  /** Whether there are, or may be, requirements that are not known. */
  readonly vague: boolean;
  /** Equal for selectors that ask for the same. */
  readonly key: string;
}

function selector(requirements: readonly Requirement[], vague: boolean): Selector {
  const keys = requirements.map(({ key, operator, values, vague: open }) =>
    JSON.stringify([key, operator, [...values].sort(), open]),
  );
  return { requirements, vague, key: [...keys.sort(), ...(vague ? ["?"] : [])].join(" ") };
}

export const everything: Selector = selector([], false);

export function parseSelector(shape: Shape, value: Value | undefined, path: Path): Selector {
  const fields = shape.fields(value, path, ["matchLabels", "matchExpressions"]);
  if (isUnknown(fields)) return selector([], true);
  if (fields === undefined) return everything;
  const labels = shape.fields(given(fields, "matchLabels"), [...path, "matchLabels"]);
  const list = shape.list(given(fields, "matchExpressions"), [...path, "matchExpressions"]);
  const requirements: Requirement[] = [];
  let vague = isUnknown(labels) || isUnknown(list);
  if (labels !== undefined && !isUnknown(labels))
    for (const key of Object.keys(labels)) {
      const text = shape.text(labels[key] ?? "", [...path, "matchLabels", key]);
      if (text !== undefined) requirements.push(requirement(key, "In", [text]));
    }
  if (list !== undefined && !isUnknown(list))
    for (const [index, item] of list.entries()) {
      const found = parseExpression(shape, item, [...path, "matchExpressions", index]);
      if (found === "vague") vague = true;
      else if (found !== undefined) requirements.push(found);
    }
  return selector(requirements, vague);
}

function parseExpression(shape: Shape, value: Value, path: Path): Requirement | "vague" | undefined {
  const fields = shape.fields(value, path, ["key", "operator", "values"]);
  if (isUnknown(fields)) return "vague";
  if (fields === undefined)
    return shape.wrong(path, "an expression is null", "one with a key and an operator");
  const key = shape.text(given(fields, "key"), [...path, "key"]);
  const operator = given(fields, "operator");
  const values = shape.list(given(fields, "values"), [...path, "values"]);
  if (key === undefined || key === "") return shape.wrong(path, "an expression has no key", "a label's name");
  if (isUnknown(operator)) return "vague";
  if (!isOperator(operator))
    return shape.wrong([...path, "operator"], `there is no operator ${show(operator)}`, oneOf(operators));
  const wantsValues = operator === "In" || operator === "NotIn";
  if (!isUnknown(values) && wantsValues !== (values ?? []).length > 0)
    return shape.wrong(
      [...path, "values"],
      `operator ${operator} has ${wantsValues ? "no values" : "values"}`,
      wantsValues ? "one or more" : "none",
    );
  if (isUnknown(key)) return "vague";
  const texts = isUnknown(values)
    ? [values]
    : (values ?? []).map((text, index) => shape.text(text, [...path, "values", index]) ?? "");
  return requirement(key, operator, texts);
}

const isOperator = (value: Value | undefined): value is Operator =>
  operators.some((known) => known === value);

const requirement = (
  key: string,
  operator: Operator,
  values: readonly (string | Reference | Unknown)[],
): Requirement => ({
  key,
  operator,
  values: new Set(values.filter((value) => typeof value === "string")),
  vague: values.some(isUnknown),
});

/** Whether a selector is met by these labels. */
export function selects({ requirements, vague }: Selector, labels: Labels): Answer {
  let answer: Answer = vague ? "maybe" : "yes";
  for (const one of requirements) {
    answer = both(answer, meets(one, labels));
    if (answer === "no") return answer;
  }
  return answer;
}

function meets({ key, operator, values, vague }: Requirement, labels: Labels): Answer {
  const value = labels.known.get(key);
  const isThere = has(labels, key);
  if (operator === "Exists") return isThere;
  if (operator === "DoesNotExist") return not(isThere);
  const isOne = isThere === "no" ? "no" : isOneOf(value, values, vague, labels.never?.get(key));
  // A label that is not there is not one of the values either:
  // https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#set-based-requirement
  return operator === "In" ? isOne : not(isOne);
}

export const has = ({ known, valueless, possible, open }: Labels, key: string): Answer =>
  known.has(key) || valueless.has(key) ? "yes" : open || possible.has(key) ? "maybe" : "no";

function isOneOf(
  value: string | undefined,
  values: ReadonlySet<string>,
  vague: boolean,
  never: ReadonlySet<string> | undefined,
): Answer {
  if (value !== undefined) return values.has(value) ? "yes" : vague ? "maybe" : "no";
  return vague || [...values].some((one) => never?.has(one) !== true) ? "maybe" : "no";
}

const not = (answer: Answer): Answer => (answer === "yes" ? "no" : answer === "no" ? "yes" : "maybe");
