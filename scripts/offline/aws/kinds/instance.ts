import { createHash } from "node:crypto";
import type { Instance, RunInstancesRequest } from "@aws-sdk/client-ec2";
import { requireFree, subnetOf } from "../cloud/addresses.ts";
import { requireGroups } from "../cloud/groups.ts";
import { changes, readBack, requireOnly, type KindOf } from "../cloud/made.ts";
import { isGone, Refusal } from "../cloud/refusal.ts";
import type { Clients, Session } from "../cloud/session.ts";
import { retag, specification } from "../cloud/tags.ts";
import { waitFor } from "../cloud/wait.ts";
import type { Context, Kind, Properties } from "../kind.ts";
import { changeable, changeInPlace } from "./instanceChange.ts";
import { creatable, type Inputs } from "./instanceInputs.ts";
import { outputsOf } from "./instanceOutputs.ts";
import { replaceOn } from "./replace.ts";

const type = "aws:ec2/instance:Instance";

export const instance: KindOf = (session) => {
  const kind: Kind = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      requireOnly("an instance", creatable, inputs, {});
      const clients = session.for(context.signal);
      const wanted = inputs as unknown as Inputs;
      const id = await session.alone("addresses", () => launch(clients, wanted, tokenOf(inputs)));
      await waitFor(`the instance ${id} runs`, context.signal, async () => {
        const found = await find(clients, id);
        return found?.State?.Name === "running" ? true : undefined;
      });
      if (wanted.sourceDestCheck === false)
        await changeInPlace(clients, id, inputs, { ...inputs, sourceDestCheck: true });
      return readBack(kind, id, inputs, context);
    },

    async read(id, state, context) {
      const clients = session.for(context.signal);
      const found = await find(clients, id);
      return found === undefined
        ? undefined
        : { id, outputs: await outputsOf(clients, found, state, context) };
    },

    async update(id, inputs, old, state, context) {
      requireOnly("an instance", changeable, inputs, old);
      const clients = session.for(context.signal);
      if (changes(inputs, old).includes("vpcSecurityGroupIds")) {
        const { subnetId, vpcSecurityGroupIds = [] } = inputs as unknown as Inputs;
        await requireGroups(clients, await subnetOf(clients.ec2, subnetId), vpcSecurityGroupIds);
      }
      await changeInPlace(clients, id, inputs, old, (what, look) => waitFor(what, context.signal, look));
      await retag(clients, id, inputs, old);
      return readBack(kind, id, { ...state, ...inputs }, context);
    },

    delete: (id, _state, context) => terminate(session, id, context),
  };
  return kind;
};

/** An instance that is there: EC2 tells of those that are gone for an hour, and moto for ever. */
async function find({ ec2 }: Clients, id: string): Promise<Instance | undefined> {
  try {
    const { Reservations = [] } = await ec2.describeInstances({ InstanceIds: [id] });
    const found = Reservations[0]?.Instances?.[0];
    return isLive(found) ? found : undefined;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

const isLive = (found: Instance | undefined): boolean =>
  found !== undefined && !["terminated", "shutting-down"].includes(found.State?.Name ?? "");

/** The same for the same inputs, so that a run that was killed after EC2's answer finds the instance again. */
const tokenOf = (inputs: Properties): string =>
  createHash("sha256")
    .update(JSON.stringify(Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest("hex");

async function launch(clients: Clients, wanted: Inputs, token: string): Promise<string> {
  const { ec2 } = clients;
  const { subnetId, privateIp, vpcSecurityGroupIds = [], launchTemplate } = wanted;
  const subnet = await subnetOf(ec2, subnetId);
  const before = await madeBefore(clients, subnetId, token);
  if (before !== undefined) return before;
  await requireGroups(clients, subnet, vpcSecurityGroupIds);
  if (privateIp !== undefined) await requireFree(ec2, subnet, privateIp);
  const template = await templateOf(clients, launchTemplate);
  const image = wanted.ami ?? template.ImageId;
  if (image === undefined)
    throw new Refusal("MissingParameter", "The request must contain the parameter ImageId");
  const request: RunInstancesRequest = {
    // moto applies an image, a type, user data and disks of a template, and nothing else of it.
    ...template,
    ImageId: image,
    InstanceType: (wanted.instanceType ?? template.InstanceType) as NonNullable<
      RunInstancesRequest["InstanceType"]
    >,
    ...(wanted.userDataBase64 === undefined ? {} : { UserData: wanted.userDataBase64 }),
    ...(wanted.iamInstanceProfile === undefined
      ? {}
      : { IamInstanceProfile: { Name: wanted.iamInstanceProfile } }),
    ...(launchTemplate === undefined ? {} : { LaunchTemplate: versionOf(launchTemplate) }),
    MinCount: 1,
    MaxCount: 1,
    ClientToken: token,
    PrivateIpAddress: privateIp,
    SecurityGroupIds: [...vpcSecurityGroupIds],
    // Where it is not said here, moto keeps an interface and its address when the instance is gone.
    NetworkInterfaces: [
      { DeviceIndex: 0, SubnetId: subnetId, DeleteOnTermination: true, AssociatePublicIpAddress: false },
    ],
    ...specifications(wanted),
  };
  try {
    const { Instances = [] } = await ec2.runInstances(request);
    return Instances[0]?.InstanceId ?? "";
  } catch (error) {
    // The SDK asks again where an answer was lost; EC2 then gives the same instance, and moto fails on its address.
    const made = await madeBefore(clients, subnetId, token);
    if (made !== undefined) return made;
    throw error;
  }
}

async function madeBefore({ ec2 }: Clients, subnetId: string, token: string): Promise<string | undefined> {
  const { Reservations = [] } = await ec2.describeInstances({
    Filters: [{ Name: "subnet-id", Values: [subnetId] }],
  });
  return Reservations.flatMap(({ Instances = [] }) => Instances).find(
    (one) => one.ClientToken === token && isLive(one),
  )?.InstanceId;
}

/** Its disks get tags of their own, where it is told to. */
const specifications = ({ tags, volumeTags }: Inputs) => {
  const all = [specification("instance", tags), specification("volume", volumeTags)];
  const TagSpecifications = all.flatMap((one) => ("TagSpecifications" in one ? one.TagSpecifications : []));
  return TagSpecifications.length === 0 ? {} : { TagSpecifications };
};

type Template = NonNullable<Inputs["launchTemplate"]>;

const versionOf = ({ id, name, version = "$Default" }: Template) => ({
  LaunchTemplateId: id,
  LaunchTemplateName: name,
  Version: String(version),
});

/** What a version says that the instance itself has to be told for moto. */
async function templateOf(
  { ec2 }: Clients,
  template: Template | undefined,
): Promise<Partial<RunInstancesRequest>> {
  if (template === undefined) return {};
  const { LaunchTemplateVersions = [] } = await ec2.describeLaunchTemplateVersions({
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    Versions: [String(template.version ?? "$Default")],
  });
  const data = LaunchTemplateVersions[0]?.LaunchTemplateData ?? {};
  const told = {
    ImageId: data.ImageId,
    InstanceType: data.InstanceType,
    KeyName: data.KeyName,
    UserData: data.UserData,
    EbsOptimized: data.EbsOptimized,
    DisableApiTermination: data.DisableApiTermination,
    InstanceInitiatedShutdownBehavior: data.InstanceInitiatedShutdownBehavior,
    IamInstanceProfile: data.IamInstanceProfile,
    MetadataOptions: data.MetadataOptions,
    Monitoring: data.Monitoring,
    BlockDeviceMappings: data.BlockDeviceMappings,
  };
  return Object.fromEntries(
    Object.entries(told).filter(
      ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  );
}

async function terminate(session: Session, id: string, context: Context): Promise<void> {
  const clients = session.for(context.signal);
  if ((await find(clients, id)) === undefined) return;
  await clients.ec2.terminateInstances({ InstanceIds: [id] });
  await waitFor(`the instance ${id} is gone`, context.signal, async () =>
    (await find(clients, id)) === undefined ? true : undefined,
  );
}
