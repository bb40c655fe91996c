import { Grants, Roles } from "../access/index.ts";
import { some, type ResourceRequest } from "../access/rule.ts";
import type { Sourced } from "../kubernetes/objects.ts";
import type { Finding } from "../statement/index.ts";
import type { Intent } from "../access/intent.ts";

/** Namespaces that are linked to no collection, in which a team's pods could run anywhere. */
export function unlinked(
  objects: readonly Sourced[],
  declared: ReadonlyMap<string, Sourced>,
  { namespaces, teams }: Intent,
): Finding[] {
  const grants = new Grants(objects, new Roles(objects));
  const linked = new Set(namespaces.map(({ name }) => name));
  const free = [...new Set(["default", ...declared.keys(), ...grants.namespaces])].filter(
    (name) => !linked.has(name),
  );
  const ways: readonly ResourceRequest[] = [
    { group: "", resource: "pods", verb: "create" },
    ...["deployments", "statefulsets", "daemonsets", "replicasets"].map((resource) => ({
      group: "apps",
      resource,
      verb: "create",
    })),
    ...["jobs", "cronjobs"].map((resource) => ({ group: "batch", resource, verb: "create" })),
    { group: "", resource: "pods", verb: "update", name: some },
  ];
  return teams.flatMap((team) => {
    const identity = { user: "", groups: [team.subject, "system:authenticated"], text: "" };
    return free.flatMap((namespace): Finding[] => {
      for (const way of ways) {
        const right = grants.right(identity, { ...way, namespace }, "maybe");
        if (right === undefined) continue;
        return [
          {
            id: `placement/${team.group}/${namespace}/unlinked`,
            layer: "placement",
            from: team.group,
            to: namespace,
            message: `the team of ${team.group} can ${way.verb} ${way.resource} in namespace ${namespace}, which is linked to no collection, so that they can run on any node`,
            witness: `a member of "${team.subject}" who makes a pod in namespace ${namespace}`,
            because: [right.grant.origin, right.rule.origin],
            wayOut: "Take the team out of the binding, or write the namespace in the stack file.",
            place: ["groups", team.group, "team"],
          },
        ];
      }
      return [];
    });
  });
}
