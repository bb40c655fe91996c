import * as pulumi from "@pulumi/pulumi";
import type { Certificate } from "../../certificate/index.ts";
import type { Cluster } from "../../engine/kubernetes/index.ts";
import { parseBlock, showAddress, type Plan } from "../../plan/index.ts";
import { issueCertificates } from "./certificates.ts";
import { apiPort, auditPolicy, planPrograms } from "./programs.ts";
import { ControlPlane } from "./resource.ts";
import { stages } from "./simulation.ts";

/** What the lab runs: https://kubernetes.io/releases. */
export const kubernetesVersion = "v1.37.2";

export interface LabClusterArgs {
  /** Plain, not an input: addresses in certificates and flags are of it. */
  readonly plan: Plan;
  /** By name. */
  readonly hosts: ReadonlyMap<string, pulumi.CustomResource>;
}

/** A control plane on a plan's first manager, with its keys and certificates. */
export class LabCluster extends pulumi.ComponentResource implements Cluster {
  readonly clusterId: pulumi.Output<string>;
  readonly resource: pulumi.Resource;
  readonly server: pulumi.Output<string>;
  readonly authority: Certificate;
  readonly admin: Certificate;

  constructor(name: string, { plan, hosts }: LabClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("bulkhead:lab:LabCluster", name, {}, opts);
    const manager = plan.hosts.find(({ role }) => role === "manager");
    const host = hosts.get(manager?.name ?? "");
    if (manager === undefined || host === undefined)
      throw new RangeError("a plan without a manager has no control plane");
    const service = showAddress(parseBlock(plan.network.serviceCidr).start + 1);
    const pki = issueCertificates({ address: manager.address, service }, { parent: this });
    const controlPlane = new ControlPlane(
      name,
      {
        host: host.id,
        version: kubernetesVersion,
        programs: planPrograms(plan, manager.address),
        files,
        pki: pulumi.secret(pulumi.all(pki.files)),
      },
      { parent: this },
    );
    this.clusterId = controlPlane.id;
    this.resource = controlPlane;
    this.server = controlPlane.endpoint;
    this.authority = pki.authority;
    this.admin = pki.admin;
    this.registerOutputs({});
  }
}

const json = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** How a program of the control plane reaches the API server beside it. Paths are relative to the file. */
const kubeconfig = (name: string): string =>
  json({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "lab",
        cluster: { server: `https://127.0.0.1:${apiPort}`, "certificate-authority": "pki/ca.crt" },
      },
    ],
    users: [{ name, user: { "client-certificate": `pki/${name}.crt`, "client-key": `pki/${name}.key` } }],
    contexts: [{ name: "lab", context: { cluster: "lab", user: name } }],
    "current-context": "lab",
  });

const files = {
  "audit-policy.json": json(auditPolicy),
  "stages.json": stages.map(json).join("---\n"),
  ...Object.fromEntries(
    ["kube-controller-manager", "kube-scheduler", "kwok"].map((name) => [`${name}.json`, kubeconfig(name)]),
  ),
};
