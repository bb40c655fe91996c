import type * as pulumi from "@pulumi/pulumi";
import {
  issueCertificate,
  makeAuthority,
  makeKey,
  type Certificate,
  type Subject,
} from "../../certificate/index.ts";
import { simulator } from "./simulation.ts";

/** The addresses by which the API server is reached. */
export interface Names {
  /** Of its host. */
  readonly address: string;
  /** Of the service `kubernetes`, the first of the service block. */
  readonly service: string;
}

/** All keys and certificates of a control plane. */
export interface Pki {
  /** Who vouches for the API server and for its users. */
  readonly authority: Certificate;
  /** Of a user that may do anything, whatever the roles in the API server say. */
  readonly admin: Certificate;
  /** The content of each file of the folder `pki`, by name. */
  readonly files: Readonly<Record<string, pulumi.Output<string>>>;
}

/** Issues what each program needs (https://kubernetes.io/docs/setup/best-practices/certificates). */
export function issueCertificates({ address, service }: Names, opts: pulumi.CustomResourceOptions): Pki {
  const files: Record<string, pulumi.Output<string>> = {};
  const authority = makeAuthority("ca", "kubernetes", opts);
  const etcdAuthority = makeAuthority("etcd-ca", "etcd", opts);
  files["ca.crt"] = authority.certPem;
  files["etcd-ca.crt"] = etcdAuthority.certPem;
  const issue = (name: string, subject: Subject, by = authority): Certificate => {
    const issued = issueCertificate(name, subject, by, opts);
    files[`${name}.crt`] = issued.certPem;
    files[`${name}.key`] = issued.keyPem;
    return issued;
  };
  issue("kube-apiserver", {
    commonName: "kube-apiserver",
    uses: ["server_auth"],
    dnsNames: [
      "kubernetes",
      "kubernetes.default",
      "kubernetes.default.svc",
      "kubernetes.default.svc.cluster.local",
      "localhost",
    ],
    ipAddresses: [address, service, "127.0.0.1"],
  });
  issue("kube-controller-manager", client("system:kube-controller-manager"));
  issue("kube-scheduler", client("system:kube-scheduler"));
  issue("kwok", client(simulator));
  issue(
    "etcd",
    { commonName: "etcd", uses: ["server_auth", "client_auth"], ipAddresses: ["127.0.0.1"] },
    etcdAuthority,
  );
  issue("etcd-client", client("kube-apiserver"), etcdAuthority);
  const admin = issue("admin", client("bulkhead:admin", "system:masters"));
  const tokens = makeKey("service-accounts", opts);
  files["service-accounts.key"] = tokens.privateKeyPem;
  files["service-accounts.pub"] = tokens.publicKeyPem;
  return { authority, admin, files };
}

const client = (commonName: string, organization?: string): Subject => ({
  commonName,
  ...(organization === undefined ? {} : { organization }),
  uses: ["client_auth"],
});
