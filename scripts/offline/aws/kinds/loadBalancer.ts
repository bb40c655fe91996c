import type { LoadBalancer } from "@aws-sdk/client-elastic-load-balancing-v2";
import { balancerTags, retagBalancer, withTags } from "../cloud/balancerTags.ts";
import { describedAs, interfacesOf, placeInterfaces, removeInterface } from "../cloud/managedInterface.ts";
import { readBack, requireOnly, type KindOf } from "../cloud/made.ts";
import { inOrderOf, over } from "../cloud/outputs.ts";
import { Refusal, unlessGone } from "../cloud/refusal.ts";
import type { Clients } from "../cloud/session.ts";
import { waitFor } from "../cloud/wait.ts";
import { nameOf } from "../cloud/words.ts";
import type { Kind } from "../kind.ts";
import {
  mappingsOf,
  placesOf,
  requirePossible,
  requireSubnets,
  subnetOutputs,
  type Inputs,
} from "./loadBalancerPlaces.ts";
import { replaceOn } from "./replace.ts";

const type = "aws:lb/loadBalancer:LoadBalancer";
const changeable = [
  "dnsRecordClientRoutingPolicy",
  "enableCrossZoneLoadBalancing",
  "enableDeletionProtection",
  "securityGroups",
  "subnetMappings",
  "subnets",
  "tags",
];

/** A Network Load Balancer. */
export const loadBalancer: KindOf = (session) => {
  const kind: Kind = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      requireOnly(
        "a load balancer",
        [...changeable, "internal", "loadBalancerType", "name", "namePrefix"],
        inputs,
        {},
      );
      const clients = session.for(context.signal);
      const wanted = inputs as unknown as Inputs;
      const name = nameOf(wanted, "tf-lb-");
      await requirePossible(clients, wanted, name);
      const { LoadBalancers = [] } = await clients.balancing.createLoadBalancer({
        Name: name,
        Type: "network",
        Scheme: wanted.internal === true ? "internal" : "internet-facing",
        ...mappingsOf(wanted),
        SecurityGroups: [...(wanted.securityGroups ?? [])],
        ...withTags(wanted),
      });
      const id = LoadBalancers[0]?.LoadBalancerArn ?? "";
      await settle(clients, id, wanted);
      await waitFor(`the load balancer ${name} is active`, context.signal, async () =>
        (await find(clients, id))?.State?.Code === "active" ? true : undefined,
      );
      return readBack(kind, id, inputs, context);
    },

    async read(id, state, context) {
      const clients = session.for(context.signal);
      const found = await find(clients, id);
      if (found === undefined) return undefined;
      const { Attributes = [] } = await clients.balancing.describeLoadBalancerAttributes({
        LoadBalancerArn: id,
      });
      const attribute = (key: string) => Attributes.find(({ Key }) => Key === key)?.Value;
      const interfaces = await interfacesOf(clients, describedAs.balancer(id));
      return {
        id,
        outputs: over(state, {
          arn: id,
          arnSuffix: id.split(":loadbalancer/")[1],
          dnsName: found.DNSName,
          dnsRecordClientRoutingPolicy:
            attribute("dns_record.client_routing_policy") ?? "any_availability_zone",
          enableCrossZoneLoadBalancing: attribute("load_balancing.cross_zone.enabled") === "true",
          enableDeletionProtection: attribute("deletion_protection.enabled") === "true",
          internal: found.Scheme === "internal",
          ipAddressType: found.IpAddressType ?? "ipv4",
          loadBalancerType: found.Type,
          name: found.LoadBalancerName,
          region: context.region,
          securityGroups: inOrderOf(state["securityGroups"], found.SecurityGroups ?? []),
          ...subnetOutputs(state, interfaces),
          vpcId: found.VpcId,
          zoneId: found.CanonicalHostedZoneId,
          ...(await balancerTags(clients, id)),
        }),
      };
    },

    async update(id, inputs, old, state, context) {
      requireOnly("a load balancer", changeable, inputs, old);
      const clients = session.for(context.signal);
      const wanted = inputs as unknown as Inputs;
      const before = old as unknown as Inputs;
      if ((before.securityGroups ?? []).length === 0 && (wanted.securityGroups ?? []).length > 0)
        throw new Refusal(
          "InvalidConfigurationRequest",
          "You cannot set security groups on a Network Load Balancer that was created without security groups",
        );
      await requireSubnets(clients, wanted, describedAs.balancer(id));
      await clients.balancing.setSecurityGroups({
        LoadBalancerArn: id,
        SecurityGroups: [...(wanted.securityGroups ?? [])],
      });
      await clients.balancing.setSubnets({ LoadBalancerArn: id, ...mappingsOf(wanted) });
      await settle(clients, id, wanted);
      await retagBalancer(clients, id, wanted, before);
      return readBack(kind, id, { ...state, ...inputs }, context);
    },

    async delete(id, _state, context) {
      const clients = session.for(context.signal);
      if ((await find(clients, id)) !== undefined) {
        const { Attributes = [] } = await clients.balancing.describeLoadBalancerAttributes({
          LoadBalancerArn: id,
        });
        if (Attributes.some(({ Key, Value }) => Key === "deletion_protection.enabled" && Value === "true"))
          throw new Refusal(
            "OperationNotPermitted",
            `Load balancer '${id}' cannot be deleted because deletion protection is enabled`,
          );
        await clients.balancing.deleteLoadBalancer({ LoadBalancerArn: id });
      }
      for (const { NetworkInterfaceId = "" } of await interfacesOf(clients, describedAs.balancer(id)))
        await removeInterface(clients, NetworkInterfaceId);
    },
  };

  /** What is set after a balancer is made, and its interfaces, of which moto knows nothing. */
  const settle = async (clients: Clients, id: string, wanted: Inputs): Promise<void> => {
    await clients.balancing.modifyLoadBalancerAttributes({
      LoadBalancerArn: id,
      Attributes: [
        {
          Key: "load_balancing.cross_zone.enabled",
          Value: String(wanted.enableCrossZoneLoadBalancing ?? false),
        },
        { Key: "deletion_protection.enabled", Value: String(wanted.enableDeletionProtection ?? false) },
        {
          Key: "dns_record.client_routing_policy",
          Value: wanted.dnsRecordClientRoutingPolicy ?? "any_availability_zone",
        },
      ],
    });
    await session.alone("addresses", () =>
      placeInterfaces(clients, describedAs.balancer(id), placesOf(wanted), wanted.securityGroups ?? []),
    );
  };
  return kind;
};

async function find({ balancing }: Clients, id: string): Promise<LoadBalancer | undefined> {
  return (await unlessGone(balancing.describeLoadBalancers({ LoadBalancerArns: [id] })))?.LoadBalancers?.[0];
}
