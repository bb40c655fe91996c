import { Reference, type Resource, type Value } from "../../../../components/proof/resource/index.ts";
import { groupsOf, planFirewall } from "../../../../components/lab/firewall.ts";
import type { Plan } from "../../../../components/plan/index.ts";

export const resource = (
  type: string,
  name: string,
  inputs: Readonly<Record<string, Value>>,
  more: Partial<Resource> = {},
): Resource => ({
  urn: `urn:pulumi:dev::bulkhead::${type}::${name}`,
  type,
  name,
  inputs,
  outputs: {},
  ...more,
});

/** The resources that a lab's plan is made as, before they exist. */
export function registered({ environment, network, zones, hosts, rules }: Plan): Resource[] {
  const whole = resource("lab:index:Network", environment, { name: environment, cidr: network.cidr });
  return [
    whole,
    ...zones.flatMap(({ name, subnets }) => {
      const zone = resource("lab:index:Zone", name, {
        network: new Reference(whole, "id"),
        name,
        cidr: subnets[0]?.cidr ?? "",
      });
      const id = new Reference(zone, "id");
      const firewall = { ...planFirewall({ zones, hosts, rules }, name) } as Record<string, Value>;
      return [
        zone,
        resource("lab:index:Firewall", name, { zone: id, ...firewall }),
        ...hosts
          .filter((host) => host.zone === name)
          .map((host) =>
            resource("lab:index:Host", host.name, {
              zone: id,
              name: host.name,
              address: host.address,
              groups: groupsOf(host),
            }),
          ),
      ];
    }),
  ];
}
