import { describedAs, settle, removeInterface } from "../cloud/managedInterface.ts";
import { readBack, requireOnly, type KindOf } from "../cloud/made.ts";
import { over } from "../cloud/outputs.ts";
import { Refusal, unlessGone } from "../cloud/refusal.ts";
import type { Clients, Session } from "../cloud/session.ts";
import { fromList, retag, sameTags, specification, tagOutputs, type Tagged } from "../cloud/tags.ts";
import { waitFor } from "../cloud/wait.ts";
import type { Kind } from "../kind.ts";
import { subnetOf } from "../cloud/addresses.ts";
import { replaceOn } from "./replace.ts";

interface Inputs extends Tagged {
  readonly subnetId: string;
  readonly allocationId?: string;
  readonly connectivityType?: "public" | "private";
}

const type = "aws:ec2/natGateway:NatGateway";

export const natGateway: KindOf = (session) => {
  const kind: Kind = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      requireOnly("a NAT gateway", ["allocationId", "connectivityType", "subnetId", "tags"], inputs, {});
      const clients = session.for(context.signal);
      const wanted = inputs as unknown as Inputs;
      const id = (await madeBefore(clients, wanted)) ?? (await make(session, clients, wanted));
      await waitFor(`the NAT gateway ${id} is available`, context.signal, async () => {
        const { NatGateways = [] } = await clients.ec2.describeNatGateways({ NatGatewayIds: [id] });
        return NatGateways[0]?.State === "available" ? true : undefined;
      });
      return readBack(kind, id, inputs, context);
    },

    async read(id, state, context) {
      const { ec2 } = session.for(context.signal);
      const found = (await unlessGone(ec2.describeNatGateways({ NatGatewayIds: [id] })))?.NatGateways?.[0];
      if (found === undefined || found.State === "deleted") return undefined;
      const address = found.NatGatewayAddresses?.[0];
      const interfaceId = address?.NetworkInterfaceId ?? "";
      const { NetworkInterfaces = [] } = await ec2.describeNetworkInterfaces({
        NetworkInterfaceIds: [interfaceId],
      });
      return {
        id,
        outputs: over(state, {
          allocationId: address?.AllocationId,
          associationId: address?.AssociationId,
          availabilityMode: "zonal",
          connectivityType: found.ConnectivityType ?? "public",
          networkInterfaceId: interfaceId,
          privateIp: NetworkInterfaces[0]?.PrivateIpAddresses?.[0]?.PrivateIpAddress,
          publicIp: address?.PublicIp,
          region: context.region,
          secondaryAllocationIds: [],
          secondaryPrivateIpAddressCount: 0,
          secondaryPrivateIpAddresses: [],
          subnetId: found.SubnetId,
          vpcId: found.VpcId,
          ...tagOutputs(found.Tags),
        }),
      };
    },

    async update(id, inputs, old, state, context) {
      requireOnly("a NAT gateway", ["tags"], inputs, old);
      await retag(session.for(context.signal), id, inputs, old);
      return readBack(kind, id, { ...state, ...inputs }, context);
    },

    async delete(id, _state, context) {
      const clients = session.for(context.signal);
      const found = (await unlessGone(clients.ec2.describeNatGateways({ NatGatewayIds: [id] })))
        ?.NatGateways?.[0];
      if (found === undefined || found.State === "deleted") return;
      await clients.ec2.deleteNatGateway({ NatGatewayId: id });
      // moto leaves its interface behind, with the public address.
      for (const { AssociationId, NetworkInterfaceId = "" } of found.NatGatewayAddresses ?? []) {
        if (AssociationId !== undefined) await unlessGone(clients.ec2.disassociateAddress({ AssociationId }));
        await removeInterface(clients, NetworkInterfaceId);
      }
    },
  };
  return kind;
};

/** What AWS would give again for the same client token: the official provider's create has one, and moto knows none. */
async function madeBefore(
  { ec2 }: Clients,
  { subnetId, allocationId, tags }: Inputs,
): Promise<string | undefined> {
  const { NatGateways = [] } = await ec2.describeNatGateways({
    Filter: [
      { Name: "subnet-id", Values: [subnetId] },
      { Name: "state", Values: ["available"] },
    ],
  });
  return NatGateways.find(
    ({ NatGatewayAddresses = [], Tags }) =>
      NatGatewayAddresses[0]?.AllocationId === allocationId && sameTags(tags, fromList(Tags)),
  )?.NatGatewayId;
}

async function make(session: Session, clients: Clients, wanted: Inputs): Promise<string> {
  const { subnetId, allocationId, connectivityType = "public", tags } = wanted;
  const { VpcId = "" } = await subnetOf(clients.ec2, subnetId);
  if (connectivityType === "public") await requireWayOut(clients, VpcId, allocationId);
  const { NatGateway } = await clients.ec2.createNatGateway({
    SubnetId: subnetId,
    AllocationId: allocationId,
    ConnectivityType: connectivityType,
    ...specification("natgateway", tags),
  });
  const [address] = NatGateway?.NatGatewayAddresses ?? [];
  const id = NatGateway?.NatGatewayId ?? "";
  await session.alone("addresses", () =>
    settle(clients, address?.NetworkInterfaceId ?? "", describedAs.nat(id)),
  );
  return id;
}

async function requireWayOut(
  { ec2 }: Clients,
  vpcId: string,
  allocationId: string | undefined,
): Promise<void> {
  const { InternetGateways = [] } = await ec2.describeInternetGateways({
    Filters: [{ Name: "attachment.vpc-id", Values: [vpcId] }],
  });
  if (InternetGateways.length === 0)
    throw new Refusal("Gateway.NotAttached", `Network ${vpcId} has no Internet gateway attached`);
  if (allocationId === undefined)
    throw new Refusal("MissingParameter", "The request must include the AllocationId parameter.");
  const { Addresses = [] } = await ec2.describeAddresses({ AllocationIds: [allocationId] });
  if ((Addresses[0]?.AssociationId ?? "") !== "")
    throw new Refusal(
      "Resource.AlreadyAssociated",
      `Elastic IP address [${allocationId}] is already associated`,
    );
}
