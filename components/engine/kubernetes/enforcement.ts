import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { ApiServer } from "./client.ts";
import type { Cluster } from "./kubeconfig.ts";
import { idlePod } from "./idlePod.ts";
import { collectionKey } from "./placement.ts";

/** A pod that a sound API server refuses in a linked namespace, of which nothing is kept. */
interface Probe {
  readonly pod: object;
  /** What the refusal says. */
  readonly refusal: string;
  /** What the pod does that has to be refused. */
  readonly what: string;
  readonly wayOut: string;
}

const probes: readonly Probe[] = [
  {
    // In capitals, as no collection's name is.
    pod: { nodeSelector: { [collectionKey]: "ANOTHER" } },
    // plugin/pkg/admission/podnodeselector/admission.go
    refusal: "conflicts with its namespace node label selector",
    what: "asks for another collection's nodes",
    wayOut: "Turn on its admission plugin PodNodeSelector (--enable-admission-plugins=PodNodeSelector).",
  },
  {
    pod: { hostNetwork: true },
    // staging/src/k8s.io/pod-security-admission/admission/admission.go
    refusal: "violates PodSecurity",
    what: "takes the node's own network",
    wayOut: "Leave its admission plugin PodSecurity on, which it is by default.",
  },
  {
    pod: { nodeName: "a-node" },
    refusal: "ValidatingAdmissionPolicy 'bulkhead-pods'",
    what: "goes past the scheduler",
    wayOut: "Its admission plugin ValidatingAdmissionPolicy has to be on, which it is by default.",
  },
];

/** A namespace is ready for pods once its service account has been made, which takes a moment. */
const notYet = /service ?account/;
const patience = 30_000;
const settling = 5_000;

/**
 * Waits until the API server has shown that it keeps a linked namespace's pods where they belong, and gives the
 * namespace's name. API servers that ignore the namespace's annotation take it without a word (k0sproject/k0s#5362,
 * aws/containers-roadmap#304), so it is asked.
 */
export const enforced = (
  cluster: Cluster,
  namespace: pulumi.Output<string>,
  policies: readonly pulumi.CustomResource[],
): pulumi.Output<string> =>
  pulumi
    .all([
      namespace,
      cluster.server,
      cluster.authority.certPem,
      // What comes of them is the namespace's name, which is no secret.
      pulumi.unsecret(cluster.admin.certPem),
      pulumi.unsecret(cluster.admin.keyPem),
      pulumi.all(policies.map(({ id }) => id)),
    ])
    .apply(async ([name, server, ca, cert, key]) => {
      const api = new ApiServer({ server, ca, cert, key });
      try {
        // Each to its end, so that none still asks when this has failed, and all that is missing is said at once.
        const answers = await Promise.all(probes.map((probe) => untilRefused(api, name, probe)));
        const missing = answers.filter((answer) => answer !== undefined);
        if (missing.length > 0) throw problem(name, missing);
      } finally {
        api.close();
      }
      return name;
    });

function problem(namespace: string, missing: readonly string[]): pulumi.RunError {
  const error = new pulumi.RunError(
    `the API server does not keep namespace "${namespace}" in its compartment. ${missing.join(" ")} ` +
      "No team was given access to the namespace.",
  );
  // By the time that there is a server to ask the program has ended, and then Pulumi shows the stack even of these.
  error.stack = "";
  return error;
}

/** Gives what is wrong where the refusal does not come. */
async function untilRefused(api: ApiServer, namespace: string, probe: Probe): Promise<string | undefined> {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "probe" },
    spec: { ...idlePod({ cpu: "1m", memory: "1Mi" }), ...probe.pod },
  };
  const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
  const began = Date.now();
  for (;;) {
    const { status, message } = await api.ask("POST", path, pod);
    if (message.includes(probe.refusal)) return undefined;
    // A preview of a cluster that is down, or of a namespace that is new, tells nothing.
    const isMissing = status === 0 || status === 404;
    if (isMissing && pulumi.runtime.isDryRun()) return undefined;
    // A policy that has just been made is not in force at once, and so one more look never harms.
    const passes = isMissing || status >= 500 || notYet.test(message) || Date.now() - began < settling;
    if (!passes || Date.now() - began > patience)
      return (
        `It did not refuse a pod that ${probe.what} (its answer: ${status}, ` +
        `${message === "" ? "it may be created" : message}). ${probe.wayOut}`
      );
    await sleep(100);
  }
}
