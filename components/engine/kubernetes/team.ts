import * as pulumi from "@pulumi/pulumi";
import { issueCertificate } from "../../certificate/index.ts";
import { kubeconfig, type Cluster } from "./kubeconfig.ts";

export interface TeamArgs {
  readonly environment: string;
  readonly group: string;
  /** The group of users in which the API server finds the team's members. */
  readonly directoryGroup: string;
  /** Where its members' commands go unless they say otherwise. */
  readonly namespace?: string;
  readonly cluster: Cluster;
}

/** A team's way in: a client certificate in its group's name, and the kubeconfig with it. */
export class Team extends pulumi.ComponentResource {
  readonly kubeconfig: pulumi.Output<string>;

  constructor(name: string, args: TeamArgs, opts?: pulumi.ComponentResourceOptions) {
    super("bulkhead:kubernetes:Team", name, {}, opts);
    const { environment, group, directoryGroup, namespace, cluster } = args;
    const user = `team:${group}`;
    // The API server takes the common name for the user, and the organization for a group
    // (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#x509-client-certificates).
    const certificate = issueCertificate(
      `team-${name}`,
      { commonName: user, organization: directoryGroup, uses: ["client_auth"] },
      cluster.authority,
      { parent: this },
    );
    this.kubeconfig = kubeconfig(cluster, environment, user, certificate, namespace);
    this.registerOutputs({});
  }
}
