import type { Check, Examined } from "./check.ts";
import { label, policy, selector, taint, tolerations } from "./link.ts";
import { affinity, closed, limits, podSecurity, quota } from "./share.ts";

/** Looks for each of a namespace's safeguards by itself. */
export const examine = (examined: Examined): Check[] => [
  selector(examined),
  label(examined),
  taint(examined),
  tolerations(examined),
  policy(examined),
  podSecurity(examined),
  quota(examined),
  limits(examined),
  affinity(examined),
  closed(examined, "Ingress"),
  closed(examined, "Egress"),
];
