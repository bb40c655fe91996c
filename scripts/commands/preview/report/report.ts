import * as v from "valibot";

/**
 * What `scripts/preview` found out: what its JSON report holds, and all that its other forms are made of. Nothing in it
 * is secret. A report that comes from a fork was made by that fork's program, so nothing in it is to be trusted either:
 * `parseReport` takes nothing but this shape, and every form escapes every text.
 */

/** Longer texts and lists are no report of ours, and would only keep a reader busy. */
const text = v.pipe(v.string(), v.maxLength(100_000));
const list = <T extends v.GenericSchema>(item: T) =>
  v.pipe(v.array(item), v.maxLength(100_000), v.readonly());
const number = v.pipe(v.number(), v.integer(), v.minValue(0));
const object = <T extends v.ObjectEntries>(entries: T) => v.pipe(v.strictObject(entries), v.readonly());

/** What a preview is compared with. */
const against = object({
  /**
   * `state`: what the stack's backend has. `export`: a scrubbed copy of that. `base`: what the change starts from, where
   * there is no state to be seen. `nothing`: everything counts as new.
   */
  kind: v.picklist(["state", "export", "base", "nothing"]),
  /** For people, to follow `compared with`: `the stack's state`, `main at 0a1b2c3, without a state`. */
  text,
});

/** Why an environment could not be previewed. */
const failure = object({
  message: text,
  /** The resource's name and type, where it is one's. */
  resource: v.optional(text),
  /** `stacks/Pulumi.test.yaml:12`, or the program's own file and line. */
  place: v.optional(text),
});

/** What must not be and is, or must be and is not. */
const finding = object({
  kind: v.picklist(["leak", "missing"]),
  /** Not so before this change. */
  isNew: v.boolean(),
  message: text,
  witness: text,
  because: list(text),
  wayOut: v.optional(text),
  place: v.optional(text),
});

const exception = object({
  what: text,
  why: text,
  owner: text,
  /** The last day on which it holds, as `2027-01-31`. */
  expires: text,
  /** Days from the day of the report to that one; below 0 it has expired. */
  daysLeft: v.pipe(v.number(), v.integer()),
  isNew: v.boolean(),
});

/** Who can reach whom, and what that has to do with the change. */
const proof = object({
  /** Null where nothing was asked. */
  holds: v.nullable(v.boolean()),
  /** Why no proof was made (`BULKHEAD_SKIP_PROOF`). */
  skipped: v.optional(text),
  /** Sentences: `ag1 can now reach ag2 on tcp/5432, because ...`. */
  opened: list(text),
  closed: list(text),
  /** Machines, pods and such that come and go, in words. */
  endpoints: list(text),
  findings: list(finding),
  /** Findings of before that are gone, in words. */
  gone: list(text),
  /** All that are in force or have expired. */
  exceptions: list(exception),
  /** What is newly taken for granted. */
  assumptions: list(text),
});

/** Something that cannot be taken back by reverting the change. */
const risk = object({
  kind: v.picklist(["machine replaced", "machine destroyed", "data lost"]),
  /** The machine or resource: `billing-1`. */
  what: text,
  /** In words, what happens to it or is lost: `everything on its disk`, `all objects in the namespace`. */
  detail: text,
  /** The properties that force it. */
  because: list(text),
});

const limit = object({
  what: text,
  used: v.number(),
  limit: v.number(),
  /** What was used before, where that is known. */
  before: v.optional(v.number()),
  wayOut: text,
});

const property = object({
  /** `tags["bulkhead:zone"]`, `ingress[0].fromPort`. */
  path: text,
  /** As JSON, or `[secret]` and the like; absent where there was none. */
  old: v.optional(text),
  /** As JSON; `(known after up)` where a preview cannot tell. Absent where there will be none. */
  new: v.optional(text),
  /** Whether it forces a replacement. */
  replaces: v.boolean(),
});

const change = object({
  op: v.picklist(["create", "update", "replace", "delete"]),
  name: text,
  /** Pulumi's type, such as `aws:ec2/instance:Instance`. */
  type: text,
  properties: list(property),
});

/** The changes of one component: what a reviewer looks at together. */
const component = object({
  /** `Machines billing-linux`, `SecurityGroups firewall`. */
  name: text,
  changes: list(change),
});

const group = object({
  /** The application group's name; absent for what all share. */
  group: v.optional(text),
  components: list(component),
});

const environment = object({
  name: text,
  target: text,
  /** `failed`: nothing is known of what would change. `not built`: its target does not exist yet. */
  outcome: v.picklist(["previewed", "failed", "not built"]),
  against,
  failures: list(failure),
  proof: v.optional(proof),
  risks: list(risk),
  limits: list(limit),
  counts: object({ create: number, update: number, replace: number, delete: number, same: number }),
  groups: list(group),
  /** Maps of zones, of the layers whose map has changed; Mermaid. */
  maps: list(object({ layer: text, mermaid: text })),
  /** What else has to be known: machines that have to be rolled, values that could not be compared. */
  notes: list(text),
});

const report = object({
  version: v.literal(1),
  /** ISO 8601. */
  made: text,
  /** The commit that was previewed, and the one that it was compared with, where git tells. */
  commit: v.optional(text),
  base: v.optional(text),
  /** Whether it was made without credentials, passphrase and network. */
  offline: v.boolean(),
  environments: list(environment),
  /** Environments that the change cannot touch, and that were not previewed therefore. */
  untouched: list(text),
  /** Environments whose stack files the change takes away, where any are. */
  removed: v.optional(list(text)),
});

export type Report = v.InferOutput<typeof report>;
export type EnvironmentReport = v.InferOutput<typeof environment>;
export type Proof = v.InferOutput<typeof proof>;
export type ReportedFinding = v.InferOutput<typeof finding>;
export type Risk = v.InferOutput<typeof risk>;
export type Failure = v.InferOutput<typeof failure>;
export type Limit = v.InferOutput<typeof limit>;
export type ResourceChange = v.InferOutput<typeof change>;
export type PropertyChange = v.InferOutput<typeof property>;
export type GroupChanges = v.InferOutput<typeof group>;

/** Reads a JSON report, or throws with what is wrong with it and where. */
export function parseReport(file: string, content: string): Report {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    throw new Error(`${file} is not JSON; a report of scripts/preview is`);
  }
  const result = v.safeParse(report, value);
  if (result.success) return result.output;
  const problems = result.issues.slice(0, 5).map((issue) => {
    const path = v.getDotPath(issue);
    return `  ${path === null ? "" : `${path}: `}${issue.message}`;
  });
  throw new Error([`${file} is no report of scripts/preview:`, ...problems].join("\n"));
}

/** 2 where an environment could not be previewed, else 1 where a proof fails, else 0. */
export function exitCode({ environments }: Pick<Report, "environments">): 0 | 1 | 2 {
  if (environments.some(({ outcome }) => outcome === "failed")) return 2;
  return environments.some(({ proof: found }) => found?.holds === false) ? 1 : 0;
}
