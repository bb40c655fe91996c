import type { Facts } from "../facts.ts";
import { instancesOf } from "./interfaces.ts";
import type { Described } from "./schema.ts";

/**
 * What people call instances (their tag Name), load balancers (what AWS writes of their interfaces) and the endpoints
 * of services (the service's name), by endpoint.
 */
export function namesOf(described: Described): Map<string, string> {
  const names = new Map<string, string>();
  for (const { InstanceId, Tags = [] } of instancesOf(described)) {
    const name = Tags.find(({ Key }) => Key === "Name")?.Value;
    if (name !== undefined && name !== "") names.set(InstanceId, name);
  }
  for (const { NetworkInterfaceId, Description = "" } of described.NetworkInterfaces ?? []) {
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html
    const [, balancer] = /^ELB (?:net|app|gwy)\/([^/]+)\//.exec(Description) ?? [];
    if (balancer !== undefined) names.set(NetworkInterfaceId, balancer);
  }
  for (const { ServiceName = "", NetworkInterfaceIds = [] } of described.VpcEndpoints ?? [])
    for (const id of NetworkInterfaceIds) names.set(id, ServiceName.split(".").at(-1) ?? id);
  return names;
}

/** The same facts with endpoints by what people call them, without what an environment puts before all of its names. */
export function namedAs(facts: Facts, prefix: string): Facts {
  const { names = new Map<string, string>() } = facts;
  const plain = new Map(
    [...names].map(([id, name]) => [id, name.startsWith(prefix) ? name.slice(prefix.length) : name]),
  );
  const instances = new Set(
    facts.interfaces.filter(({ kind }) => kind === "instance").map((one) => one.endpoint),
  );
  const taken = Map.groupBy(
    [...plain].filter(([id]) => instances.has(id)),
    ([, name]) => name,
  );
  // Two machines of one name are told apart by their ids alone.
  const nameOf = (id: string): string => {
    const name = plain.get(id) ?? id;
    const others = (taken.get(name) ?? []).filter(([other]) => other !== id);
    return others.length > 0 ? id : name;
  };
  return {
    ...facts,
    interfaces: facts.interfaces.map((one) => ({ ...one, endpoint: nameOf(one.endpoint) })),
    tables: facts.tables.map((table) => ({
      ...table,
      routes: table.routes.map((route) =>
        route.target.kind === "interface"
          ? { ...route, target: { ...route.target, id: nameOf(route.target.id) } }
          : route,
      ),
    })),
    userData: new Map([...facts.userData].map(([id, data]) => [nameOf(id), data])),
  };
}
