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

/** The tag that holds a machine's definition. */
export const definitionTag = "bulkhead:definition";

/** What makes a machine what it is, as a short text: where it differs the machine has to be replaced. */
export function definitionOf({ diskSize, kmsKey }: AwsSpec, pool: Pool, host: Host): string {
  const { image, instanceType, userData: data } = pool;
  const { address, availabilityZone } = host;
  const parts = [image.id, instanceType, data, diskSize, kmsKey ?? "", address, availabilityZone];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}
