import { isDeepStrictEqual } from "node:util";
import { isSameQuantity } from "../../../../components/engine/kubernetes/quantity.ts";
import type { PropertyChange } from "../report/index.ts";
import { hidden, type Secrets } from "../secrets/index.ts";
import { replacing, type Step } from "./step.ts";
import { isHidden, showValue } from "./value.ts";

type Path = readonly (string | number)[];

/** What a step changes, property by property, in their order. */
export function propertiesOf(step: Step, secrets: Secrets): PropertyChange[] {
  const forced = replacing(step);
  const [old, now] = [inputsOf(step.oldState?.inputs), inputsOf(step.newState?.inputs)];
  const found = new Map<string, PropertyChange>();
  const isKubernetes = (step.newState ?? step.oldState)?.type.startsWith("kubernetes:") === true;
  for (const { path, before, after } of differences(old, now, [])) {
    if (isKubernetes && typeof before === "string" && typeof after === "string")
      // The API server writes quantities its own way, and a state has what it wrote.
      if (isSameQuantity(before, after)) continue;
    const name = secrets.redact(showPath(path));
    // What was in the clear and is secret now would tell the secret, and the other way round.
    const shown = [before, after].map((value) =>
      value === undefined ? undefined : showValue(value, path, secrets),
    );
    const conceal =
      before !== undefined &&
      after !== undefined &&
      shown.some((text) => text !== undefined && isHidden(text));
    const [oldText, newText] = shown.map((text) =>
      text === undefined ? undefined : conceal ? hidden : text,
    );
    found.set(name, {
      path: name,
      ...(oldText === undefined ? {} : { old: oldText }),
      ...(newText === undefined ? {} : { new: newText }),
      replaces: forced.some((one) => isWithin(name, one) || isWithin(one, name)),
    });
  }
  for (const name of forced)
    if (![...found.keys()].some((known) => isWithin(known, name) || isWithin(name, known)))
      found.set(name, { path: name, replaces: true });
  return [...found.values()];
}

/** Without what the SDK adds and no reader has written. */
const inputsOf = (inputs: Readonly<Record<string, unknown>> | undefined) =>
  Object.fromEntries(Object.entries(inputs ?? {}).filter(([key]) => !key.startsWith("__")));

const isWithin = (path: string, outer: string): boolean =>
  path === outer || (path.startsWith(outer) && [".", "["].includes(path.charAt(outer.length)));

interface Difference {
  readonly path: Path;
  readonly before?: unknown;
  readonly after?: unknown;
}

function* differences(before: unknown, after: unknown, path: Path): Generator<Difference> {
  if (isDeepStrictEqual(before, after)) return;
  if (Array.isArray(before) && Array.isArray(after)) yield* inLists(before, after, path);
  else if (isObject(before) && isObject(after))
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
      yield* differences(before[key], after[key], [...path, key]);
  // All of what is new, or goes, stands at once, but each property of the resource by itself.
  else if (path.length === 0 && (isObject(before) || isObject(after)))
    yield* differences(before ?? {}, after ?? {}, path);
  else yield { path, before, after };
}

/** Of a list of plain values, what came and went; else what differs at each place. */
function* inLists(before: readonly unknown[], after: readonly unknown[], path: Path): Generator<Difference> {
  const all = [...before, ...after];
  if (all.some((item) => typeof item === "object" && item !== null)) {
    for (let index = 0; index < Math.max(before.length, after.length); index += 1)
      yield* differences(before[index], after[index], [...path, index]);
    return;
  }
  const gone = before.filter((item) => !after.includes(item));
  const fresh = after.filter((item) => !before.includes(item));
  yield gone.length + fresh.length === 0 ? { path, before, after } : { path, before: gone, after: fresh };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** As Pulumi writes paths: `tags["bulkhead:zone"]`, `ingress[0].fromPort`. */
const showPath = (path: Path): string =>
  path
    .map((part, index) =>
      typeof part === "number"
        ? `[${part}]`
        : /^[A-Za-z_$][\w$]*$/.test(part)
          ? `${index === 0 ? "" : "."}${part}`
          : `[${JSON.stringify(part)}]`,
    )
    .join("");
