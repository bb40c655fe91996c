import { changes } from "../cloud/made.ts";
import { retag, type Tagged, type Tags } from "../cloud/tags.ts";
import type { Clients } from "../cloud/session.ts";
import type { Properties } from "../kind.ts";
import type { Inputs } from "./instanceInputs.ts";

/** Inputs of an instance that change while it is the same one. */
export const changeable: readonly string[] = [
  "instanceType",
  "sourceDestCheck",
  "tags",
  "volumeTags",
  "vpcSecurityGroupIds",
];

type Wait = (what: string, look: () => Promise<true | undefined>) => Promise<true>;

export async function changeInPlace(
  clients: Clients,
  id: string,
  inputs: Properties,
  old: Properties,
  wait?: Wait,
): Promise<void> {
  const { ec2 } = clients;
  const changed = changes(inputs, old);
  const wanted = inputs as unknown as Inputs;
  const primary = async () => {
    const { Reservations = [] } = await ec2.describeInstances({ InstanceIds: [id] });
    return Reservations[0]?.Instances?.[0]?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? "";
  };
  // In EC2 these are the primary interface's; moto has them twice.
  if (changed.includes("vpcSecurityGroupIds")) {
    const Groups = [...(wanted.vpcSecurityGroupIds ?? [])];
    await ec2.modifyInstanceAttribute({ InstanceId: id, Groups });
    await ec2.modifyNetworkInterfaceAttribute({ NetworkInterfaceId: await primary(), Groups });
  }
  if (changed.includes("sourceDestCheck")) {
    const SourceDestCheck = { Value: wanted.sourceDestCheck ?? true };
    await ec2.modifyInstanceAttribute({ InstanceId: id, SourceDestCheck });
    await ec2.modifyNetworkInterfaceAttribute({ NetworkInterfaceId: await primary(), SourceDestCheck });
  }
  if (changed.includes("volumeTags")) {
    const { Volumes = [] } = await ec2.describeVolumes({
      Filters: [{ Name: "attachment.instance-id", Values: [id] }],
    });
    const before = (old as unknown as Inputs).volumeTags;
    for (const { VolumeId = "" } of Volumes)
      await retag(clients, VolumeId, tagged(wanted.volumeTags), tagged(before));
  }
  if (changed.includes("instanceType") && wanted.instanceType !== undefined) {
    const inState = (state: string) => async () => {
      const { Reservations = [] } = await ec2.describeInstances({ InstanceIds: [id] });
      return Reservations[0]?.Instances?.[0]?.State?.Name === state ? true : undefined;
    };
    await ec2.stopInstances({ InstanceIds: [id] });
    await wait?.(`the instance ${id} has stopped`, inState("stopped"));
    await ec2.modifyInstanceAttribute({ InstanceId: id, InstanceType: { Value: wanted.instanceType } });
    await ec2.startInstances({ InstanceIds: [id] });
    await wait?.(`the instance ${id} runs`, inState("running"));
  }
}

const tagged = (tags: Tags | undefined): Tagged => (tags === undefined ? {} : { tags });
