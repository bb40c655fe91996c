import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { collectionKey } from "./placement.ts";
import type { Cluster } from "./kubeconfig.ts";

/** What the admission plugin PodNodeSelector answers (plugin/pkg/admission/podnodeselector/admission.go). */
const refusal = "conflicts with its namespace node label selector";
/** A namespace is ready for pods once its service account has been made, which takes a moment. */
const notYet = /serviceaccount|service account/;
const patience = 30_000;

interface Answer {
  readonly status: number;
  readonly message: string;
}

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
      pulumi.unsecret(cluster.admin.certPem),
      pulumi.unsecret(cluster.admin.keyPem),
    ])
    .apply(async ([name, server, ca, cert, key]) => {
      const url = `${server}/api/v1/namespaces/${name}/pods?dryRun=All`;
      const began = Date.now();
      for (;;) {
        const answer = await post(url, foreignPod, { ca, cert, key });
        // A preview of a cluster that is down tells nothing, and the provider says so.
        if (answer.status === 0 && pulumi.runtime.isDryRun()) return name;
        if (answer.message.includes(refusal)) return name;
        const passes = answer.status === 0 || answer.status >= 500 || notYet.test(answer.message);
        if (!passes || Date.now() - began > patience)
          throw new pulumi.RunError(
            `the API server does not keep namespace "${name}" to its nodes: a pod that asks for another collection's ` +
              `was not refused for that (it answered ${answer.status}: ${answer.message}). Turn its admission plugin PodNodeSelector ` +
              "on (--enable-admission-plugins=PodNodeSelector). No team was given access to the namespace.",
          );
        await sleep(100);
      }
    });

const foreignPod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "of-another-collection" },
  spec: {
    nodeSelector: { [collectionKey]: "another" },
    containers: [{ name: "none", image: "none.invalid/none" }],
  },
};

const post = (
  url: string,
  body: object,
  identity: { readonly ca: string; readonly cert: string; readonly key: string },
): Promise<Answer> =>
  new Promise((resolve) => {
    const request = https.request(
      url,
      {
        ...identity,
        method: "POST",
        headers: { "content-type": "application/json" },
        agent: false,
        timeout: 10_000,
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, message: messageOf(text) });
        });
      },
    );
    request.on("timeout", () => request.destroy(new Error("it does not answer")));
    request.on("error", ({ message }) => {
      resolve({ status: 0, message });
    });
    request.end(JSON.stringify(body));
  });

/** What an API server's answer says where it is a refusal. */
function messageOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { readonly message?: string };
    return message ?? "the pod may be created";
  } catch {
    return text.slice(0, 200);
  }
}
