import type { Tagged, Tags } from "../cloud/tags.ts";

/** What the stand-in takes of an instance's inputs. */
export interface Inputs extends Tagged {
  readonly subnetId: string;
  readonly privateIp?: string;
  readonly vpcSecurityGroupIds?: readonly string[];
  readonly launchTemplate?: {
    readonly id?: string;
    readonly name?: string;
    readonly version?: string | number;
  };
  readonly ami?: string;
  readonly instanceType?: string;
  readonly iamInstanceProfile?: string;
  readonly userDataBase64?: string;
  readonly sourceDestCheck?: boolean;
  readonly volumeTags?: Tags;
}

export const creatable: readonly string[] = [
  "ami",
  "associatePublicIpAddress",
  "availabilityZone",
  "iamInstanceProfile",
  "instanceType",
  "launchTemplate",
  "privateIp",
  "sourceDestCheck",
  "subnetId",
  "tags",
  "userDataBase64",
  "volumeTags",
  "vpcSecurityGroupIds",
];
