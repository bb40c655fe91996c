import * as pulumi from "@pulumi/pulumi";
import type { Program } from "../linux/controlPlane.ts";
import type { Flags } from "./programs.ts";

export interface ControlPlaneArgs {
  /** The id of the host that it runs on. */
  readonly host: pulumi.Input<string>;
  /** Of Kubernetes, such as `v1.37.2`. */
  readonly version: string;
  /** Each program's flags. */
  readonly programs: Readonly<Record<Program, Flags>>;
  /** Files that the flags name, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** Keys and certificates, by their names in the folder `pki`. */
  readonly pki: pulumi.Input<Readonly<Record<string, string>>>;
}

/**
 * A Kubernetes control plane on a host of the lab. Its data outlive the processes and the lab: where either has ended,
 * the next `up` starts them again with it.
 */
export class ControlPlane extends pulumi.CustomResource {
  declare readonly host: pulumi.Output<string>;
  declare readonly version: pulumi.Output<string>;
  /** Where this machine reaches its API server. */
  declare readonly endpoint: pulumi.Output<string>;
  /** Programs that have ended and that nothing starts again; the next `up` does. */
  declare readonly stopped: pulumi.Output<readonly string[]>;

  constructor(name: string, args: ControlPlaneArgs, opts?: pulumi.CustomResourceOptions) {
    super("lab:index:ControlPlane", name, { ...args, endpoint: undefined, stopped: undefined }, opts);
  }
}
