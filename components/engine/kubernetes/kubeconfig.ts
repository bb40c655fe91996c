import * as pulumi from "@pulumi/pulumi";
import type { Certificate } from "../../certificate/index.ts";
import type { Identity } from "./client.ts";

/** A cluster that runs, as its target hands it to the engine. */
export interface Cluster {
  /** Stays the same as long as what is in the cluster does. */
  readonly clusterId: pulumi.Output<string>;
  /** With which everything in it goes. */
  readonly resource: pulumi.Resource;
  /** The API server's URL. */
  readonly server: pulumi.Output<string>;
  /** Who vouches for the API server and for its users. */
  readonly authority: Certificate;
  /** Of a user that may do anything. */
  readonly admin: Certificate;
}

/** How a user reaches a cluster, as a file for kubectl: JSON, which is YAML, too. It holds a key and so is a secret. */
export const kubeconfig = (
  { server, authority }: Cluster,
  environment: string,
  user: string,
  { certPem, keyPem }: Certificate,
  namespace?: string,
): pulumi.Output<string> =>
  pulumi.secret(
    pulumi.all([server, authority.certPem, certPem, keyPem]).apply(([url, ca, cert, key]) =>
      JSON.stringify(
        {
          apiVersion: "v1",
          kind: "Config",
          clusters: [
            { name: environment, cluster: { server: url, "certificate-authority-data": base64(ca) } },
          ],
          users: [
            {
              name: user,
              user: { "client-certificate-data": base64(cert), "client-key-data": base64(key) },
            },
          ],
          contexts: [
            {
              name: environment,
              context: {
                cluster: environment,
                user,
                ...(namespace === undefined ? {} : { namespace }),
              },
            },
          ],
          "current-context": environment,
        },
        undefined,
        2,
      ),
    ),
  );

/** Reads what `kubeconfig` writes. */
export function identityOf(text: string): Identity {
  const { clusters, users } = JSON.parse(text) as {
    readonly clusters: readonly { readonly cluster: Readonly<Record<string, string>> }[];
    readonly users: readonly { readonly user: Readonly<Record<string, string>> }[];
  };
  const [cluster, user] = [clusters[0]?.cluster ?? {}, users[0]?.user ?? {}];
  const decoded = (value: string | undefined) => Buffer.from(value ?? "", "base64").toString();
  return {
    server: cluster["server"] ?? "",
    ca: decoded(cluster["certificate-authority-data"]),
    cert: decoded(user["client-certificate-data"]),
    key: decoded(user["client-key-data"]),
  };
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
