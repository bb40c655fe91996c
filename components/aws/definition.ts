import { createHash } from "node:crypto";
import { userData, type MachineSetup } from "../userData/index.ts";
import type { AwsImage, AwsSpec, Host, Plan } from "../plan/index.ts";
import { joinSecretName } from "./joinSecret.ts";
import { domainOf } from "./privateNames.ts";

/** Machines that are made alike: of one role, or of one collection and operating system. */
export interface Pool {
  readonly name: string;
  readonly hosts: readonly Host[];
  readonly image: AwsImage;
  readonly instanceType: string;
  readonly userData: string;
}

/** The pools of a plan for AWS, in an order that the stack file's own does not change. */
export function planPools(plan: Plan, aws: AwsSpec): Pool[] {
  const byPool = Map.groupBy(plan.hosts, poolOf);
  return [...byPool].map(([name, hosts]) => {
    const [first] = hosts as [Host];
    const image = aws.images[first.os];
    if (image === undefined) throw new RangeError(`there is no image for ${first.os}`);
    return {
      name,
      hosts,
      image,
      instanceType: aws.instanceTypes[first.size],
      userData: userData(setupOf(plan, aws, first, image)),
    };
  });
}

const poolOf = ({ role, collection, os }: Host): string =>
  collection === undefined ? role : `${collection}-${os}`;

function setupOf(plan: Plan, aws: AwsSpec, { role }: Host, { family }: AwsImage): MachineSetup {
  const { engine, overlay, machines, timeServers } = plan;
  return {
    family,
    role,
    engine,
    overlay,
    ...machines,
    ...(machines.proxy === undefined
      ? {}
      : { proxy: { url: machines.proxy.url, except: [...machines.proxy.except, ...inside(plan, aws)] } }),
    timeServers,
    ...(engine === "mke"
      ? {
          join: {
            store: aws.secretStore,
            name: joinSecretName(plan, role),
            region: aws.region,
            managers: `managers.${domainOf(plan)}`,
          },
        }
      : {}),
  };
}

/** What no proxy leads to: the environment itself, and AWS's services that are inside it. */
const inside = (plan: Plan, { region, endpoints }: AwsSpec): string[] => [
  plan.network.cidr,
  plan.network.podCidr,
  plan.network.serviceCidr,
  `.${domainOf(plan)}`,
  ".internal",
  ".svc",
  ...endpoints.map((service) => `${service}.${region}.amazonaws.com`),
];

/** The tag that holds a machine's definition. */
export const definitionTag = "bulkhead:definition";

/** What a pool's launch template says of its machines, but for their profile. */
export const templateOf = ({ diskSize, kmsKey }: AwsSpec, pool: Pool) => ({
  imageId: pool.image.id,
  instanceType: pool.instanceType,
  userData: Buffer.from(pool.userData).toString("base64"),
  // One hop: what runs in a container, behind its own bridge, gets no credentials of the machine.
  metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
  blockDeviceMappings: [
    {
      // The root of Ubuntu's, Red Hat's and Windows' images.
      deviceName: "/dev/sda1",
      ebs: {
        encrypted: "true",
        volumeType: "gp3",
        volumeSize: diskSize,
        deleteOnTermination: "true",
        ...(kmsKey === undefined ? {} : { kmsKeyId: kmsKey }),
      },
    },
  ],
});

/**
 * All that makes a machine what it is: where it differs the machine has to be replaced. People read in it what
 * differs, so it is no single hash; it is a tag's value, and so has at most 256 letters, digits, spaces and
 * `+-=._:/@` (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html).
 */
export function definitionOf(aws: AwsSpec, pool: Pool, { role, address, availabilityZone }: Host): string {
  const { imageId, instanceType, userData: data, ...rest } = templateOf(aws, pool);
  const parts: Readonly<Record<Part, string>> = {
    image: imageId,
    type: instanceType,
    disk: `${aws.diskSize}GiB`,
    "user-data": hash(data),
    template: hash({ ...rest, role }),
    address,
    zone: availabilityZone,
  };
  return Object.entries(parts)
    .map((part) => part.join("="))
    .join(" ");
}

const hash = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);

/** The parts of a definition, as people call them. */
const words = {
  image: "image",
  type: "instance type",
  disk: "disk",
  "user-data": "user data",
  template: "launch template",
  address: "address",
  zone: "availability zone",
} as const;
type Part = keyof typeof words;

/** What differs between two definitions, for people: `image ami-1 -> ami-2`. */
export function differences(current: string, planned: string): string[] {
  const [before, after] = [current, planned].map(partsOf) as [Map<string, string>, Map<string, string>];
  if (before.size === 0) return ["its definition is not known"];
  const changed = (Object.keys(words) as Part[]).filter((part) => before.get(part) !== after.get(part));
  // The disk and the key are in the template too, which needs no second word for them.
  const told = changed.filter((part) => part !== "template" || !changed.includes("disk"));
  return told.map((part) => {
    const [from = "", to = ""] = [before.get(part), after.get(part)];
    return part === "user-data" || part === "template" ? words[part] : `${words[part]} ${from} -> ${to}`;
  });
}

const partsOf = (definition: string): Map<string, string> =>
  new Map([...definition.matchAll(/(\S+?)=(\S+)/g)].map(([, part = "", value = ""]) => [part, value]));
