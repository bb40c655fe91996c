import type { Plan, Role } from "../plan/index.ts";

/** The name of the secret with which machines of a role join; it is put there by what installs the engine. */
export const joinSecretName = ({ environment }: Pick<Plan, "environment">, role: Role): string =>
  `/bulkhead/${environment}/join/${role === "manager" ? "manager" : "worker"}`;
