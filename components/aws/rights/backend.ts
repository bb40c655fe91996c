import { partitionOf } from "../arn.ts";
import type { Rights } from "./rights.ts";
import type { Scope } from "./scope.ts";
import { allow } from "./statement.ts";

/** Where a team keeps its states: an S3 bucket, and the KMS key that stacks' secrets are encrypted with. */
export interface Backend {
  readonly bucket: string;
  /** Folder in the bucket, without slashes at its ends; the bucket itself where left out. */
  readonly folder?: string;
  /** An ARN. */
  readonly kmsKey?: string;
  readonly project: string;
}

/** Reads `s3://bucket/folder?region=eu-central-1` as `pulumi login` takes it. */
export function parseBackend(url: string): Pick<Backend, "bucket" | "folder"> {
  const found = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([^?*]*?))?\/?(?:\?.*)?$/.exec(url);
  const [, bucket, folder = ""] = found ?? [];
  if (bucket === undefined)
    throw new Error(`"${url}" is no bucket; write it as for pulumi login, such as s3://company-states`);
  return folder === "" ? { bucket } : { bucket, folder };
}

/** The rights to read, and to change, one stack's state. */
export function backendRights(scope: Scope, { bucket, folder, kmsKey, project }: Backend): Rights {
  const { region, environment } = scope;
  const whole = `arn:${partitionOf(region)}:s3:::${bucket}`;
  const at = (path: string) => `${whole}/${folder === undefined ? "" : `${folder}/`}.pulumi/${path}`;
  const stack = [
    at(`stacks/${project}/${environment}.json*`),
    at(`stacks/${project}/${environment}.pulumi-tags`),
  ];
  const history = at(`history/${project}/${environment}/*`);
  const lock = at(`locks/organization/${project}/${environment}/*`);
  const backup = at(`backups/${project}/${environment}/*`);
  const keys = kmsKey === undefined ? [] : [kmsKey];
  return {
    read: [
      // Not limited to a folder: of what is missing S3 would then say that it is forbidden
      // (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html), and a file of each stack's often is.
      ...allow("ListStates", ["s3:ListBucket"], [whole]),
      ...allow("ReadState", ["s3:GetObject"], [at("meta.yaml"), ...stack, history, lock]),
      ...allow("ReadSecrets", ["kms:Decrypt"], keys),
    ],
    deploy: [
      ...allow("WriteState", ["s3:PutObject", "s3:DeleteObject"], [...stack, history, lock]),
      // A backup is never taken back.
      ...allow("BackUpState", ["s3:PutObject"], [backup]),
      // What S3 itself encrypts with the same key is asked for as a data key.
      ...allow("WriteSecrets", ["kms:Encrypt", "kms:GenerateDataKey"], keys),
    ],
  };
}
