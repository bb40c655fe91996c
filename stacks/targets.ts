import type { Target } from "../components/plan/index.ts";

/** The targets that the program makes something in; the others are planned and shown. */
const built: readonly string[] = ["lab", "aws"] satisfies readonly Target[];

export const isBuilt = (target: string): boolean => built.includes(target);
