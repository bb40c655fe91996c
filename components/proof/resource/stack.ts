import { UnreadableError } from "../unreadable.ts";
import { parseJson } from "./json.ts";
import { linked } from "./linked.ts";
import type { Resource, Value } from "./resource.ts";
import { stackType, type Written } from "./written.ts";

/** What a file of Pulumi's says of a stack. */
export interface StackRead {
  readonly stack: string;
  readonly resources: readonly Resource[];
  /** What the stack's program gave out; empty where the file does not say. */
  readonly outputs: Readonly<Record<string, Value>>;
  /** Resources that exist and wait for their deletion. */
  readonly leaving: readonly string[];
}

/** Reads what `pulumi stack export` writes. */
export function readState(file: string, text: string): StackRead {
  const expected = "what `pulumi stack export` writes, an object with deployment.resources";
  const { deployment } = parseJson(file, text, expected) as { deployment?: { resources?: unknown } | null };
  if (typeof deployment !== "object" || deployment === null)
    throw new UnreadableError({ file, what: "there is no deployment in it", expected });
  const { resources = [] } = deployment;
  if (!Array.isArray(resources))
    throw new UnreadableError({ file, what: "its deployment.resources are no list", expected });
  return read(file, resources, expected);
}

interface Step {
  readonly op?: string;
  readonly oldState?: Partial<Written> | null;
  readonly newState?: Partial<Written> | null;
}

/** Operations after which a resource is still the one that it was, with the id that it had. */
const keeping: ReadonlySet<string | undefined> = new Set(["same", "update", "refresh", "read", "import"]);

/** Reads what `pulumi preview --json --show-sames` writes. */
export function readPlan(file: string, text: string): StackRead {
  const expected = "what `pulumi preview --json --show-sames` writes, an object with steps";
  const { steps, changeSummary } = parseJson(file, text, expected) as {
    steps?: unknown;
    changeSummary?: { same?: number } | null;
  };
  if (!Array.isArray(steps)) throw new UnreadableError({ file, what: "there are no steps in it", expected });
  const all = (steps as readonly (Step | null)[]).filter((step) => step !== null);
  // Without the flag Pulumi leaves out whatever does not change, and what is left out cannot be judged.
  const left = (changeSummary?.same ?? 0) - all.filter(({ op }) => op === "same").length;
  if (left > 0)
    throw new UnreadableError({
      file,
      what: `${left} of the stack's resources are not in it, since they stay as they are`,
      expected,
    });
  const byUrn = new Map(all.flatMap(stateAfter).map((state) => [state.urn, state]));
  return read(file, [...byUrn.values()], expected);
}

/** What a step makes of its resource. A replacement is several steps, of which those that make it say what will be. */
function stateAfter({ op = "", oldState, newState }: Step): Partial<Written>[] {
  if (newState === undefined || newState === null || /^(?:delete|discard)/.test(op)) return [];
  // A preview does not repeat the id of what exists, by which others name it.
  const id = newState.id ?? (keeping.has(op) ? oldState?.id : undefined);
  const outputs = newState.outputs ?? (op === "same" ? oldState?.outputs : undefined);
  return [
    { ...newState, ...(id === undefined ? {} : { id }), ...(outputs === undefined ? {} : { outputs }) },
  ];
}

function read(file: string, entries: readonly unknown[], expected: string): StackRead {
  for (const [index, entry] of entries.entries()) {
    const { urn, type } = (entry ?? {}) as Partial<Record<keyof Written, unknown>>;
    if (typeof urn !== "string" || typeof type !== "string")
      throw new UnreadableError({ file, what: `resource ${index} has no urn or no type`, expected });
  }
  const written = entries as readonly Written[];
  const [first] = written;
  if (first === undefined)
    throw new UnreadableError({ file, what: "there are no resources in it", expected });
  const made = linked(written.filter((entry) => entry.delete !== true));
  const root = made.find(({ type }) => type === stackType);
  return {
    stack: first.urn.split("::")[0]?.replace(/^urn:pulumi:/, "") ?? "",
    resources: made.filter(({ type }) => type !== stackType),
    outputs: root?.outputs ?? {},
    leaving: written.filter((entry) => entry.delete === true).map(({ urn }) => urn),
  };
}
