import assert from "node:assert/strict";
import { observe } from "../../../../components/proof/judge/index.ts";
import { podNetwork, policed } from "../../../../components/proof/kubernetes/index.ts";
import { exactly, type Chain, type Ends, type Network } from "../../../../components/proof/network/index.ts";
import {
  everyAddress,
  everyPacket,
  intervals,
  oneAddress,
  packets,
  parseAddress,
  parseCidr,
  protocol,
  showPackets,
  subtractAddresses,
  unionAddresses,
  type Packets,
} from "../../../../components/proof/space/index.ts";
import type { Allowed, Statement } from "../../../../components/proof/statement/index.ts";
import { manifest, pod, policy } from "../kubernetes/cluster.ts";

const shown = (all: Iterable<Allowed>) =>
  [...all].map(({ from, to, packets: on }) => `${from} -> ${to}: ${showPackets(on)}`).sort();
const cells = ({ layers }: Statement) =>
  layers.flatMap((layer) =>
    layer.cells.map(({ from, to, state, passages }) => {
      assert.equal(state, "connected");
      return `${from} -> ${to}: ${passages.map(({ traffic }) => traffic).join()}`;
    }),
  );

describe("what is observed of manifests", () => {
  const network = podNetwork(
    manifest(
      JSON.stringify({
        apiVersion: "v1",
        kind: "Node",
        metadata: { name: "n1" },
        status: { addresses: [{ type: "InternalIP", address: "10.0.0.1" }] },
      }),
      pod("shop/web"),
      pod("shop/db"),
      policy("shop/web", {
        podSelector: {},
        policyTypes: ["Ingress", "Egress"],
        egress: [{ ports: [{ protocol: "TCP", port: 5432 }] }],
      }),
      policy("shop/db", {
        podSelector: {},
        policyTypes: ["Ingress"],
        ingress: [{ from: [{ podSelector: {} }], ports: [{ protocol: "TCP", port: 5432 }] }],
      }),
    ),
  );
  const statement = observe({
    name: "pods",
    network,
    source: "shop.yaml",
    scope: policed,
    kind: "pod",
    itself: true,
  });
  const [layer] = statement.layers;

  it("asks for nothing, and so finds nothing", () => {
    const { source, environment, leaks, missing, excused, exceptions, assumptions } = statement;
    assert.equal(source, "shop.yaml");
    assert.equal(environment, undefined);
    assert.deepEqual([...leaks, ...missing, ...excused, ...exceptions], []);
    // And says of whom it says nothing.
    assert.deepEqual(assumptions, [
      ...network.assumptions,
      { text: "who reaches node:n1, and whom they reach, is not listed" },
    ]);
  });

  it("is of its pods alone, and of the outside: nodes are only part of what decides", () => {
    assert.deepEqual(
      layer?.endpoints.map(({ id, kind }) => [id, kind]),
      [
        ["shop/web", "pod"],
        ["shop/db", "pod"],
      ],
    );
    assert.deepEqual(
      layer.parties.map(({ name }) => name),
      ["shop/web", "shop/db", "outside"],
    );
  });

  it("says of every pod that it reaches itself, whatever policies there are", () => {
    assert.deepEqual(shown(layer?.allowed() ?? []), [
      "shop/db -> shop/db: tcp, udp, sctp",
      "shop/db -> shop/web: tcp/5432",
      "shop/web -> shop/db: tcp/5432",
      "shop/web -> shop/web: tcp, udp, sctp",
    ]);
  });

  it("is within what policies decide about", () => {
    // The node's address is within what is outside, of which it is said as of a whole.
    assert.deepEqual(shown(layer?.outside() ?? []), [
      "shop/db -> 0.0.0.0/0: tcp/5432",
      "shop/db -> ::/0: tcp/5432",
      "shop/web -> 0.0.0.0/0: tcp/5432",
      "shop/web -> ::/0: tcp/5432",
    ]);
    assert.deepEqual(cells(statement).sort(), [
      "shop/db -> outside: tcp/5432",
      "shop/db -> shop/web: tcp/5432",
      "shop/web -> outside: tcp/5432",
      "shop/web -> shop/db: tcp/5432",
    ]);
  });
});

describe("what is observed of machines", () => {
  const ends = (id: string): Ends => ({ nics: new Set([id]) });
  const allow = (name: string, from: Ends, to: Ends, on: Packets) => ({
    from: exactly(from),
    to: exactly(to),
    packets: exactly(on),
    action: "allow" as const,
    origin: { id: name, text: name },
  });
  const nic = (id: string, endpoint: string, address: string) => ({
    id,
    endpoint,
    addresses: [parseAddress(address)],
  });
  const nics = [
    nic("a0", "a", "10.0.0.1"),
    nic("a1", "a", "10.0.0.2"),
    nic("c0", "c", "10.0.0.4"),
    nic("b0", "b", "10.0.0.3"),
  ];
  const everyone = { addresses: everyAddress };
  const partners = parseCidr("203.0.113.0/24");
  const customers = unionAddresses([partners, parseCidr("203.0.115.0/24")]);
  const chain = (name: string, ...rules: Chain["rules"]): Chain => ({ name, rules, otherwise: "deny" });
  const network: Network = {
    endpoints: ["a", "b", "c"].map((id) => ({ id, kind: "instance" })),
    nics,
    checkpoints: [
      {
        name: "of c",
        origin: { id: "sg-c", text: "sg-c" },
        guards: exactly(ends("c0")),
        in: chain("in", allow("web", { addresses: partners }, everyone, packets(protocol.tcp, 443, 443))),
        out: chain("out"),
      },
      {
        name: "of b",
        origin: { id: "sg-b", text: "sg-b" },
        guards: exactly(ends("b0")),
        in: chain(
          "in",
          allow("ssh from a0", ends("a0"), everyone, packets(protocol.tcp, 22, 22)),
          allow("dns from a1", ends("a1"), everyone, packets(protocol.udp, 53, 53)),
          allow("web", { addresses: customers }, everyone, packets(protocol.tcp, 443, 443)),
        ),
        out: chain("out"),
      },
    ],
    outside: nics.reduce(
      (left, { addresses: [address] }) =>
        address === undefined ? left : subtractAddresses(left, oneAddress(address)),
      { ...everyAddress, v6: [] as readonly bigint[] },
    ),
    assumptions: [],
  };
  const statement = observe({ name: "machines", network, source: "described" });

  it("joins what several of a machine's interfaces may, with an example of what passes by one of them", () => {
    assert.deepEqual(cells(statement).sort(), [
      "a -> b: tcp/22, udp/53",
      "a -> outside: everything",
      "outside -> a: everything",
      "outside -> b: tcp/443",
      "outside -> c: tcp/443",
    ]);
    const cell = statement.layers[0]?.cells.find(({ from, to }) => from === "a" && to === "b");
    assert.deepEqual(
      cell?.passages[0]?.rules.map(({ text }) => text),
      ["ssh from a0"],
    );
  });

  it("says nothing of what a machine says to itself, by whichever interface", () => {
    assert.deepEqual(shown(statement.layers[0]?.allowed() ?? []), ["a -> b: tcp/22, udp/53"]);
  });

  it("says what passes to and from outside as blocks of addresses", () => {
    const outside = [...(statement.layers[0]?.outside() ?? [])];
    assert.deepEqual(
      outside
        .filter(({ to }) => to === "b" || to === "c")
        .map(({ from, to, packets: on }) => [from, to, showPackets(on)])
        .sort(),
      // What lies between them stays what it is.
      [
        ["203.0.113.0/24", "b", "tcp/443"],
        ["203.0.113.0/24", "c", "tcp/443"],
        ["203.0.115.0/24", "b", "tcp/443"],
      ],
    );
    assert.ok(outside.some(({ from, packets: on }) => from === "a" && intervals.equals(on, everyPacket)));
    assert.ok(outside.every(({ from }) => from !== "b" && from !== "c"));
  });
});
