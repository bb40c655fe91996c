import type { Plugins } from "../placement/index.ts";
import { asObject, asText, property, type Resources, type Value } from "../resource/index.ts";
import { kinds } from "./kinds.ts";

/** The admission plugins of a lab's API server, by its flags; what its flags do not say is as Kubernetes has it. */
export function admissionPlugins(resources: Resources): Plugins {
  const [plane] = resources.of(kinds.controlPlane);
  if (plane === undefined) return { on: [], off: [], known: false };
  return pluginsOf(asObject(asObject(property(plane, "programs"))["kube-apiserver"]));
}

/** The same from the flags themselves. */
export function pluginsOf(flags: Readonly<Record<string, Value>>): Plugins {
  const named = (flag: string) => (asText(flags[flag]) ?? "").split(",").filter((name) => name !== "");
  return {
    on: named("enable-admission-plugins"),
    off: named("disable-admission-plugins"),
    known: Object.keys(flags).length > 0,
  };
}
