import assert from "node:assert/strict";
import {
  networkPolicies,
  type NetworkPolicy,
} from "../../../../components/engine/kubernetes/networkPolicy.ts";
import { plan, type Plan } from "../../../../components/plan/index.ts";
import { environment, group } from "../../../support/config.ts";
import { planOf } from "../../../support/lab.ts";

/** The policies of a namespace, by name. */
function policiesOf(planned: Plan, name: string): ReadonlyMap<string, NetworkPolicy> {
  const namespace = planned.namespaces.find((candidate) => candidate.name === name);
  assert.ok(namespace !== undefined, name);
  const all = networkPolicies(planned, namespace);
  const byName = new Map(all.map((policy) => [policy.name, policy]));
  assert.equal(byName.size, all.length, "names are unique");
  return byName;
}

const base = ["default-deny", "dns", "inside"];
/** The names of those policies that flows bring. */
const opened = (planned: Plan, name: string): string[] =>
  [...policiesOf(planned, name).keys()].filter((policy) => !base.includes(policy));

/** Who, and on which ports, the rules of a policy let in or out. */
function rulesOf({
  spec,
}: NetworkPolicy): { readonly peers: readonly object[]; readonly ports: readonly object[] }[] {
  type Rules = readonly { readonly from?: object[]; readonly to?: object[]; readonly ports?: object[] }[];
  const rules = [...((spec.ingress ?? []) as Rules), ...((spec.egress ?? []) as Rules)];
  return rules.map(({ from, to, ports }) => ({ peers: from ?? to ?? [], ports: ports ?? [] }));
}

interface Written {
  readonly from: string;
  readonly to: string;
  readonly traffic?: readonly string[];
  readonly why?: string;
  readonly owner?: string;
}
const withFlows = (flows: readonly Written[], edits: Readonly<Record<string, unknown>> = {}): Plan =>
  plan(
    environment({
      flows: flows.map((flow) => ({ traffic: ["tcp/8443"], why: "orders", owner: "red@x", ...flow })),
      ...edits,
    }),
  );

// By names, which nobody can put on another namespace, as they could any label.
const podsOf = (...namespaces: readonly string[]) => [
  {
    namespaceSelector: {
      matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: namespaces }],
    },
  },
];
const tcp = (port: number) => [{ protocol: "TCP", port }];
const ingress = (from: readonly object[], ports: readonly object[]) => ({
  podSelector: {},
  policyTypes: ["Ingress"],
  ingress: [{ from, ports }],
});
const egress = (to: readonly object[], ports: readonly object[]) => ({
  podSelector: {},
  policyTypes: ["Egress"],
  egress: [{ to, ports }],
});

describe("a namespace's network policies", () => {
  it("let nothing reach its pods by default, nor be reached by them", async () => {
    for (const planned of [await planOf("dev"), await planOf("dev-tiers"), await planOf("staging")])
      for (const { name } of planned.namespaces) {
        const spec = policiesOf(planned, name).get("default-deny")?.spec;
        // Neither has a rule, and a policy without rules for a direction lets nothing pass in it.
        assert.deepEqual(spec, { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
      }
  });

  it("let pods look names up, of the cluster's own servers, and nothing else outside", async () => {
    const planned = await planOf("dev");
    const outgoing = [...policiesOf(planned, "test-claims").values()].filter(
      ({ name, spec }) => name !== "inside" && spec.egress !== undefined,
    );
    assert.deepEqual(
      outgoing.map(({ spec }) => spec),
      [
        egress(
          [
            {
              namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
              podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
            },
          ],
          [
            { protocol: "UDP", port: 53 },
            { protocol: "TCP", port: 53 },
          ],
        ),
      ],
    );
  });

  it("let its own pods talk freely, and no other namespace's, where its zone is open inside", async () => {
    const planned = await planOf("dev");
    const everyPodOfTheNamespace = [{ podSelector: {} }];
    assert.deepEqual(policiesOf(planned, "test-billing").get("inside")?.spec, {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: everyPodOfTheNamespace }],
      egress: [{ to: everyPodOfTheNamespace }],
    });
  });

  it("open nothing between its pods where its zone is closed inside", async () => {
    const planned = await planOf("staging");
    for (const { name } of planned.namespaces)
      for (const policy of policiesOf(planned, name).values())
        for (const peer of rulesOf(policy).flatMap(({ peers }) => peers))
          // Either alone leads elsewhere; without both, a peer is the namespace's own pods.
          assert.ok("namespaceSelector" in peer || "ipBlock" in peer, `${name}/${policy.name}`);
    assert.equal(policiesOf(planned, "claims").has("inside"), false);
  });

  it("open everything only where they say to whom and on what", async () => {
    for (const environmentName of ["dev", "dev-tiers", "test", "staging", "demo"]) {
      const planned = await planOf(environmentName);
      for (const { name } of planned.namespaces)
        for (const policy of policiesOf(planned, name).values())
          for (const { peers, ports } of rulesOf(policy)) {
            // An empty list, or none, stands for everybody or for every port.
            assert.ok(peers.length > 0, policy.name);
            assert.ok(ports.length > 0 || policy.name === "inside", policy.name);
          }
    }
  });

  it("say of each why it is there", async () => {
    const planned = await planOf("dev");
    for (const { why } of policiesOf(planned, "test-billing").values()) assert.match(why, /\S/);
  });
});

describe("a flow between zones", () => {
  it("opens both ends, on its port alone, and no other namespace's", async () => {
    const planned = await planOf("dev");
    const incoming = policiesOf(planned, "test-billing").get("from-test-portal-tcp-8443");
    assert.deepEqual(incoming?.spec, ingress(podsOf("test-portal"), tcp(8443)));
    assert.equal(
      incoming.why,
      "the portal shows invoices, which billing serves (portal@example.com)",
      "reviewers find why, and who answers for it",
    );
    const outgoing = policiesOf(planned, "test-portal").get("to-test-billing-tcp-8443");
    assert.deepEqual(outgoing?.spec, egress(podsOf("test-billing"), tcp(8443)));

    assert.deepEqual(opened(planned, "test-billing"), ["from-test-portal-tcp-8443"]);
    assert.deepEqual(opened(planned, "test-portal"), ["to-test-billing-tcp-8443"]);
    assert.deepEqual(opened(planned, "test-claims"), []);
    assert.deepEqual(opened(planned, "staging-billing"), ["from-staging-portal-tcp-8443"]);
    assert.deepEqual(opened(planned, "staging-claims"), []);
  });

  it("opens one direction only: whoever answers cannot call back", () => {
    const planned = withFlows([{ from: "red", to: "blue" }]);
    assert.deepEqual(opened(planned, "red"), ["to-blue-tcp-8443"]);
    assert.deepEqual(opened(planned, "blue"), ["from-red-tcp-8443"]);
  });

  it("opens each of its ports alone, and a range as a range", () => {
    const planned = withFlows([{ from: "red", to: "blue", traffic: ["tcp/443", "udp/8000-8010"] }]);
    const policies = policiesOf(planned, "blue");
    assert.deepEqual(opened(planned, "blue"), ["from-red-tcp-443", "from-red-udp-8000-8010"]);
    assert.deepEqual(policies.get("from-red-tcp-443")?.spec, ingress(podsOf("red"), tcp(443)));
    assert.deepEqual(
      policies.get("from-red-udp-8000-8010")?.spec,
      ingress(podsOf("red"), [{ protocol: "UDP", port: 8000, endPort: 8010 }]),
    );
  });

  it("of a protocol that policies do not know opens nothing: it is the firewall's alone", () => {
    const planned = withFlows([{ from: "red", to: "blue", traffic: ["icmp", "ip/4"] }]);
    assert.deepEqual([opened(planned, "red"), opened(planned, "blue")], [[], []]);
  });

  it("that several ask for is opened once, and says why for each", () => {
    const planned = withFlows([
      { from: "red", to: "blue", traffic: ["tcp/443"], why: "orders" },
      { from: "red", to: "blue/blue", traffic: ["tcp/443"], why: "stock" },
      { from: "red/red", to: "blue", traffic: ["tcp/443"], why: "prices", owner: "blue@x" },
    ]);
    const policies = policiesOf(planned, "blue");
    assert.deepEqual(opened(planned, "blue"), ["from-red-tcp-443", "from-red.red-tcp-443"]);
    assert.equal(policies.get("from-red-tcp-443")?.why, "orders (red@x); stock (red@x)");
    assert.equal(policies.get("from-red.red-tcp-443")?.why, "prices (blue@x)");
  });

  it("that several ask for says each why, also where one is a part of another, and each once", () => {
    const whyOf = (...whys: readonly string[]) => {
      const ends = [
        { from: "red", to: "blue" },
        { from: "red", to: "blue/blue" },
        { from: "red", to: "worker" },
      ];
      const flows = whys.map((why, at) => ({ ...(ends[at] ?? assert.fail()), why }));
      return policiesOf(withFlows(flows), "blue").get("from-red-tcp-8443")?.why;
    };
    assert.equal(whyOf("new orders", "orders"), "new orders (red@x); orders (red@x)");
    assert.equal(whyOf("orders", "new orders"), "orders (red@x); new orders (red@x)");
    assert.equal(whyOf("orders", "stock", "orders"), "orders (red@x); stock (red@x)");
  });
});

describe("a flow between collections", () => {
  const edits = {
    "zones.red.inside": "flows",
    "groups.green": group("green", { zone: "red", slot: 2 }),
  };

  it("opens their namespaces and none of a neighbour in the same zone", () => {
    const planned = withFlows([{ from: "red/red", to: "blue/blue" }], edits);
    assert.deepEqual(
      policiesOf(planned, "blue").get("from-red.red-tcp-8443")?.spec,
      ingress(podsOf("red"), tcp(8443)),
    );
    assert.deepEqual(
      policiesOf(planned, "red").get("to-blue.blue-tcp-8443")?.spec,
      egress(podsOf("blue"), tcp(8443)),
    );
    assert.deepEqual(opened(planned, "green"), []);
  });

  it("of one zone that is closed inside opens the two and nothing inside either", () => {
    const planned = withFlows([{ from: "red/red", to: "red/green" }], edits);
    assert.deepEqual(
      [...policiesOf(planned, "red").keys()],
      ["default-deny", "dns", "to-red.green-tcp-8443"],
    );
    assert.deepEqual(
      [...policiesOf(planned, "green").keys()],
      ["default-deny", "dns", "from-red.red-tcp-8443"],
    );
  });

  it("and the whole zone that it stands in meets every namespace there", () => {
    const planned = withFlows([{ from: "blue", to: "red" }], edits);
    for (const name of ["red", "green"])
      assert.deepEqual(
        policiesOf(planned, name).get("from-blue-tcp-8443")?.spec,
        ingress(podsOf("blue"), tcp(8443)),
      );
  });
});

describe("a flow from or to outside", () => {
  const block = (cidr: string) => [{ ipBlock: { cidr } }];

  it("opens a namespace to that block and no other", () => {
    const planned = withFlows([{ from: "203.0.113.0/24", to: "red" }]);
    assert.deepEqual(
      policiesOf(planned, "red").get("from-203.0.113.0-24-tcp-8443")?.spec,
      ingress(block("203.0.113.0/24"), tcp(8443)),
    );
    assert.deepEqual(opened(planned, "red"), ["from-203.0.113.0-24-tcp-8443"]);
    assert.deepEqual(opened(planned, "blue"), []);
  });

  it("lets a namespace reach that block and no other", () => {
    const planned = withFlows([{ from: "red/red", to: "203.0.113.7/32", traffic: ["tcp/5432"] }]);
    assert.deepEqual(
      policiesOf(planned, "red").get("to-203.0.113.7-32-tcp-5432")?.spec,
      egress(block("203.0.113.7/32"), tcp(5432)),
    );
    assert.deepEqual(opened(planned, "blue"), []);
  });
});

describe("a flow of a role", () => {
  it("is one of machines and opens nothing for pods", async () => {
    const planned = await planOf("dev");
    const ofRoles = planned.flows.filter(({ owner }) => owner === undefined);
    assert.ok(ofRoles.some(({ to }) => to.kind === "role" && to.role === "worker"));
    assert.ok(ofRoles.some(({ to }) => to.kind === "outside"));
    const without = { ...planned, flows: planned.flows.filter(({ owner }) => owner !== undefined) };
    for (const namespace of planned.namespaces)
      assert.deepEqual(networkPolicies(planned, namespace), networkPolicies(without, namespace));
  });

  it("that the stack file adds opens every namespace, since its pods are on workers", () => {
    const planned = withFlows([{ from: "203.0.113.0/24", to: "worker" }]);
    for (const name of ["red", "blue"])
      assert.deepEqual(opened(planned, name), ["from-203.0.113.0-24-tcp-8443"]);
  });

  it("to managers that the stack file adds opens their addresses alone", () => {
    const planned = withFlows([{ from: "red", to: "manager" }]);
    const managers = planned.hosts.filter(({ role }) => role === "manager");
    assert.equal(managers.length, 3);
    assert.deepEqual(
      policiesOf(planned, "red").get("to-manager-tcp-8443")?.spec,
      egress(
        managers.map(({ address }) => ({ ipBlock: { cidr: `${address}/32` } })),
        tcp(8443),
      ),
    );
    assert.deepEqual(opened(planned, "blue"), []);
  });

  for (const [title, from, to] of [
    ["from registries", "registry", "red"],
    ["to registries", "red", "registry"],
  ] as const)
    it(`${title} of which there are none opens nothing, least of all for everybody`, () => {
      for (const [count, policies] of [
        [0, 0],
        [1, 1],
      ] as const) {
        const planned = withFlows([{ from, to }], { "management.registry.count": count });
        assert.equal(opened(planned, "red").length, policies, `${count} registries`);
      }
    });

  it("from workers that the stack file adds lets in pods of linked namespaces, never those of others", () => {
    const planned = withFlows([{ from: "worker", to: "red" }]);
    assert.deepEqual(
      policiesOf(planned, "red").get("from-worker-tcp-8443")?.spec,
      ingress(podsOf("blue", "red"), tcp(8443)),
    );
  });
});

describe("a flow from or to the zone management, which has no pods", () => {
  const one = { "management.registry.count": 1 };
  const machines = ({ hosts }: Plan) => {
    const found = hosts.filter(({ zone }) => zone === "management");
    assert.deepEqual(
      found.map(({ role }) => role),
      ["manager", "manager", "manager", "registry"],
    );
    return found.map(({ address }) => ({ ipBlock: { cidr: `${address}/32` } }));
  };

  it("opens a namespace to its machines' addresses alone, managers and registries", () => {
    const planned = withFlows([{ from: "management", to: "red" }], one);
    assert.deepEqual(
      policiesOf(planned, "red").get("from-management-tcp-8443")?.spec,
      ingress(machines(planned), tcp(8443)),
    );
    assert.deepEqual(opened(planned, "blue"), []);
  });

  it("lets a namespace reach its machines' addresses alone", () => {
    const planned = withFlows([{ from: "red", to: "management" }], one);
    assert.deepEqual(
      policiesOf(planned, "red").get("to-management-tcp-8443")?.spec,
      egress(machines(planned), tcp(8443)),
    );
    assert.deepEqual(opened(planned, "blue"), []);
  });
});

describe("network policies", () => {
  it("are named after what they open, so that another flow renames none", () => {
    const one = withFlows([{ from: "red", to: "blue" }]);
    const two = withFlows([
      { from: "red", to: "203.0.113.0/24" },
      { from: "203.0.113.0/24", to: "blue" },
      { from: "red", to: "blue" },
    ]);
    for (const name of ["red", "blue"])
      for (const [policy, was] of policiesOf(one, name))
        assert.deepEqual(policiesOf(two, name).get(policy), was);
  });

  it("have names that Kubernetes takes", () => {
    const planned = withFlows([
      { from: "red/red", to: "blue/blue", traffic: ["udp/8000-8010"] },
      { from: "worker", to: "203.0.113.0/24" },
    ]);
    for (const name of ["red", "blue"])
      for (const policy of policiesOf(planned, name).keys())
        // https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names
        assert.match(policy, /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/);
  });
});
