import { Refusal } from "./refusal.ts";

/** Throws as ELB does where a load balancer or a target group cannot be called so (API_CreateLoadBalancer, Name). */
export function requireBalancerName(what: "load balancer" | "target group", name: string): void {
  const of = what === "load balancer" ? "The load balancer name" : "Target group name";
  const refuse = (why: string) => new Refusal("ValidationError", `${of} '${name}' ${why}`);
  if (name.length > 32) throw refuse("cannot be longer than '32' characters");
  if (!/^[a-zA-Z0-9-]+$/.test(name))
    throw refuse("can only contain characters that are alphanumeric characters and hyphens(-)");
  if (name.startsWith("-") || name.endsWith("-")) throw refuse("cannot begin or end with '-'");
  if (what === "load balancer" && name.startsWith("internal-")) throw refuse("cannot begin with 'internal-'");
}
