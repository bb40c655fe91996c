import assert from "node:assert/strict";
import { showCidrs } from "../../../../components/proof/space/index.ts";
import { Asked, manifest, namespace, packet, pod, policy } from "./cluster.ts";

const template = (labels: object, spec: object = {}) => ({
  metadata: { labels },
  spec: { containers: [], ...spec },
});
const workload = (kind: string, id: string, spec: object): string => {
  const [own, name] = id.split("/");
  const group = kind === "CronJob" || kind === "Job" ? "batch/v1" : "apps/v1";
  return JSON.stringify({ apiVersion: group, kind, metadata: { namespace: own, name }, spec });
};
const endpointsOf = (...texts: readonly string[]) =>
  new Asked(manifest(...texts)).network.endpoints.map(({ id }) => id);

describe("the pods of manifests", () => {
  for (const kind of ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"])
    it(`are those of a ${kind}, as one, since they are alike`, () => {
      const cluster = new Asked(
        manifest(
          workload(kind, "shop/web", { template: template({ app: "web" }) }),
          pod("shop/client"),
          policy("shop/deny", { podSelector: { matchLabels: { app: "web" } } }),
        ),
      );
      assert.deepEqual(
        cluster.network.endpoints.map(({ id }) => id),
        ["shop/web", "shop/client"],
      );
      assert.equal(cluster.answer("shop/client", "shop/web", packet("TCP", 80)), "no");
      // Between two of them the policy stands as well.
      assert.equal(cluster.answer("shop/web", "shop/web", packet("TCP", 80)), "no");
      assert.equal(cluster.answer("shop/web", "shop/client", packet("TCP", 80)), "yes");
    });

  it("are those of a CronJob's jobs, and of kinds that others define in the same way", () => {
    const jobs = workload("CronJob", "shop/nightly", { jobTemplate: { spec: { template: template({}) } } });
    const rollout = JSON.stringify({
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Rollout",
      metadata: { namespace: "shop", name: "web" },
      spec: { template: template({}) },
    });
    assert.deepEqual(endpointsOf(jobs, rollout), ["shop/nightly", "shop/web"]);
  });

  it("stand in the namespace default where they name none", () => {
    assert.deepEqual(endpointsOf("apiVersion: v1\nkind: Pod\nmetadata: { name: p }"), ["default/p"]);
  });

  it("go by their kind, too, where two have the same name", () => {
    assert.deepEqual(endpointsOf(workload("Deployment", "a/web", { template: template({}) }), pod("a/web")), [
      "a/web (Deployment)",
      "a/web (Pod)",
    ]);
  });

  it("are none where they have ended, and are one workload's where another of its makes them", () => {
    const owned = JSON.stringify({
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: {
        namespace: "a",
        name: "web-5d4f",
        ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name: "web", controller: true }],
      },
      spec: { template: template({}) },
    });
    const deployment = workload("Deployment", "a/web", { template: template({}) });
    assert.deepEqual(endpointsOf(deployment, owned, pod("a/done", {}, {}, { phase: "Succeeded" })), [
      "a/web",
    ]);
    assert.deepEqual(endpointsOf(owned), ["a/web-5d4f"]);
  });

  it("may have labels that their controller adds", () => {
    const cluster = (key: string) =>
      new Asked(
        manifest(
          workload("StatefulSet", "a/db", { template: template({}) }),
          pod("b/p"),
          policy("a/deny", { podSelector: { matchLabels: { [key]: "db-0" } } }),
        ),
      ).answer("b/p", "a/db", packet("TCP", 80));
    assert.equal(cluster("statefulset.kubernetes.io/pod-name"), "maybe");
    assert.equal(cluster("app"), "yes");
  });

  it("have the addresses of both families that they were given, which then are nobody's outside", () => {
    const { network } = new Asked(
      manifest(
        pod("a/p", {}, {}, { podIP: "10.0.0.1", podIPs: [{ ip: "10.0.0.1" }, { ip: "fd00::1" }] }),
        pod("a/q"),
      ),
    );
    assert.deepEqual(network.nics[0]?.addresses, [
      { family: 4, value: 0x0a000001 },
      { family: 6, value: (0xfd00n << 112n) | 1n },
    ]);
    assert.deepEqual(network.nics[1]?.addresses, []);
    const outside = showCidrs(network.outside);
    assert.ok(outside.includes("10.0.0.0/32") && !outside.includes("10.0.0.1/32"));
  });

  it("leave the addresses that pods can get to nobody outside", () => {
    const podCidr = { v4: [0x0a000000, 0x0b000000], v6: [] };
    const { outside, nics } = new Asked(manifest(pod("a/p")), { podCidr }).network;
    assert.deepEqual(outside.v4, [0, 0x0a000000, 0x0b000000, 2 ** 32]);
    assert.deepEqual(nics[0]?.within, podCidr);
  });
});

describe("what decides on pods' traffic besides network policies", () => {
  const foreign = (apiVersion: string, kind: string, own?: string) =>
    JSON.stringify({
      apiVersion,
      kind,
      metadata: { name: "x", ...(own === undefined ? {} : { namespace: own }) },
      spec: {},
    });
  const cluster = (...objects: readonly string[]) =>
    new Asked(
      manifest(
        pod("a/p"),
        pod("b/q"),
        pod("c/r"),
        policy("a/deny", {}),
        policy("b/open", { ingress: [{}] }),
        ...objects,
      ),
    );
  const texts = ({ network }: Asked) => network.assumptions.map(({ text }) => text).join("\n");
  const tcp = packet("TCP", 80);

  for (const [apiVersion, kind] of [
    ["policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy"],
    ["policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy"],
    ["cilium.io/v2", "CiliumClusterwideNetworkPolicy"],
    ["projectcalico.org/v3", "GlobalNetworkPolicy"],
    ["crd.antrea.io/v1beta1", "ClusterNetworkPolicy"],
    ["example.com/v1", "SpecialNetworkPolicy"],
  ] as const)
    it(`may open what policies close, as ${apiVersion} ${kind} does for the whole cluster, and closes perhaps`, () => {
      const open = cluster(foreign(apiVersion, kind));
      assert.equal(open.answer("b/q", "a/p", tcp), "maybe");
      assert.equal(open.answer("a/p", "b/q", tcp), "maybe");
      assert.match(texts(open), new RegExp(`${kind} "x" is not understood: it may open`));
    });

  for (const [apiVersion, kind] of [
    ["cilium.io/v2", "CiliumNetworkPolicy"],
    ["projectcalico.org/v3", "NetworkPolicy"],
    ["crd.antrea.io/v1beta1", "NetworkPolicy"],
  ] as const)
    it(`may do so in its namespace alone, as ${apiVersion} ${kind}`, () => {
      assert.equal(cluster(foreign(apiVersion, kind, "a")).answer("b/q", "a/p", tcp), "maybe");
      const elsewhere = cluster(foreign(apiVersion, kind, "b"));
      assert.equal(elsewhere.answer("b/q", "a/p", tcp), "no");
      assert.equal(elsewhere.answer("c/r", "b/q", tcp), "maybe");
    });

  for (const [apiVersion, kind] of [
    ["policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy"],
    ["security.istio.io/v1", "AuthorizationPolicy"],
  ] as const)
    it(`may only close, as ${apiVersion} ${kind}`, () => {
      const closed = cluster(foreign(apiVersion, kind, "b"));
      assert.equal(closed.answer("b/q", "a/p", tcp), "no");
      assert.equal(closed.answer("a/p", "b/q", tcp), "maybe");
      assert.match(texts(closed), /may close what is listed here, and opens nothing more/);
    });

  it("is nothing where it does not touch the network", () => {
    const same = cluster(
      foreign("apps/v1", "ControllerRevision", "a"),
      foreign("projectcalico.org/v3", "StagedNetworkPolicy", "a"),
    );
    assert.equal(same.answer("b/q", "a/p", tcp), "no");
    assert.equal(same.answer("a/p", "b/q", tcp), "yes");
    assert.doesNotMatch(texts(same), /not understood/);
  });
});

describe("what is taken for granted of a cluster", () => {
  const texts = (...objects: readonly string[]) =>
    new Asked(manifest(...objects)).network.assumptions.map(({ text }) => text);

  it("is that policies are enforced, and that nothing translates addresses that they compare", () => {
    assert.match(texts(pod("a/p"), policy("a/x", {})).join("\n"), /network plugin enforces network policies/);
    assert.doesNotMatch(texts(pod("a/p")).join("\n"), /enforces/);
    const block = policy("a/x", { ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.0/8" } }] }] });
    assert.match(texts(block).join("\n"), /nothing on the way translates them/);
  });

  it("is that a namespace which is not declared has no label but its name, where labels are asked for", () => {
    const asks = policy("a/x", {
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: "red" } } }] }],
    });
    assert.match(texts(namespace("a"), pod("b/p"), asks).join("\n"), /Namespace b is not declared/);
    assert.doesNotMatch(texts(namespace("a"), namespace("b"), pod("b/p"), asks).join("\n"), /not declared/);
  });

  it("is that nodes and pods on their network are what they are taken for", () => {
    const all = texts(pod("a/p", {}, { hostNetwork: true })).join("\n");
    assert.match(all, /nodes are not known/);
    assert.match(all, /Pod a\/p uses its node's network/);
  });
});
