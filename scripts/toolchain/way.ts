import { isAbsolute, join } from "node:path";
import { isProgram } from "./command.ts";
import { UserError } from "./report.ts";

/** How somebody wants programs to come here: from their releases, built, or out of a folder that has them. */
export type Way = "official" | "build" | { readonly folder: string };

/** Reads a variable that chooses a way; undefined where it leaves the choice to us. */
export function wayIn(
  env: NodeJS.ProcessEnv,
  variable: string,
  programs: readonly string[],
): Way | undefined {
  const value = env[variable] ?? "";
  if (value === "") return undefined;
  if (value === "official" || value === "build") return value;
  if (!isAbsolute(value))
    throw new UserError(
      `${variable} is "${value}"; allowed: official, build, the absolute path of a folder with ${programs.join(", ")}, ` +
        "or unset to try the first two in this order.",
    );
  const missing = programs.filter((name) => !isProgram(join(value, name)));
  if (missing.length > 0)
    throw new UserError(
      `${variable} names ${value}, which has no ${missing.join(", ")}. Put them there, or unset ${variable}.`,
    );
  return { folder: value };
}
