import assert from "node:assert/strict";
import {
  collectionKey,
  linkAnnotations,
  nodeLabels,
  nodeSelector,
  nodeTaints,
  osKey,
  ownToleration,
  type Toleration,
} from "../../../../components/engine/kubernetes/index.ts";
import { plan, type Plan } from "../../../../components/plan/index.ts";
import { environment } from "../../../support/config.ts";
import { planOf } from "../../../support/lab.ts";

const annotation = "scheduler.alpha.kubernetes.io";

const allowed = (annotations: Readonly<Record<string, string>>): readonly Toleration[] =>
  JSON.parse(annotations[`${annotation}/tolerationsWhitelist`] ?? "") as Toleration[];

/** Whether a pod that tolerates this stays on a node with this taint (k8s.io/component-helpers, Toleration.ToleratesTaint). */
const tolerates = (toleration: Toleration, taint: ReturnType<typeof nodeTaints>[number]) =>
  toleration.effect === taint.effect &&
  toleration.key === taint.key &&
  (toleration.operator === "Exists" || toleration.value === taint.value);

/** Whether a node has all labels that a selector asks for. */
const selects = (selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>) =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);

const windows = { windows: { count: 1 } };
const mixed = (): Plan =>
  plan(
    environment({
      "network.overlay": "vxlan",
      "groups.blue.collections.blue.workers": windows,
      "groups.red.collections.red.workers": { linux: { count: 1 }, ...windows },
    }),
  );

describe("the nodes of a collection", () => {
  it("say which collection is theirs by a label that no kubelet may give itself", async () => {
    const { hosts } = await planOf("dev");
    // https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction
    assert.match(collectionKey, /^node-restriction\.kubernetes\.io\//);
    for (const host of hosts.filter(({ role }) => role === "worker"))
      assert.equal(nodeLabels(host)[collectionKey], host.collection);
  });

  it("have a taint of their collection alone, which also evicts what came past the scheduler", async () => {
    const { hosts } = await planOf("dev");
    const host = hosts.find(({ name }) => name === "test-billing-1");
    assert.ok(host !== undefined);
    assert.deepEqual(nodeTaints(host), [{ key: collectionKey, value: "test-billing", effect: "NoExecute" }]);
  });

  it("carry the labels of the stack file, which never stand for Kubernetes' own or the collection's", () => {
    const labels = { disk: "fast" };
    const { hosts } = plan(environment({ "groups.red.collections.red.workers.linux.labels": labels }));
    const [host] = hosts.filter(({ collection }) => collection === "red");
    assert.ok(host !== undefined);
    const forged = { [collectionKey]: "blue", [osKey]: "windows", "kubernetes.io/hostname": "blue-1" };
    assert.deepEqual(nodeLabels({ ...host, labels: { ...labels, ...forged } }), {
      disk: "fast",
      "kubernetes.io/hostname": "red-1",
      [osKey]: "linux",
      "topology.kubernetes.io/zone": "a",
      [collectionKey]: "red",
    });
  });
});

describe("a namespace's pods", () => {
  it("ask for its collection's nodes and operating system", () => {
    assert.deepEqual(nodeSelector({ name: "red", os: ["linux"] }), {
      [collectionKey]: "red",
      [osKey]: "linux",
    });
    assert.deepEqual(nodeSelector({ name: "red", os: ["windows"] }), {
      [collectionKey]: "red",
      [osKey]: "windows",
    });
  });

  it("say the operating system themselves where the collection has nodes of both", () => {
    assert.deepEqual(nodeSelector({ name: "red", os: ["linux", "windows"] }), { [collectionKey]: "red" });
  });

  it("find no node but their collection's, whatever the environment", async () => {
    for (const { collections, hosts } of [await planOf("dev"), await planOf("dev-tiers"), mixed()])
      for (const collection of collections) {
        const found = hosts
          .filter(({ role }) => role === "worker")
          .filter((host) => selects(nodeSelector(collection), nodeLabels(host)))
          .map(({ name }) => name);
        assert.ok(found.length > 0);
        assert.deepEqual(found, collection.hosts);
      }
  });

  it("may tolerate their own collection's taint and no other's, even without the selector", async () => {
    for (const { collections, hosts } of [await planOf("dev"), await planOf("dev-tiers"), mixed()])
      for (const collection of collections)
        for (const host of hosts.filter(({ role }) => role === "worker")) {
          const stays = nodeTaints(host).every((taint) =>
            allowed(linkAnnotations(collection)).some((one) => tolerates(one, taint)),
          );
          assert.equal(stays, host.collection === collection.name, `${collection.name} on ${host.name}`);
        }
  });

  it("may tolerate neither everything nor what keeps pods off managers", () => {
    const list = allowed(linkAnnotations({ name: "red", os: ["linux"] }));
    for (const toleration of list) {
      // Either left out would stand for every key, or for every effect.
      assert.ok(toleration.key.length > 0 && toleration.effect.length > 0);
      assert.ok(
        toleration.key === collectionKey || /^node\.kubernetes\.io\/[a-z-]+$/.test(toleration.key),
        toleration.key,
      );
    }
    assert.deepEqual(
      list.filter(({ key }) => key === collectionKey),
      [ownToleration("red")],
    );
  });

  it("may tolerate what Kubernetes gives to every pod and to those of DaemonSets, else none would run", () => {
    const has = (key: string, effect: string) =>
      allowed(linkAnnotations({ name: "red", os: ["linux"] })).some(
        (one) =>
          one.key === `node.kubernetes.io/${key}` && one.effect === effect && one.operator === "Exists",
      );
    // https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions
    for (const key of ["not-ready", "unreachable"]) assert.ok(has(key, "NoExecute"), key);
    // https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#taints-and-tolerations
    for (const key of ["disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"])
      assert.ok(has(key, "NoSchedule"), key);
  });

  it("get the selector and the toleration from annotations of their namespace, which these pin", () => {
    const annotations: Readonly<Record<string, string>> = linkAnnotations({ name: "red", os: ["linux"] });
    assert.equal(
      annotations[`${annotation}/node-selector`],
      "node-restriction.kubernetes.io/collection=red,kubernetes.io/os=linux",
    );
    assert.deepEqual(JSON.parse(annotations[`${annotation}/defaultTolerations`] ?? ""), [
      ownToleration("red"),
    ]);
    assert.deepEqual(Object.keys(annotations), [
      `${annotation}/node-selector`,
      `${annotation}/defaultTolerations`,
      `${annotation}/tolerationsWhitelist`,
    ]);
  });
});
