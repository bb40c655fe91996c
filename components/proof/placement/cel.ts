import { Environment, type ParseResult } from "@marcbachmann/cel-js";

// Kubernetes' policies are in CEL (https://kubernetes.io/docs/reference/using-api/cel), with optional types.
const environment = new Environment({
  unlistedVariablesAreDyn: true,
  enableOptionalTypes: true,
  homogeneousAggregateLiterals: false,
});

/** What an expression comes to; `unsure` where that hangs on what is not fixed, or where, and why, nobody here can tell. */
export type Outcome =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "error" }
  | { readonly kind: "unsure"; readonly why?: string };

// One for all: it is thrown very often, and nobody sees it.
const isNotFixed = new Error("it hangs on what the pod's writer chooses");
/** Whether what is being evaluated has asked for it. */
let touched = false;
const wasTouched = (): boolean => touched;
const notFixed = (): never => {
  touched = true;
  throw isNotFixed;
};

/**
 * An object of which these fields are fixed, or surely absent where they are undefined, and of which everything else
 * may be anything. CEL takes `false && error` for false, so that what comes to a value does so whatever the rest is.
 */
export function fixed(fields: Readonly<Record<string, unknown>>): object {
  return new Proxy(Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)), {
    get: (target: Record<string, unknown>, key) =>
      key === "constructor"
        ? Object
        : typeof key === "symbol" || Object.hasOwn(fields, key)
          ? (Reflect.get(target, key) as unknown)
          : notFixed(),
    has: (target, key) =>
      typeof key === "symbol" || Object.hasOwn(fields, key) ? key in target : notFixed(),
    getOwnPropertyDescriptor: (target, key) =>
      typeof key === "symbol" || Object.hasOwn(fields, key)
        ? Reflect.getOwnPropertyDescriptor(target, key)
        : notFixed(),
    ownKeys: notFixed,
  });
}

// What the API server fails with, too; any other error may be one of what evaluates it here.
const certain: ReadonlySet<unknown> = new Set([
  ...["no_such_key", "index_out_of_bounds", "division_by_zero", "modulo_by_zero", "optional_value_missing"],
]);

const parsed = new Map<string, ParseResult | Error>();

function parse(expression: string): ParseResult | Error {
  let found = parsed.get(expression);
  if (found === undefined) {
    try {
      found = environment.parse(expression);
    } catch (error) {
      found = error instanceof Error ? error : new Error(String(error));
    }
    parsed.set(expression, found);
  }
  return found;
}

export function evaluate(expression: string, context: Readonly<Record<string, unknown>>): Outcome {
  const program = parse(expression);
  if (program instanceof Error) return { kind: "unsure", why: firstLine(program) };
  const before = touched;
  touched = false;
  try {
    return { kind: "value", value: program(context) };
  } catch (error) {
    // A policy's variables are evaluated in the middle of its expressions.
    if (wasTouched()) return { kind: "unsure" };
    if (error instanceof Error && "code" in error && certain.has(error.code)) return { kind: "error" };
    return { kind: "unsure", why: firstLine(error instanceof Error ? error : new Error(String(error))) };
  } finally {
    touched ||= before;
  }
}

const firstLine = ({ message }: Error): string => message.split("\n")[0] ?? message;

/** Throws from a variable, for the expression that asks for it, what the variable failed with. */
export function failWith(outcome: Outcome): never {
  if (outcome.kind === "unsure") touched = true;
  throw Object.assign(new Error("a variable"), { code: outcome.kind === "error" ? "no_such_key" : "unsure" });
}

/** Numbers as CEL has them: whole ones are of another type than others. */
export const toCel = (value: unknown): unknown =>
  typeof value === "number" && Number.isInteger(value)
    ? BigInt(value)
    : Array.isArray(value)
      ? value.map(toCel)
      : typeof value === "object" && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .filter(([, part]) => part !== undefined)
              .map(([key, part]) => [key, toCel(part)]),
          )
        : value;
