import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { ApiServer } from "./client.ts";
import type { Cluster } from "./kubeconfig.ts";
import { collectionKey } from "./placement.ts";

/** What the admission plugin PodNodeSelector answers (plugin/pkg/admission/podnodeselector/admission.go). */
const refusal = "conflicts with its namespace node label selector";
/** A namespace is ready for pods once its service account has been made, which takes a moment. */
const notYet = /serviceaccount|service account/;
const patience = 30_000;

/**
 * Waits until the API server has shown that it keeps a linked namespace to its nodes, and gives the namespace's name.
 * API servers that ignore the annotation take it without a word (k0sproject/k0s#5362, aws/containers-roadmap#304), so
 * it is asked: a pod for another collection, of which nothing is kept, has to be refused.
 */
export const enforced = (cluster: Cluster, namespace: pulumi.Output<string>): pulumi.Output<string> =>
  pulumi
    .all([
      namespace,
      cluster.server,
      cluster.authority.certPem,
      // What comes of them is the namespace's name, which is no secret.
      pulumi.unsecret(cluster.admin.certPem),
      pulumi.unsecret(cluster.admin.keyPem),
    ])
    .apply(async ([name, server, ca, cert, key]) => {
      const api = new ApiServer({ server, ca, cert, key });
      try {
        await untilEnforced(api, name);
      } finally {
        api.close();
      }
      return name;
    });

async function untilEnforced(api: ApiServer, namespace: string): Promise<void> {
  const began = Date.now();
  for (;;) {
    const { status, message } = await api.ask(
      "POST",
      `/api/v1/namespaces/${namespace}/pods?dryRun=All`,
      foreignPod,
    );
    // A preview of a cluster that is down tells nothing, and the provider says so.
    if (message.includes(refusal) || (status === 0 && pulumi.runtime.isDryRun())) return;
    const passes = status === 0 || status >= 500 || notYet.test(message);
    if (!passes || Date.now() - began > patience) {
      const answer = message === "" ? "it may be created" : message;
      throw new pulumi.RunError(
        `the API server does not keep namespace "${namespace}" to its nodes: it did not refuse a pod that asks for another ` +
          `collection's (its answer: ${status}, ${answer}). Turn on its admission plugin PodNodeSelector ` +
          "(--enable-admission-plugins=PodNodeSelector). No team was given access to the namespace.",
      );
    }
    await sleep(100);
  }
}

const foreignPod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "of-another-collection" },
  spec: {
    nodeSelector: { [collectionKey]: "another" },
    containers: [{ name: "none", image: "none.invalid/none" }],
  },
};
