import type { NetworkInterface, VpcEndpoint } from "@aws-sdk/client-ec2";
import { subnetOf } from "../cloud/addresses.ts";
import { requireGroups } from "../cloud/groups.ts";
import {
  describedAs,
  interfacesOf,
  placeInterfaces,
  primaryOf,
  removeInterface,
  requirePlaces,
  settle,
  type Place,
} from "../cloud/managedInterface.ts";
import { arn, readBack, requireOnly, type KindOf } from "../cloud/made.ts";
import { inOrderOf, over } from "../cloud/outputs.ts";
import { Refusal, unlessGone } from "../cloud/refusal.ts";
import type { Clients, Session } from "../cloud/session.ts";
import { fromList, retag, sameTags, specification, tagOutputs, type Tagged } from "../cloud/tags.ts";
import { waitFor } from "../cloud/wait.ts";
import type { Kind } from "../kind.ts";
import { replaceOn } from "./replace.ts";

interface Inputs extends Tagged {
  readonly vpcId: string;
  readonly serviceName: string;
  readonly vpcEndpointType?: string;
  readonly subnetIds?: readonly string[];
  readonly subnetConfigurations?: readonly { readonly subnetId?: string; readonly ipv4?: string }[];
  readonly securityGroupIds?: readonly string[];
  readonly privateDnsEnabled?: boolean;
  readonly policy?: string;
}

const type = "aws:ec2/vpcEndpoint:VpcEndpoint";
const changeable = ["policy", "securityGroupIds", "subnetConfigurations", "subnetIds", "tags"];

/** An endpoint of the type Interface, which is what reaches AWS's services from where nothing else does. */
export const vpcEndpoint: KindOf = (session) => {
  const kind: Kind = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      requireOnly(
        "an endpoint",
        [...changeable, "privateDnsEnabled", "serviceName", "vpcEndpointType", "vpcId"],
        inputs,
        {},
      );
      const clients = session.for(context.signal);
      const wanted = inputs as unknown as Inputs;
      if (wanted.vpcEndpointType !== "Interface")
        throw new Error(
          `the simulated AWS has endpoints of the type Interface alone, not ${wanted.vpcEndpointType ?? "Gateway"}`,
        );
      const id = await session.alone(`endpoints of ${wanted.vpcId}`, async () => {
        const before = await madeBefore(clients, wanted);
        return before ?? (await make(session, clients, wanted, context.region));
      });
      await waitFor(`the endpoint ${id} is available`, context.signal, async () =>
        (await find(clients, id))?.State?.toLowerCase() === "available" ? true : undefined,
      );
      return readBack(kind, id, inputs, context);
    },

    async read(id, state, context) {
      const clients = session.for(context.signal);
      const found = await find(clients, id);
      if (found === undefined) return undefined;
      const interfaces = await interfacesOf(clients, describedAs.endpoint(id));
      return {
        id,
        outputs: over(state, {
          arn: arn(context, "ec2", `vpc-endpoint/${id}`),
          cidrBlocks: [],
          dnsEntries: (found.DnsEntries ?? []).map(({ DnsName, HostedZoneId }) => ({
            dnsName: DnsName,
            hostedZoneId: HostedZoneId,
          })),
          ipAddressType: found.IpAddressType ?? "ipv4",
          networkInterfaceIds: interfaces.map(({ NetworkInterfaceId = "" }) => NetworkInterfaceId).sort(),
          ownerId: found.OwnerId ?? context.account,
          policy: state["policy"] ?? found.PolicyDocument,
          privateDnsEnabled: found.PrivateDnsEnabled ?? false,
          region: context.region,
          requesterManaged: found.RequesterManaged ?? false,
          routeTableIds: [],
          securityGroupIds: inOrderOf(
            state["securityGroupIds"],
            (found.Groups ?? []).map(({ GroupId = "" }) => GroupId),
          ),
          serviceName: found.ServiceName,
          state: "available",
          subnetConfigurations: configurationsOf(state["subnetConfigurations"], interfaces),
          subnetIds: inOrderOf(state["subnetIds"], found.SubnetIds ?? []),
          vpcEndpointType: "Interface",
          vpcId: found.VpcId,
          ...tagOutputs(found.Tags),
        }),
      };
    },

    async update(id, inputs, old, state, context) {
      requireOnly("an endpoint", changeable, inputs, old);
      const clients = session.for(context.signal);
      const wanted = inputs as unknown as Inputs;
      const before = old as unknown as Inputs;
      const subnets = difference(wanted.subnetIds, before.subnetIds);
      const groups = difference(wanted.securityGroupIds, before.securityGroupIds);
      for (const subnetId of wanted.subnetIds ?? [])
        await requireGroups(clients, await subnetOf(clients.ec2, subnetId), wanted.securityGroupIds ?? []);
      await requirePlaces(clients, placesOf(wanted), describedAs.endpoint(id));
      await clients.ec2.modifyVpcEndpoint({
        VpcEndpointId: id,
        AddSubnetIds: subnets.added,
        RemoveSubnetIds: subnets.gone,
        AddSecurityGroupIds: groups.added,
        RemoveSecurityGroupIds: groups.gone,
        PolicyDocument: wanted.policy,
      });
      await session.alone("addresses", () =>
        placeInterfaces(clients, describedAs.endpoint(id), placesOf(wanted), wanted.securityGroupIds ?? []),
      );
      await retag(clients, id, inputs, old);
      return readBack(kind, id, { ...state, ...inputs }, context);
    },

    async delete(id, _state, context) {
      const clients = session.for(context.signal);
      if ((await find(clients, id)) !== undefined)
        await clients.ec2.deleteVpcEndpoints({ VpcEndpointIds: [id] });
      for (const { NetworkInterfaceId = "" } of await interfacesOf(clients, describedAs.endpoint(id)))
        await removeInterface(clients, NetworkInterfaceId);
    },
  };
  return kind;
};

/** The interfaces' addresses, in the state's order of subnets. */
function configurationsOf(state: unknown, interfaces: readonly NetworkInterface[]) {
  const order = (Array.isArray(state) ? (state as { subnetId?: string }[]) : []).map(
    ({ subnetId }) => subnetId,
  );
  return interfaces
    .map((nic) => ({ subnetId: nic.SubnetId ?? "", ipv4: primaryOf(nic) }))
    .sort((a, b) => order.indexOf(a.subnetId) - order.indexOf(b.subnetId));
}

/** Where the interfaces go: to a subnet's chosen address where there is one. */
const placesOf = ({ subnetIds = [], subnetConfigurations = [] }: Inputs): Place[] =>
  subnetIds.map((subnetId) => ({
    subnetId,
    address: subnetConfigurations.find((one) => one.subnetId === subnetId)?.ipv4,
  }));

/** One that is there: moto tells of those that are deleted for ever. */
async function find({ ec2 }: Clients, id: string): Promise<VpcEndpoint | undefined> {
  const found = (await unlessGone(ec2.describeVpcEndpoints({ VpcEndpointIds: [id] })))?.VpcEndpoints?.[0];
  return String(found?.State).toLowerCase() === "deleted" ? undefined : found;
}

/** What AWS would give again for the same client token: the official provider's create has one, and moto knows none. */
async function madeBefore({ ec2 }: Clients, wanted: Inputs): Promise<string | undefined> {
  const { VpcEndpoints = [] } = await ec2.describeVpcEndpoints({
    Filters: [
      { Name: "vpc-id", Values: [wanted.vpcId] },
      { Name: "service-name", Values: [wanted.serviceName] },
    ],
  });
  const live = VpcEndpoints.filter(({ State }) => String(State).toLowerCase() !== "deleted");
  const same = live.find(({ Tags }) => sameTags(wanted.tags, fromList(Tags)));
  if (same === undefined && live.length > 0 && wanted.privateDnsEnabled === true)
    throw new Refusal(
      "InvalidParameter",
      `private-dns-enabled cannot be set because there is already a conflicting DNS domain for ` +
        `${domainOf(wanted.serviceName)} in the VPC ${wanted.vpcId}`,
    );
  return same?.VpcEndpointId;
}

const domainOf = (serviceName: string): string => {
  const [, , region = "", service = ""] = serviceName.split(".");
  return `${service}.${region}.amazonaws.com`;
};

async function make(session: Session, clients: Clients, wanted: Inputs, region: string): Promise<string> {
  const { vpcId, serviceName, subnetIds = [], securityGroupIds = [] } = wanted;
  if (!serviceName.startsWith(`com.amazonaws.${region}.`))
    throw new Refusal("InvalidServiceName", `The Vpc Endpoint Service '${serviceName}' does not exist`);
  if (wanted.privateDnsEnabled === true) await requireNames(clients, vpcId);
  await requirePlaces(clients, placesOf(wanted));
  for (const subnetId of subnetIds)
    await requireGroups(clients, await subnetOf(clients.ec2, subnetId), securityGroupIds);
  const { VpcEndpoint } = await clients.ec2.createVpcEndpoint({
    VpcId: vpcId,
    ServiceName: serviceName,
    VpcEndpointType: "Interface",
    SubnetIds: [...subnetIds],
    SecurityGroupIds: [...securityGroupIds],
    PrivateDnsEnabled: wanted.privateDnsEnabled ?? false,
    PolicyDocument: wanted.policy,
    ...specification("vpc-endpoint", wanted.tags),
  });
  const id = VpcEndpoint?.VpcEndpointId ?? "";
  for (const nic of VpcEndpoint?.NetworkInterfaceIds ?? [])
    await session.alone("addresses", () =>
      settle(clients, nic, describedAs.endpoint(id), securityGroupIds, placesOf(wanted)),
    );
  return id;
}

async function requireNames({ ec2 }: Clients, vpcId: string): Promise<void> {
  const [support, hostnames] = await Promise.all([
    ec2.describeVpcAttribute({ VpcId: vpcId, Attribute: "enableDnsSupport" }),
    ec2.describeVpcAttribute({ VpcId: vpcId, Attribute: "enableDnsHostnames" }),
  ]);
  if (support.EnableDnsSupport?.Value !== true || hostnames.EnableDnsHostnames?.Value !== true)
    throw new Refusal(
      "InvalidParameter",
      `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${vpcId}`,
    );
}

const difference = (wanted: readonly string[] = [], before: readonly string[] = []) => ({
  added: wanted.filter((one) => !before.includes(one)),
  gone: before.filter((one) => !wanted.includes(one)),
});
