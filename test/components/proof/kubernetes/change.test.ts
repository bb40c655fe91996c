import assert from "node:assert/strict";
import { intervals, showCidrs, showPackets } from "../../../../components/proof/space/index.ts";
import { policed } from "../../../../components/proof/kubernetes/index.ts";
import { Asked, manifest, namespace, pod, policy } from "./cluster.ts";

// A change of any part of a policy is one of who reaches whom, wherever somebody is there to whom it matters.

const objects = [
  namespace("a", { team: "red" }),
  namespace("b", { team: "blue" }),
  namespace("c", { team: "blue", tier: "test" }),
  namespace("d", { team: "green" }),
  ...["a", "b", "c", "d"].flatMap((own, index) => [
    pod(`${own}/web`, { app: "web" }, {}, { podIP: `10.0.${index}.1`, podIPs: [{ ip: `fd00::${index}:1` }] }),
    pod(
      `${own}/db`,
      { app: "db", old: "yes" },
      { containers: [{ ports: [{ name: "sql", containerPort: 5432 }] }] },
      { podIP: `10.0.${index}.2` },
    ),
    pod(`${own}/job`, {}, {}, { podIP: `10.0.${index}.3` }),
  ]),
];

interface Rules {
  readonly podSelector: object;
  readonly policyTypes: readonly string[];
  readonly ingress: readonly object[];
  readonly egress: readonly object[];
}

const blueWeb = {
  namespaceSelector: { matchLabels: { team: "blue" } },
  podSelector: { matchLabels: { app: "web" } },
};
const block = { ipBlock: { cidr: "10.0.0.0/16", except: ["10.0.1.0/24"] } };
const web = { from: [blueWeb], ports: [{ port: 80 }] };
const dns = { from: [block], ports: [{ protocol: "UDP", port: 53 }, { port: "sql" }] };
const own = { to: [{ podSelector: {} }], ports: [{ port: 8000, endPort: 8010 }] };
const six = { to: [{ ipBlock: { cidr: "fd00::/64" } }], ports: [{ protocol: "SCTP" }] };
const written: Rules = {
  podSelector: { matchExpressions: [{ key: "app", operator: "In", values: ["web", "db"] }] },
  policyTypes: ["Ingress", "Egress"],
  ingress: [web, dns],
  egress: [own, six],
};

/** Who reaches whom, on what of that which policies speak of. */
function statement(spec: object): readonly string[] {
  const { reach } = new Asked(manifest(...objects, policy("a/p", spec)));
  const names = reach.classes.map(({ spots, outside }) =>
    outside === undefined ? spots.map(({ nic }) => nic.id) : [showCidrs(outside).join(" ")],
  );
  const lines = [...reach.pairs("maybe")].flatMap(([from, to, packets]) => {
    const shown = showPackets(intervals.intersect(packets, policed));
    return (names[from.index] ?? []).flatMap((one) =>
      (names[to.index] ?? []).map((other) => `${one} -> ${other}: ${shown}`),
    );
  });
  return [...new Set(lines)].sort();
}

const changes: Readonly<Record<string, Partial<Rules>>> = {
  "a pod selector for all": { podSelector: {} },
  "a pod selector for fewer": { podSelector: { matchLabels: { app: "web" } } },
  "an expression turned round": {
    podSelector: { matchExpressions: [{ key: "app", operator: "NotIn", values: ["web", "db"] }] },
  },
  "no ingress": { policyTypes: ["Egress"] },
  "no egress": { policyTypes: ["Ingress"] },
  "an ingress rule less": { ingress: [web] },
  "the other ingress rule less": { ingress: [dns] },
  "an egress rule less": { egress: [own] },
  "the other egress rule less": { egress: [six] },
  "a rule for everybody": { ingress: [{ ports: [{ port: 80 }] }, dns] },
  "a peer's namespaces widened": {
    ingress: [{ ...web, from: [{ ...blueWeb, namespaceSelector: {} }] }, dns],
  },
  "a peer's namespaces narrowed": {
    ingress: [
      { ...web, from: [{ ...blueWeb, namespaceSelector: { matchLabels: { team: "blue", tier: "test" } } }] },
      dns,
    ],
  },
  "a peer's own namespace alone": {
    ingress: [{ ...web, from: [{ podSelector: blueWeb.podSelector }] }, dns],
  },
  "a peer's pods widened": {
    ingress: [{ ...web, from: [{ namespaceSelector: blueWeb.namespaceSelector }] }, dns],
  },
  "a peer cut in two": {
    ingress: [
      {
        ...web,
        from: [{ namespaceSelector: blueWeb.namespaceSelector }, { podSelector: blueWeb.podSelector }],
      },
      dns,
    ],
  },
  "a block widened": {
    ingress: [web, { ...dns, from: [{ ipBlock: { ...block.ipBlock, cidr: "10.0.0.0/8" } }] }],
  },
  "a block narrowed by a bit": {
    ingress: [web, { ...dns, from: [{ ipBlock: { cidr: "10.0.0.0/17", except: block.ipBlock.except } }] }],
  },
  "an exception less": { ingress: [web, { ...dns, from: [{ ipBlock: { cidr: block.ipBlock.cidr } }] }] },
  "all ports": { ingress: [{ from: [blueWeb] }, dns] },
  "another port": { ingress: [{ from: [blueWeb], ports: [{ port: 81 }] }, dns] },
  "another protocol": { ingress: [{ from: [blueWeb], ports: [{ port: 80, protocol: "SCTP" }] }, dns] },
  "a named port less": { ingress: [web, { from: [block], ports: [{ protocol: "UDP", port: 53 }] }] },
  "a named port that nobody has": {
    ingress: [web, { from: [block], ports: [{ protocol: "UDP", port: 53 }, { port: "http" }] }],
  },
  "a range longer by one": { egress: [{ ...own, ports: [{ port: 8000, endPort: 8011 }] }, six] },
  "a range of one": { egress: [{ ...own, ports: [{ port: 8000 }] }, six] },
  "a block of the other family": { egress: [own, { ...six, to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }] },
  "a block of one address less": {
    egress: [own, { ...six, to: [{ ipBlock: { cidr: "fd00::/64", except: ["fd00::1:1/128"] } }] }],
  },
};

describe("a change of a network policy changes who reaches whom", () => {
  for (const [what, change] of Object.entries(changes))
    it(`as ${what} does`, () => {
      assert.notDeepEqual(statement({ ...written, ...change }), statement(written));
    });

  it("but not that of the order of its parts", () => {
    const turned = {
      ...written,
      policyTypes: ["Egress", "Ingress"],
      ingress: [dns, { ...web, from: [blueWeb, blueWeb] }],
      egress: [six, own],
    };
    assert.deepEqual(statement(turned), statement(written));
  });
});
