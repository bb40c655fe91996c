import assert from "node:assert/strict";
import type { Sourced } from "../../../../components/proof/kubernetes/index.ts";
import { packets, protocol } from "../../../../components/proof/space/index.ts";
import { environment, group } from "../../../support/config.ts";
import { plan } from "../../../../components/plan/index.ts";
import { registered } from "../lab/resources.ts";
import { findings, invoices, judgedPods, policiesOf, policy, replaced, shared, zoned } from "./judged.ts";

const everyPod = {};
const tcp = (port: number) => [{ protocol: "TCP", port }];
const namespace = (name: string) => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
});
const egress = (...rules: readonly object[]) => ({
  podSelector: everyPod,
  policyTypes: ["Egress"],
  egress: rules,
});
const ingress = (...rules: readonly object[]) => ({
  podSelector: everyPod,
  policyTypes: ["Ingress"],
  ingress: rules,
});

describe("the judge of pods", () => {
  const planned = zoned();
  const sound = policiesOf(planned);
  const judge = (objects: readonly Sourced[]) => judgedPods(planned, registered(planned), objects);
  const expect = (objects: readonly Sourced[], ...expected: string[]) => {
    assert.deepEqual(findings(judge(objects)), expected);
  };

  it("finds nothing where policies let pass what is meant to and nothing else", () => {
    expect(sound);
  });

  it("finds nothing where other policies keep pods back in both directions, as default-deny does", () => {
    expect(replaced(sound, "red/default-deny"));
  });

  it("finds whom pods can reach that no policy keeps back, where their receivers let them in", () => {
    const own = ["red/default-deny", "red/dns", "red/inside", "red/to-blue-tcp-8443"];
    const open = own.reduce((policies, origin) => replaced(policies, origin), sound);
    const others = [
      "namespace:other_pods",
      "outside:elsewhere",
      "outside:manager_machines",
      "outside:registry_machines",
    ];
    expect(
      open,
      `leak pods/${others[0]}/namespace:red: tcp, udp, sctp`,
      ...others.map((other) => `leak pods/namespace:red/${other}: tcp, udp, sctp`),
      ...others.slice(1).map((other) => `leak pods/${other}/namespace:red: tcp, udp, sctp`),
    );
  });

  it("finds who can reach pods where default-deny alone kept them out", () => {
    const shop = shared();
    const open = replaced(policiesOf(shop), "two/default-deny");
    // A flow's policy keeps out all others, and none keeps in what another lets out.
    assert.deepEqual(findings(judgedPods(shop, registered(shop), open)), []);
    const unkept = replaced(open, "two/from-closed.one-tcp-8443");
    assert.deepEqual(findings(judgedPods(shop, registered(shop), unkept)), [
      "leak pods/namespace:other_pods/namespace:two: tcp, udp, sctp",
      "leak pods/outside:elsewhere/namespace:two: tcp, udp, sctp",
      "leak pods/outside:manager_machines/namespace:two: tcp, udp, sctp",
      "leak pods/outside:registry_machines/namespace:two: tcp, udp, sctp",
    ]);
  });

  it("finds a policy that lets every namespace in, for those whose own lets them out", () => {
    const { leaks } = judge(
      replaced(
        sound,
        "blue/from-red-tcp-8443",
        ingress({ from: [{ namespaceSelector: {} }], ports: tcp(8443) }),
      ),
    );
    assert.deepEqual(leaks, [
      {
        id: "pods/namespace:other_pods/namespace:blue",
        layer: "pods",
        from: "other pods",
        to: "namespace blue",
        message: "other pods can reach namespace blue on tcp/8443, which no flow allows",
        packets: packets(protocol.tcp, 8443, 8443),
        witness: "kube-system/* -> blue/*, tcp/8443",
        because: [
          {
            id: "blue/from-red-tcp-8443",
            text: "NetworkPolicy blue/from-red-tcp-8443, ingress rule 1: tcp/8443",
          },
        ],
        wayOut:
          "take out what lets it, or write a flow for it in the stack file; an exception there accepts it for a time",
        place: ["groups", "blue", "namespaces", "blue"],
      },
    ]);
  });

  it("finds a block of addresses that pods have, too", () => {
    const block = { ipBlock: { cidr: planned.network.podCidr } };
    expect(
      [
        ...sound,
        policy("red", "more", egress({ to: [block], ports: tcp(5432) })),
        policy("blue", "more", ingress({ from: [block], ports: tcp(5432) })),
      ],
      "leak pods/namespace:other_pods/namespace:blue: tcp/5432",
      "leak pods/namespace:red/namespace:blue: tcp/5432",
      "leak pods/namespace:red/namespace:other_pods: tcp/5432",
    );
  });

  it("finds a block of addresses outside that no flow names", () => {
    expect(
      [
        ...sound,
        policy("red", "more", egress({ to: [{ ipBlock: { cidr: "203.0.113.0/24" } }], ports: tcp(443) })),
      ],
      "leak pods/namespace:red/outside:elsewhere: tcp/443",
    );
  });

  it("finds a second port beside that at which names are looked up", () => {
    const dns = (...ports: number[]) =>
      egress({ to: [{ ...namespace("kube-system"), podSelector: everyPod }], ports: ports.flatMap(tcp) });
    expect(replaced(sound, "red/dns", dns(53)));
    expect(replaced(sound, "red/dns", dns(53, 54)), "leak pods/namespace:red/namespace:other_pods: tcp/54");
  });

  it("finds names being looked up anywhere but where the cluster's name servers are", () => {
    const { leaks } = judge(
      replaced(sound, "red/dns", egress({ to: [{ namespaceSelector: {} }], ports: tcp(53) })),
    );
    assert.deepEqual(
      leaks.map(({ id, witness }) => [id, witness]),
      [["pods/namespace:red/namespace:other_pods", "red/* -> */*, tcp/53"]],
    );
  });

  it("finds a policy in a namespace that it does not belong to", () => {
    expect([...sound, policy("blue", "to-red", egress({ to: [namespace("red")], ports: tcp(22) }))]);
    expect(
      [
        ...sound,
        policy("blue", "to-red", egress({ to: [namespace("red")], ports: tcp(22) })),
        policy("red", "from-blue", ingress({ from: [namespace("blue")], ports: tcp(22) })),
      ],
      "leak pods/namespace:blue/namespace:red: tcp/22",
    );
  });

  it("finds a flow of the stack file that a policy at either end does not let pass, and which end that is", () => {
    for (const [origin, name, direction] of [
      ["red/to-blue-tcp-8443", "red", "out"],
      ["blue/from-red-tcp-8443", "blue", "in"],
    ] as const) {
      const [lost, ...more] = judge(replaced(sound, origin)).missing;
      assert.deepEqual(more, []);
      assert.equal(lost?.id, "pods/namespace:red/namespace:blue");
      assert.equal(
        lost.message,
        "namespace red cannot be sure to reach namespace blue on tcp/8443, which is needed: invoices are shown",
      );
      assert.equal(lost.because.length, 1);
      assert.match(lost.because[0]?.text ?? "", new RegExp(`${name}.*: no rule lets it ${direction}$`));
    }
  });

  it("finds pods of one namespace that cannot talk though their zone is open inside", () => {
    expect(replaced(sound, "red/inside"), "missing pods/namespace:red/namespace:red: tcp, udp, sctp");
  });

  it("takes pods of namespaces that are no group's for the platform's, which does what it likes with the outside", () => {
    expect([
      ...sound,
      policy("kube-system", "open", {
        podSelector: everyPod,
        policyTypes: ["Ingress", "Egress"],
        ingress: [{}],
        egress: [{}],
      }),
    ]);
  });
});

describe("the judge of pods, where groups share zones", () => {
  const planned = shared();
  const sound = policiesOf(planned);
  const expect = (objects: readonly Sourced[], ...expected: string[]) => {
    assert.deepEqual(findings(judgedPods(planned, registered(planned), objects)), expected);
  };

  it("finds nothing where policies let pass what is meant to and nothing else", () => {
    expect(sound);
  });

  it("finds pods of one namespace that talk though their zone is closed inside", () => {
    expect(
      [
        ...sound,
        policy("one", "inside", {
          podSelector: everyPod,
          policyTypes: ["Ingress", "Egress"],
          ingress: [{ from: [{ podSelector: everyPod }] }],
          egress: [{ to: [{ podSelector: everyPod }] }],
        }),
      ],
      "leak pods/namespace:one/namespace:one: tcp, udp, sctp",
    );
  });

  it("keeps namespaces of one zone apart, of an open one as well", () => {
    const between = (from: string, to: string) => [
      ...sound,
      policy(from, "more", egress({ to: [namespace(to)] })),
      policy(to, "more", ingress({ from: [namespace(from)] })),
    ];
    expect(between("three", "four"), "leak pods/namespace:three/namespace:four: tcp, udp, sctp");
    expect(between("two", "one"), "leak pods/namespace:two/namespace:one: tcp, udp, sctp");
    expect(
      between("one", "two"),
      "leak pods/namespace:one/namespace:two: tcp/0-8442, tcp/8444-65535, udp, sctp",
    );
  });
});

describe("flows that the stack file adds, for pods", () => {
  const withFlows = (...flows: readonly object[]) => zoned({ flows });
  const expect = (planned: ReturnType<typeof zoned>) => {
    const { leaks, missing, layers } = judgedPods(planned, registered(planned), policiesOf(planned));
    assert.deepEqual([...leaks, ...missing], []);
    return layers.find(({ name }) => name === "pods")?.cells ?? [];
  };
  const open = (cells: ReturnType<typeof expect>) =>
    cells
      .filter(({ from, to }) => from !== "other pods" && to !== "other pods" && from !== to)
      .map(({ from, to }) => `${from} -> ${to}`);

  it("are about the machines of managers, of registries and outside as addresses", () => {
    const cells = expect(
      withFlows(
        invoices("manager", "red"),
        invoices("blue", "registry"),
        invoices("red", "203.0.113.0/24"),
        invoices("management", "blue"),
      ),
    );
    assert.deepEqual(open(cells).sort(), [
      "manager machines -> namespace blue",
      "manager machines -> namespace red",
      "namespace blue -> registry machines",
      "namespace red -> 203.0.113.0/24",
      "registry machines -> namespace blue",
    ]);
  });

  it("are none where no pod is at either end", () => {
    const cells = expect(
      withFlows(invoices("manager", "203.0.113.0/24"), invoices("registry", "manager"), {
        ...invoices("red", "blue"),
        traffic: ["icmp", "ip/47"],
      }),
    );
    assert.deepEqual(open(cells), []);
  });

  it("between all workers are between all namespaces", () => {
    const cells = expect(withFlows(invoices("worker", "worker")));
    assert.deepEqual(open(cells).sort(), [
      "namespace blue -> namespace red",
      "namespace red -> namespace blue",
    ]);
  });

  it("of a zone without namespaces are nobody's", () => {
    const { namespaces, ...bare } = group("blue");
    assert.ok(namespaces !== undefined);
    const planned = plan(
      environment({
        target: "lab",
        engine: "kubernetes",
        management: { managers: { count: 1 }, registry: { count: 0 } },
        groups: { red: group("red"), blue: { ...bare, namespaces: {} } },
        flows: [invoices("red", "blue"), invoices("blue", "red")],
      }),
    );
    const cells = expect(planned);
    assert.deepEqual(open(cells), []);
    const { layers } = judgedPods(planned, registered(planned), policiesOf(planned));
    const names = layers.find(({ name }) => name === "pods")?.parties.map(({ name }) => name);
    assert.deepEqual(names, ["namespace red", "other pods", "manager machines", "elsewhere"]);
  });
});
