/** A node's taint, as far as it holds pods back. */
export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
  readonly tolerationSeconds?: number;
}

/** https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration */
export const tolerates = (
  { key = "", operator = "Equal", value = "", effect = "" }: Toleration,
  taint: Taint,
): boolean =>
  (effect === "" || effect === taint.effect) &&
  (key === "" ? operator === "Exists" : key === taint.key) &&
  (operator === "Exists" || ((operator === "Equal" || operator === "") && value === taint.value));

/** Whether a whitelist's toleration covers a pod's (kubernetes/pkg/util/tolerations/tolerations.go). */
const covers = (allowed: Toleration, asked: Toleration): boolean => {
  const { key = "", operator = "Equal", effect = "" } = allowed;
  if (key !== (asked.key ?? "") && !(key === "" && operator === "Exists")) return false;
  if (effect !== "" && effect !== (asked.effect ?? "")) return false;
  if (operator === "Exists") return true;
  return (asked.operator ?? "Equal") === "Equal" && (asked.value ?? "") === (allowed.value ?? "");
};

export const isWithin = (whitelist: readonly Toleration[], asked: readonly Toleration[]): boolean =>
  asked.every((toleration) => whitelist.some((allowed) => covers(allowed, toleration)));

/** The tolerations of a namespace's annotation; undefined where it has none, or none that can be read. */
export function parseTolerations(text: string | undefined): readonly Toleration[] | undefined {
  if (text === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) && parsed.every((one) => typeof one === "object" && one !== null)
      ? (parsed as Toleration[])
      : undefined;
  } catch {
    return undefined;
  }
}
