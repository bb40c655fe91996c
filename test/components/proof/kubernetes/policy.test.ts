import assert from "node:assert/strict";
import { Unknown } from "../../../../components/proof/resource/index.ts";
import { Asked, manifest, namespace, packet, pod, policy, sourced } from "./cluster.ts";

const base = [
  namespace("shop", { team: "red" }),
  namespace("bank", { team: "blue" }),
  pod("shop/web", { app: "web" }, {}, { podIP: "10.0.0.1" }),
  pod(
    "shop/db",
    { app: "db" },
    { containers: [{ ports: [{ name: "sql", containerPort: 5432 }] }] },
    { podIP: "10.0.0.2" },
  ),
  pod("bank/web", { app: "web" }, {}, { podIP: "10.0.1.1" }),
  pod("bank/job", {}, {}, { podIP: "10.0.1.2" }),
];
const everyone = ["shop/web", "shop/db", "bank/web", "bank/job", "192.0.2.7"];
const asked = (...policies: readonly string[]) => new Asked(manifest(...base, ...policies));
const tcp = (port: number) => packet("TCP", port);

/** Who of all others can open a connection. */
const reaching = (cluster: Asked, to: string, number = tcp(80)): string[] =>
  everyone.filter((from) => from !== to && cluster.answer(from, to, number) === "yes");
const reachedBy = (cluster: Asked, from: string, number = tcp(80)): string[] =>
  everyone.filter((to) => from !== to && cluster.answer(from, to, number) === "yes");
const others = (id: string) => everyone.filter((one) => one !== id);

const into = (from: readonly object[] | undefined, ports?: readonly object[], more: object = {}): string =>
  policy("shop/in", {
    podSelector: { matchLabels: { app: "db" } },
    policyTypes: ["Ingress"],
    ingress: [{ ...(from === undefined ? {} : { from }), ...(ports === undefined ? {} : { ports }) }],
    ...more,
  });

describe("a network policy", () => {
  it("isolates nobody while there is none", () => {
    const cluster = asked();
    for (const id of everyone.slice(0, 4)) assert.deepEqual(reaching(cluster, id), others(id));
    assert.equal(cluster.answer("shop/web", "bank/web", packet("ICMP")), "yes");
  });

  it("without rules lets nothing in, or out, of TCP, UDP and SCTP, and of the rest nobody knows", () => {
    const cluster = asked(policy("shop/deny", { podSelector: {}, policyTypes: ["Ingress", "Egress"] }));
    for (const protocol of ["TCP", "UDP", "SCTP"]) {
      assert.deepEqual(reaching(cluster, "shop/db", packet(protocol, 80)), []);
      assert.deepEqual(reachedBy(cluster, "shop/db", packet(protocol, 80)), []);
      assert.equal(cluster.answer("bank/web", "shop/db", packet(protocol, 80)), "no");
    }
    assert.equal(cluster.answer("bank/web", "shop/db", packet("ICMP", 8)), "maybe");
    assert.equal(cluster.answer("bank/web", "bank/job", tcp(80)), "yes");
  });

  it("is about ingress alone unless it says otherwise, and about egress where it has rules for it", () => {
    const silent = asked(policy("shop/p", { podSelector: {} }));
    assert.deepEqual(reaching(silent, "shop/db"), []);
    assert.deepEqual(
      reachedBy(silent, "shop/db"),
      others("shop/db").filter((id) => !id.startsWith("shop/")),
    );
    const withRule = asked(policy("shop/p", { podSelector: {}, egress: [{ to: [{ podSelector: {} }] }] }));
    assert.equal(withRule.answer("shop/web", "bank/web", tcp(80)), "no");
    const ignored = asked(policy("shop/p", { podSelector: {}, policyTypes: ["Egress"], ingress: [] }));
    assert.deepEqual(reaching(ignored, "shop/db"), ["bank/web", "bank/job", "192.0.2.7"]);
    assert.deepEqual(reachedBy(ignored, "shop/db"), []);
  });

  it("without a pod selector, or with an empty one, selects all pods of its namespace and no other's", () => {
    for (const spec of [{}, { podSelector: {} }, { podSelector: null }]) {
      const cluster = asked(policy("shop/p", spec));
      assert.deepEqual(reaching(cluster, "shop/web"), []);
      assert.deepEqual(reaching(cluster, "bank/web"), others("bank/web"));
    }
  });

  it("adds to others: what any of them allows passes, and both ends must allow it", () => {
    const deny = policy("shop/deny", { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    const allow = into([{ podSelector: { matchLabels: { app: "web" } } }], [{ port: 80 }]);
    const toDb = policy("shop/out", {
      podSelector: { matchLabels: { app: "web" } },
      policyTypes: ["Egress"],
      egress: [
        { to: [{ podSelector: { matchLabels: { app: "db" } } }], ports: [{ port: 80 }, { port: 81 }] },
      ],
    });
    assert.equal(asked(deny, allow).answer("shop/web", "shop/db", tcp(80)), "no");
    assert.equal(asked(deny, toDb).answer("shop/web", "shop/db", tcp(80)), "no");
    const together = asked(deny, allow, toDb);
    assert.equal(together.answer("shop/web", "shop/db", tcp(80)), "yes");
    assert.equal(together.answer("shop/web", "shop/db", tcp(81)), "no");
    assert.equal(together.answer("shop/db", "shop/web", tcp(80)), "no");
  });

  it("lets everybody in, also from outside, by a rule without peers", () => {
    for (const from of [undefined, []])
      assert.deepEqual(reaching(asked(into(from)), "shop/db"), others("shop/db"));
  });

  it("means by a pod selector alone its own namespace, by a namespace selector alone all pods there", () => {
    assert.deepEqual(reaching(asked(into([{ podSelector: {} }])), "shop/db"), ["shop/web"]);
    const blue = { namespaceSelector: { matchLabels: { team: "blue" } } };
    assert.deepEqual(reaching(asked(into([blue])), "shop/db"), ["bank/web", "bank/job"]);
    assert.deepEqual(reaching(asked(into([{ namespaceSelector: {} }])), "shop/db"), [
      "shop/web",
      "bank/web",
      "bank/job",
    ]);
  });

  it("means by both selectors in one peer those who meet both, and by two peers those who meet either", () => {
    const blue = { namespaceSelector: { matchLabels: { team: "blue" } } };
    const web = { podSelector: { matchLabels: { app: "web" } } };
    assert.deepEqual(reaching(asked(into([{ ...blue, ...web }])), "shop/db"), ["bank/web"]);
    assert.deepEqual(reaching(asked(into([blue, web])), "shop/db"), ["shop/web", "bank/web", "bank/job"]);
  });

  it("finds every namespace by its name, also one that is not declared", () => {
    const named = (name: string) =>
      into([{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } }]);
    assert.deepEqual(reaching(asked(named("bank")), "shop/db"), ["bank/web", "bank/job"]);
    const undeclared = new Asked(
      manifest(
        pod("a/p"),
        pod("b/p"),
        policy("a/in", {
          ingress: [
            { from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "b" } } }] },
          ],
        }),
      ),
    );
    assert.equal(undeclared.answer("b/p", "a/p", tcp(1)), "yes");
  });

  for (const [operator, values, expected] of [
    ["In", ["web"], ["shop/web", "bank/web"]],
    ["NotIn", ["web"], ["bank/job"]],
    ["Exists", undefined, ["shop/web", "bank/web"]],
    ["DoesNotExist", undefined, ["bank/job"]],
  ] as const)
    it(`selects labels by ${operator}`, () => {
      const matchExpressions = [{ key: "app", operator, ...(values === undefined ? {} : { values }) }];
      const cluster = asked(into([{ namespaceSelector: {}, podSelector: { matchExpressions } }]));
      assert.deepEqual(reaching(cluster, "shop/db"), expected);
    });

  it("lets in by address pods, too, but for what is excepted, which another rule may let in again", () => {
    const block = { ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.1.0/24"] } };
    assert.deepEqual(reaching(asked(into([block])), "shop/db"), ["shop/web", "192.0.2.7"]);
    const again = policy("shop/again", {
      podSelector: {},
      ingress: [{ from: [{ ipBlock: { cidr: "10.0.1.2/32" } }] }],
    });
    assert.deepEqual(reaching(asked(into([block]), again), "shop/db"), ["shop/web", "bank/job", "192.0.2.7"]);
  });

  it("lets in on the ports that it names: TCP unless it says otherwise, one, a range, or all of a protocol", () => {
    const allows = (port: object, number: number) =>
      asked(into(undefined, [port])).answer("bank/web", "shop/db", number);
    assert.equal(allows({ port: 80 }, tcp(80)), "yes");
    assert.equal(allows({ port: 80 }, packet("UDP", 80)), "no");
    assert.equal(allows({ port: 80 }, tcp(81)), "no");
    assert.equal(allows({ protocol: "SCTP", port: 80 }, packet("SCTP", 80)), "yes");
    assert.equal(allows({ protocol: "UDP" }, packet("UDP", 5)), "yes");
    assert.equal(allows({ protocol: "UDP" }, tcp(5)), "no");
    for (const [port, expected] of [
      [79, "no"],
      [80, "yes"],
      [85, "yes"],
      [90, "yes"],
      [91, "no"],
    ] as const)
      assert.equal(allows({ port: 80, endPort: 90 }, tcp(port)), expected, String(port));
  });

  it("lets everything in by a rule without ports, of which only TCP, UDP and SCTP are sure", () => {
    for (const ports of [undefined, []]) {
      const cluster = asked(into(undefined, ports));
      assert.equal(cluster.answer("bank/web", "shop/db", packet("UDP", 9)), "yes");
      assert.equal(cluster.answer("bank/web", "shop/db", packet("ICMP", 8)), "maybe");
    }
  });

  it("means by a port's name what the destination calls so, and nothing where it calls nothing so", () => {
    const incoming = asked(into(undefined, [{ port: "sql" }]));
    assert.equal(incoming.answer("bank/web", "shop/db", tcp(5432)), "yes");
    assert.equal(incoming.answer("bank/web", "shop/db", tcp(5433)), "no");
    assert.equal(
      asked(into(undefined, [{ port: "sql", protocol: "UDP" }])).answer(
        "bank/web",
        "shop/db",
        packet("UDP", 5432),
      ),
      "no",
    );
    const outgoing = asked(
      policy("bank/out", { policyTypes: ["Egress"], egress: [{ ports: [{ port: "sql" }] }] }),
    );
    assert.deepEqual(reachedBy(outgoing, "bank/web", tcp(5432)), ["shop/db"]);
    const byBlock = (cidr: string) =>
      asked(
        policy("bank/out", {
          policyTypes: ["Egress"],
          egress: [{ to: [{ ipBlock: { cidr } }], ports: [{ port: "sql" }] }],
        }),
      );
    assert.deepEqual(reachedBy(byBlock("10.0.0.0/24"), "bank/web", tcp(5432)), ["shop/db"]);
    assert.deepEqual(reachedBy(byBlock("10.0.1.0/24"), "bank/web", tcp(5432)), []);
  });

  it("finds the port of a sidecar by its name, and not that of an init container that ends", () => {
    const container = (restartPolicy: object) => ({
      containers: [{}],
      initContainers: [{ ...restartPolicy, ports: [{ name: "mesh", containerPort: 15001 }] }],
    });
    const answer = (restartPolicy: object) =>
      new Asked(
        manifest(
          pod("a/p", {}, container(restartPolicy)),
          pod("b/q"),
          policy("a/in", { ingress: [{ ports: [{ port: "mesh" }] }] }),
        ),
      ).answer("b/q", "a/p", tcp(15001));
    assert.equal(answer({ restartPolicy: "Always" }), "yes");
    assert.equal(answer({}), "no");
  });

  it("gives pods that the same policies select one firewall", () => {
    const pods = Array.from({ length: 500 }, (_, index) => pod(`a/p${index}`, { app: `app-${index % 5}` }));
    const { network } = new Asked(
      manifest(...pods, policy("a/deny", {}), policy("a/open", { ingress: [{}] })),
    );
    assert.equal(network.checkpoints.length, 1);
  });
});

describe("a pod on its node's network", () => {
  const nodes = [
    { name: "n1", addresses: [{ family: 4, value: 0x0a090001 }] },
    { name: "n2", addresses: [{ family: 4, value: 0x0a090002 }] },
  ] as const;
  const cluster = (...policies: readonly string[]) =>
    new Asked(
      manifest(
        pod("sys/agent", { app: "web" }, { hostNetwork: true, nodeName: "n1" }),
        pod("shop/here", {}, { nodeName: "n1" }, { podIP: "10.0.0.1" }),
        pod("shop/there", {}, { nodeName: "n2" }, { podIP: "10.0.0.2" }),
        pod("shop/somewhere", {}, {}, { podIP: "10.0.0.3" }),
        ...policies,
      ),
      { nodes },
    );
  const deny = policy("shop/deny", { policyTypes: ["Ingress", "Egress"] });

  it("has the node's address", () => {
    assert.deepEqual(
      cluster().network.nics.find(({ id }) => id === "sys/agent")?.addresses,
      nodes[0].addresses,
    );
  });

  it("is isolated by no policy", () => {
    const closed = cluster(policy("sys/deny", { policyTypes: ["Ingress", "Egress"] }));
    assert.equal(closed.answer("shop/there", "sys/agent", tcp(80)), "yes");
  });

  it("is let in by its node's address and by no selector", () => {
    const from = (peer: object) =>
      cluster(policy("shop/in", { ingress: [{ from: [peer] }] })).answer("sys/agent", "shop/there", tcp(80));
    assert.equal(from({ namespaceSelector: {} }), "no");
    assert.equal(from({ namespaceSelector: {}, podSelector: { matchLabels: { app: "web" } } }), "no");
    assert.equal(from({ ipBlock: { cidr: "10.9.0.1/32" } }), "yes");
    assert.equal(from({ ipBlock: { cidr: "10.9.0.2/32" } }), "no");
  });

  it("and the node itself reach the node's own pods whatever policies say, for certain where it is known which those are", () => {
    const closed = cluster(deny);
    for (const host of ["sys/agent", "node:n1"]) {
      assert.equal(closed.answer(host, "shop/here", tcp(22)), "yes");
      assert.equal(closed.answer("shop/here", host, tcp(22)), "yes");
      assert.equal(closed.answer(host, "shop/there", tcp(22)), "no");
      assert.equal(closed.answer(host, "shop/somewhere", tcp(22)), "maybe");
    }
    assert.equal(closed.answer("node:n2", "shop/there", tcp(22)), "yes");
  });
});

describe("what is not known of a cluster's objects", () => {
  const unknown = new Unknown("it comes late");
  const pods = manifest(...base);
  const np = (metadata: object, spec: unknown) =>
    sourced({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "p", ...metadata },
      spec,
    });
  const answer = (...more: object[]) =>
    new Asked([...pods, ...(more as ReturnType<typeof np>[])]).answer("bank/web", "shop/db", tcp(80));

  it("isolates nobody for certain, and lets nobody through for certain", () => {
    assert.equal(answer(np({ namespace: "shop" }, {})), "no");
    assert.equal(answer(np({ namespace: unknown }, {})), "maybe");
    assert.equal(answer(np({ namespace: "shop" }, { podSelector: unknown })), "maybe");
    assert.equal(
      answer(np({ namespace: "shop" }, { podSelector: { matchLabels: { app: unknown } } })),
      "maybe",
    );
    assert.equal(
      answer(np({ namespace: "shop" }, { podSelector: { matchLabels: { tier: unknown } } })),
      "yes",
    );
    assert.equal(answer(np({ namespace: "shop" }, { policyTypes: [unknown] })), "maybe");
    assert.equal(answer(np({ namespace: "shop" }, unknown)), "maybe");
  });

  it("may let anybody in, and is no rule to rely on", () => {
    const rule = (ingress: unknown) => answer(np({ namespace: "shop" }, { ingress }));
    assert.equal(rule(unknown), "maybe");
    assert.equal(rule([unknown]), "maybe");
    assert.equal(rule([{ from: unknown }]), "maybe");
    assert.equal(rule([{ from: [unknown] }]), "maybe");
    assert.equal(rule([{ from: [{ ipBlock: { cidr: unknown } }] }]), "maybe");
    assert.equal(rule([{ from: [{ ipBlock: { cidr: "10.0.0.0/8", except: [unknown] } }] }]), "maybe");
    assert.equal(rule([{ from: [{ ipBlock: { cidr: "10.0.0.0/24", except: [unknown] } }] }]), "no");
    assert.equal(rule([{ from: [{ namespaceSelector: unknown }] }]), "maybe");
    assert.equal(rule([{ from: [{ podSelector: unknown }] }]), "no");
    assert.equal(rule([{ ports: unknown }]), "maybe");
    assert.equal(rule([{ ports: [{ port: unknown }] }]), "maybe");
    assert.equal(rule([{ ports: [{ port: unknown, protocol: "UDP" }] }]), "no");
    assert.equal(rule([{ ports: [{ port: 80, protocol: unknown }] }]), "maybe");
    assert.equal(rule([{ ports: [{ port: 79, endPort: unknown }] }]), "maybe");
    assert.equal(rule([{ ports: [{ port: 80, endPort: unknown }] }]), "yes");
    assert.equal(rule([{ ports: [{ port: 81, endPort: unknown }] }]), "no");
  });

  it("leaves a pod whose labels are not known neither surely isolated nor surely let through", () => {
    const vague = sourced({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "vague", namespace: "shop", labels: unknown },
      spec: {},
    });
    const select = { podSelector: { matchLabels: { app: "db" } } };
    const to = (spec: object) =>
      new Asked([...pods, vague, np({ namespace: "shop" }, spec)]).answer("bank/web", "shop/vague", tcp(80));
    assert.equal(to(select), "maybe");
    assert.equal(to({}), "no");
    const from = (labels: object) =>
      new Asked([
        ...pods,
        vague,
        np(
          { namespace: "shop" },
          { ...select, ingress: [{ from: [{ podSelector: { matchLabels: labels } }] }] },
        ),
      ]).answer("shop/vague", "shop/db", tcp(80));
    assert.equal(from({ app: "web" }), "maybe");
    assert.equal(from({}), "yes");
  });

  it("takes a pod that may be on its node's network for both", () => {
    const vague = sourced({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "vague", namespace: "shop" },
      spec: { hostNetwork: unknown },
    });
    const cluster = new Asked([...pods, vague, np({ namespace: "shop" }, {})]);
    assert.equal(cluster.answer("bank/web", "shop/vague", tcp(80)), "maybe");
  });

  it("compares a pod that has no address yet with blocks by those that it can get", () => {
    const cluster = (cidr: string) =>
      new Asked(
        manifest(pod("a/p"), pod("b/q"), policy("a/in", { ingress: [{ from: [{ ipBlock: { cidr } }] }] })),
        {
          podCidr: { v4: [0x0a000000, 0x0b000000], v6: [] },
        },
      ).answer("b/q", "a/p", tcp(80));
    assert.equal(cluster("10.0.0.0/8"), "yes");
    assert.equal(cluster("10.1.0.0/16"), "maybe");
    assert.equal(cluster("192.168.0.0/16"), "no");
  });
});

describe("any pod of a namespace", () => {
  const deny = (name: string, podSelector: object = {}) =>
    policy(`${name}/deny`, { podSelector, policyTypes: ["Ingress", "Egress"] });
  const cluster = (...policies: readonly string[]) =>
    new Asked(manifest(namespace("red", { zone: "r" }), namespace("blue", { zone: "b" }), ...policies), {
      symbolic: ["red", "blue"],
    });

  it("is isolated by policies for all pods, and only perhaps by those for some", () => {
    assert.equal(cluster().answer("red/*", "blue/*", tcp(80)), "yes");
    assert.equal(cluster(deny("blue")).answer("red/*", "blue/*", tcp(80)), "no");
    assert.equal(
      cluster(deny("blue", { matchLabels: { app: "db" } })).answer("red/*", "blue/*", tcp(80)),
      "maybe",
    );
    assert.equal(cluster(deny("blue")).answer("*/*", "red/*", tcp(80)), "yes");
  });

  it("is let in by its namespace for certain, and by labels and names of ports perhaps", () => {
    const answer = (from: object, ports: object[] = [], who = "red/*") =>
      cluster(policy("blue/in", { ingress: [{ from: [from], ports }] })).answer(who, "blue/*", tcp(80));
    const red = { namespaceSelector: { matchLabels: { zone: "r" } } };
    assert.equal(answer(red), "yes");
    assert.equal(answer({ ...red, podSelector: { matchLabels: { app: "web" } } }), "maybe");
    assert.equal(answer(red, [{ port: "http" }]), "maybe");
    assert.equal(answer(red, [{ port: "http", protocol: "UDP" }]), "no");
    assert.equal(answer({ podSelector: {} }), "no");
    assert.equal(answer({ podSelector: {} }, [], "blue/*"), "yes");
    // Of namespaces that are not listed it is only known that they are not these.
    assert.equal(answer(red, [], "*/*"), "maybe");
    assert.equal(answer({ namespaceSelector: {} }, [], "*/*"), "yes");
    const byName = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "red" } } };
    assert.equal(answer(byName, [], "*/*"), "no");
    assert.equal(answer(byName), "yes");
  });

  it("may also let somebody in by a policy that is only for some", () => {
    const some = policy("blue/some", { podSelector: { matchLabels: { app: "db" } }, ingress: [{}] });
    assert.equal(cluster(deny("blue"), some).answer("red/*", "blue/*", tcp(80)), "maybe");
  });
});
