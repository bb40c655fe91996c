import { serviceAccount } from "../access/index.ts";
import { nameOf, type Sourced } from "../kubernetes/objects.ts";
import type { IntendedTeam } from "../access/intent.ts";

// Those that write pods for others (kubernetes/cmd/kube-controller-manager/names/controller_names.go).
const controllers = ["replicaset", "statefulset", "daemon-set", "job", "replication"];

/** Whoever writes a pod of a namespace, or lets a controller write it. */
export function writersOf(
  namespace: string,
  team: IntendedTeam | undefined,
  inside: readonly Sourced[],
): object[] {
  const accounts = inside.filter(({ object }) => object.kind === "ServiceAccount").map(nameOf);
  return [
    { user: "a member", groups: [team?.subject ?? "", "system:authenticated"] },
    ...controllers.map((name) => serviceAccount("kube-system", `${name}-controller`)),
    ...[...new Set(["default", ...accounts])].map((name) => serviceAccount(namespace, name)),
  ].map(({ user, groups }) => ({ username: user, groups }));
}
