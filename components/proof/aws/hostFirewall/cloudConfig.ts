import { parse } from "yaml";

/** What cloud-init makes of a machine when it first starts, as far as it is read here. */
export interface CloudConfig {
  /** The files that it writes, by their paths. */
  readonly files: ReadonlyMap<string, string>;
  /** What it runs, each as one line. */
  readonly commands: readonly string[];
}

/** Reads user data that is one cloud-config document; gives why it cannot where it is none. */
export function readCloudConfig(text: string): CloudConfig | { readonly why: string } {
  if (!/^#cloud-config\s*\n/.test(text)) return { why: "it is no cloud-config" };
  let parsed: unknown;
  try {
    // cloud-init reads YAML 1.1.
    parsed = parse(text, { version: "1.1", logLevel: "error" });
  } catch {
    return { why: "it is no YAML" };
  }
  if (typeof parsed !== "object" || parsed === null) return { why: "it is no YAML object" };
  const { write_files: written = [], bootcmd, runcmd } = parsed as Readonly<Record<string, unknown>>;
  const files = new Map<string, string>();
  for (const entry of Array.isArray(written) ? (written as readonly unknown[]) : []) {
    const { path, content, encoding, append } = (entry ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof path !== "string") continue;
    const isPlain = encoding === undefined || encoding === "text/plain";
    // The last one stays.
    files.delete(path);
    if (typeof content === "string" && isPlain && append !== true) files.set(path, content);
  }
  return { files, commands: [...linesOf(bootcmd), ...linesOf(runcmd)] };
}

/** Each is a line for a shell, or a program with its arguments. */
const linesOf = (commands: unknown): string[] =>
  Array.isArray(commands)
    ? (commands as readonly unknown[]).flatMap((one) =>
        Array.isArray(one) ? [one.join(" ")] : typeof one === "string" ? one.split("\n") : [],
      )
    : [];
