import type { Risk } from "../report/index.ts";
import { nameOf, replacing, stateOf, type Operation, type Step } from "./step.ts";

const machines: readonly RegExp[] = [
  /^lab:index:Host$/,
  /^aws:ec2\/instance:Instance$/,
  /^azure-native:compute:VirtualMachine$/,
];

/** Kinds of resources that hold what nobody can make anew, and what that is. */
const holders: readonly (readonly [RegExp, string])[] = [
  [/^kubernetes:core\/v1:Namespace$/, "everything in the namespace, with its volume claims and secrets"],
  [
    /^kubernetes:core\/v1:PersistentVolumeClaim$/,
    "the volume and what is on it, unless its class retains it",
  ],
  [/^kubernetes:core\/v1:PersistentVolume$/, "what is on the volume, unless it is retained"],
  [
    /^tls:index\/privateKey:PrivateKey$/,
    "the key: every certificate and kubeconfig made from it stops working",
  ],
  [
    /^tls:index\/selfSignedCert:SelfSignedCert$/,
    "the certificate authority: what it has signed is not trusted any more",
  ],
  [/^lab:index:ControlPlane$/, "the cluster's etcd, with every object that is not made here"],
  [/^aws:cloudwatch\/logGroup:LogGroup$/, "all logs in the group"],
  [/^aws:ebs\/(?:volume:Volume|snapshot:Snapshot)$/, "what is on it"],
  [/^aws:s3\/bucket(?:V2)?:Bucket/, "all objects in the bucket"],
  [
    /^aws:(?:rds\/(?:instance:Instance|cluster:Cluster)|dynamodb\/table:Table|docdb\/cluster:Cluster|neptune\/cluster:Cluster)$/,
    "the database, unless a final snapshot is taken",
  ],
  [/^aws:(?:efs|fsx)\/.*[fF]ileSystem$/, "all files"],
  [/^aws:ecr\/repository:Repository$/, "all images in the repository"],
  [/^aws:kms\/key:Key$/, "the key, and with it all that is encrypted with it"],
  [/^aws:(?:secretsmanager\/secret:Secret|ssm\/parameter:Parameter)$/, "the secret"],
  [/^aws:route53\/zone:Zone$/, "the zone, with records that are not made here"],
  [
    /^azure-native:(?:storage:(?:StorageAccount|BlobContainer|FileShare)|compute:Disk|keyvault:(?:Vault|Secret|Key)|sql:(?:Server|Database)|containerregistry:Registry|operationalinsights:Workspace)$/,
    "what it holds",
  ],
];

/** What a step would do that reverting the change does not bring back. */
export function risksOf(step: Step, operation: Operation): Risk[] {
  if (operation !== "delete" && operation !== "replace") return [];
  const resource = stateOf(step);
  if (resource === undefined) return [];
  const { type, urn, retainOnDelete } = resource;
  const what = nameOf(urn);
  if (retainOnDelete === true) return [];
  const because = operation === "replace" ? replacing(step) : [];
  if (machines.some((pattern) => pattern.test(type)))
    return [
      {
        kind: operation === "replace" ? "machine replaced" : "machine destroyed",
        what,
        detail:
          operation === "replace"
            ? "what is on its disks is lost, and what runs on it stops until the new one has joined"
            : "what is on its disks is lost, and what runs on it has to run elsewhere",
        because,
      },
    ];
  const lost = holders.find(([pattern]) => pattern.test(type))?.[1];
  return lost === undefined ? [] : [{ kind: "data lost", what: `${what} (${type})`, detail: lost, because }];
}
