/** Admission plugins of an API server, beyond those that are on by default, and whether its flags are known at all. */
export interface Plugins {
  readonly on: readonly string[];
  readonly off: readonly string[];
  readonly known: boolean;
}

/** https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#which-plugins-are-enabled-by-default */
const byDefault = new Set(["LimitRanger", "PodSecurity", "ResourceQuota", "ValidatingAdmissionPolicy"]);

export type Plugin =
  | "LimitRanger"
  | "NodeRestriction"
  | "PodNodeSelector"
  | "PodSecurity"
  | "PodTolerationRestriction"
  | "ResourceQuota"
  | "ValidatingAdmissionPolicy";

/** Whether a plugin surely works. */
export const isOn = ({ on, off, known }: Plugins, plugin: Plugin): boolean =>
  !off.includes(plugin) && (on.includes(plugin) || (known && byDefault.has(plugin)));

/** Whether it may. */
export const mayBeOn = (plugins: Plugins, plugin: Plugin): boolean =>
  isOn(plugins, plugin) || (!plugins.known && !plugins.off.includes(plugin));
