import type { ResourceChange } from "../report/index.ts";

/** A resource in a preview or a state, as Pulumi writes it (sdk/go/common/apitype, ResourceV3). */
export interface Written {
  readonly urn: string;
  readonly type: string;
  readonly custom?: boolean;
  readonly parent?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
}

/** What a preview would do to one resource (pkg/display, PreviewStep). */
export interface Step {
  readonly op: string;
  readonly urn: string;
  readonly oldState?: Written | null;
  readonly newState?: Written | null;
  readonly replaceReasons?: readonly string[] | null;
  /** By the property's path, how it differs: `add`, `update-replace` and such. */
  readonly detailedDiff?: Readonly<
    Record<string, { readonly kind: string; readonly inputDiff: boolean }>
  > | null;
}

export type Operation = ResourceChange["op"] | "same";

const operations: Readonly<Record<string, Operation>> = {
  create: "create",
  import: "create",
  update: "update",
  replace: "replace",
  "import-replacement": "replace",
  delete: "delete",
};

/** What a step is to a reader; undefined for parts of a replacement, which one step stands for. */
export function operationOf({ op }: Step): Operation | undefined {
  if (/^(?:create-replacement|delete-replaced|discard-replaced|read-replacement|remove-pending)/.test(op))
    return undefined;
  return operations[op] ?? "same";
}

/** The resource that a step is about, as it will be, or as it was where it goes. */
export const stateOf = ({ newState, oldState }: Step): Written | undefined =>
  newState ?? oldState ?? undefined;

export const nameOf = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);

/** Whether a provider makes it: components and the stack only hold others. */
export const isMade = ({ custom, type }: Written): boolean =>
  custom === true && !type.startsWith("pulumi:providers:");

/** The paths of the properties that force a replacement. */
export function replacing({ detailedDiff, replaceReasons }: Step): string[] {
  const detailed = Object.entries(detailedDiff ?? {}).flatMap(([path, { kind }]) =>
    kind.endsWith("-replace") ? [path] : [],
  );
  return detailed.length > 0 ? detailed : [...(replaceReasons ?? [])];
}
