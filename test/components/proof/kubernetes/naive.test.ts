import assert from "node:assert/strict";
import fc from "fast-check";
import type { Sourced } from "../../../../components/proof/kubernetes/index.ts";
import { Unknown } from "../../../../components/proof/resource/index.ts";
import { Asked, idOf, objectsOf, packet } from "./cluster.ts";
import {
  isAllowed,
  type Cluster,
  type Packet,
  type Peer,
  type Place,
  type Policy,
  type Pod,
} from "./naive.ts";

const keys = ["app", "tier"];
const values = ["web", "db", ""];
const names = ["red", "blue", "green"];
const outside = ["10.0.0.99", "192.0.2.7", "fd00::99", "2001:db8::7"];
const nodes = [
  { name: "n1", ips: ["10.9.0.1", "fd09::1"] },
  { name: "n2", ips: ["10.9.0.2"] },
] as const;
const [first] = nodes;
const portNames = ["http", "dns"];
const portNumbers = [53, 80, 8080];
const protocols = ["TCP", "UDP", "SCTP"];

const some = <T>(arbitrary: fc.Arbitrary<T>, maxLength: number) => fc.array(arbitrary, { maxLength });
const one = <T>(all: readonly T[]) => fc.constantFrom(...all);
const optional = <T extends object>(
  model: { [K in keyof T]: fc.Arbitrary<T[K]> },
  requiredKeys: (keyof T)[] = [],
) => fc.record(model, { requiredKeys }) as fc.Arbitrary<T>;

const labels = fc.dictionary(one(keys), one(values), { maxKeys: 2 });
const expression = fc.oneof(
  fc.record({
    key: one(keys),
    operator: one(["In", "NotIn"]),
    values: fc.subarray(values, { minLength: 1 }),
  }),
  fc.record({ key: one(keys), operator: one(["Exists", "DoesNotExist"]) }),
);
const selector = fc.oneof(
  fc.constant({}),
  optional({ matchLabels: labels, matchExpressions: some(expression, 2) }),
);
const namespaceSelector = fc.oneof(
  selector,
  one(names).map((name) => ({ matchLabels: { "kubernetes.io/metadata.name": name } })),
);
const blocks: readonly { cidr: string; except: string[] }[] = [
  { cidr: "0.0.0.0/0", except: ["10.0.0.0/8", "192.0.2.7/32", "10.0.0.2/31"] },
  { cidr: "10.0.0.0/29", except: ["10.0.0.1/32", "10.0.0.4/30"] },
  { cidr: "10.9.0.0/24", except: ["10.9.0.1/32"] },
  { cidr: "::/0", except: ["fd00::/64", "2001:db8::7/128"] },
  { cidr: "fd00::/64", except: ["fd00::2/127", "fd00::99/128"] },
];
const peer: fc.Arbitrary<Peer> = fc.oneof(
  fc.record({ podSelector: selector }),
  fc.record({ namespaceSelector }),
  fc.record({ podSelector: selector, namespaceSelector }),
  one(blocks)
    .chain(({ cidr, except }) => fc.record({ cidr: fc.constant(cidr), except: fc.subarray(except) }))
    .map((ipBlock) => ({ ipBlock })),
);
const port = fc.oneof(
  optional({ protocol: one(protocols), port: fc.oneof(one(portNumbers), one(portNames)) }),
  fc.record({ protocol: one(protocols), port: fc.constant(53), endPort: one([53, 80, 8079]) }),
);
const rule = { ports: some(port, 2) };
const policy: fc.Arbitrary<Omit<Policy, "name">> = fc.record({
  namespace: one(names),
  spec: optional({
    podSelector: selector,
    policyTypes: fc.subarray(["Ingress", "Egress"]),
    ingress: some(optional({ from: some(peer, 2), ...rule }), 2),
    egress: some(optional({ to: some(peer, 2), ...rule }), 2),
  }),
});
const pod = fc.record({
  namespace: one(names),
  labels,
  dual: fc.boolean(),
  node: fc.option(one(nodes), { nil: undefined, freq: 4 }),
  host: fc.integer({ max: 5, min: 0 }),
  ports: fc.uniqueArray(
    fc.record({ name: one(portNames), protocol: one(protocols), containerPort: one(portNumbers) }),
    { maxLength: 2, selector: ({ name }) => name },
  ),
});

const cluster: fc.Arbitrary<Cluster> = fc
  .record({
    namespaces: fc.tuple(labels, labels, labels),
    pods: fc.array(pod, { minLength: 2, maxLength: 5 }),
    policies: fc.array(policy, { maxLength: 4 }),
  })
  .map(({ namespaces, pods, policies }) => ({
    namespaces: namespaces.map((own, index) => ({ name: names[index] ?? "", labels: own })),
    nodes,
    // Whether a port's name means anything on a node's network is not defined, so those there have none.
    pods: pods.map(({ dual, node = first, host, ...rest }, index): Pod => {
      const hostNetwork = host === 0;
      const own = [`10.0.0.${index + 1}`, ...(dual ? [`fd00::${index + 1}`] : [])];
      return {
        ...rest,
        name: `p${index}`,
        node: node.name,
        hostNetwork,
        ips: hostNetwork ? node.ips : own,
        ...(hostNetwork ? { ports: [] } : {}),
      };
    }),
    policies: policies.map((rest, index) => ({ ...rest, name: `policy-${index}` })),
  }));

const placesOf = ({ pods }: Cluster): Place[] => [
  ...pods.flatMap((own) => own.ips.map((ip) => ({ ip, pod: own }))),
  ...nodes.flatMap(({ name, ips }) => ips.map((ip) => ({ ip, node: name }))),
  ...outside.map((ip) => ({ ip })),
];

const isV6 = ({ ip }: Place): boolean => ip.includes(":");

/** Every packet between two places of a family, of which at least one is the cluster's. */
function* packetsOf(all: Cluster): Generator<Packet> {
  const places = placesOf(all);
  const ports = [52, 53, 54, 79, 80, 81, 8079, 8080, 8081];
  for (const from of places)
    for (const to of places) {
      const isOutside = [from, to].every(({ pod: own, node }) => own === undefined && node === undefined);
      const isItself = from === to || (from.pod !== undefined && from.pod === to.pod);
      if (isV6(from) !== isV6(to) || isOutside || isItself) continue;
      for (const protocol of protocols)
        for (const number of ports) yield { from, to, protocol, port: number };
    }
}

describe("who reaches whom among pods", () => {
  it("is what the documentation says, packet by packet, in any cluster", () => {
    let [open, closed] = [0, 0];
    fc.assert(
      fc.property(cluster, (all) => {
        const asked = new Asked(objectsOf(all));
        for (const one of packetsOf(all)) {
          const classAt = (place: Place) => asked.classOf(idOf(place), place.ip);
          const [from, to] = [classAt(one.from), classAt(one.to)];
          const expected = isAllowed(all, one);
          if (expected) open++;
          else closed++;
          const number = packet(one.protocol, one.port);
          for (const polarity of ["maybe", "sure"] as const)
            if (asked.passes(from, to, number, polarity) !== expected)
              assert.fail(
                `${polarity}: ${idOf(one.from) ?? one.from.ip} -> ${idOf(one.to) ?? one.to.ip} ${one.protocol}/${one.port} is ${expected ? "allowed" : "denied"}`,
              );
        }
      }),
      { numRuns: 80 },
    );
    assert.ok(open > 5_000 && closed > 2_000, `${open} allowed, ${closed} denied`);
  });

  it("is at least what is sure, and at most what is possible, whatever is not known turns out to be", () => {
    let vague = 0;
    fc.assert(
      fc.property(cluster, fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), (all, hidden) => {
        const asked = new Asked(hide(objectsOf(all), hidden));
        const ids = new Map(asked.network.nics.map(({ id, addresses }) => [id, addresses.length > 0]));
        const classAt = (place: Place) => {
          const name = idOf(place);
          if (name === undefined) return asked.classOf(undefined, place.ip);
          // One whose namespace is not known goes by another id.
          const id = ids.has(name) ? name : `?/${place.pod?.name ?? ""}`;
          return asked.classOf(id, ids.get(id) === true ? place.ip : undefined);
        };
        for (const one of packetsOf(all)) {
          const [from, to] = [classAt(one.from), classAt(one.to)];
          const number = packet(one.protocol, one.port);
          const [sure, maybe] = [
            asked.passes(from, to, number, "sure"),
            asked.passes(from, to, number, "maybe"),
          ];
          if (sure !== maybe) vague++;
          const really = isAllowed(all, one);
          if ((really && !maybe) || (sure && !really))
            assert.fail(
              `${idOf(one.from) ?? one.from.ip} -> ${idOf(one.to) ?? one.to.ip} ${one.protocol}/${one.port} is ${really ? "allowed" : "denied"}, ${sure ? "surely allowed" : "not possible"} as far as is known`,
            );
        }
      }),
      { numRuns: 80 },
    );
    assert.ok(vague > 500, `${vague} packets of which it is not known`);
  });

  it("is for any pod of a namespace what it may be for one of its pods", () => {
    let vague = 0;
    fc.assert(
      fc.property(cluster, (all) => {
        const pods = all.pods.filter(({ hostNetwork }) => hostNetwork !== true);
        const known = { ...all, pods, nodes: [] };
        const asked = new Asked(objectsOf({ ...known, pods: [] }), { symbolic: names.slice(0, 2) });
        const any = (own: string) => asked.classOf(names.indexOf(own) < 2 ? `${own}/*` : "*/*");
        for (const one of packetsOf(known)) {
          // Of the third namespace nothing is listed where it is not symbolic, unless it is declared.
          const [from, to] = [one.from.pod?.namespace, one.to.pod?.namespace];
          if (from === undefined || to === undefined || from === names[2] || to === names[2]) continue;
          const number = packet(one.protocol, one.port);
          const sure = asked.passes(any(from), any(to), number, "sure");
          const maybe = asked.passes(any(from), any(to), number, "maybe");
          if (sure !== maybe) vague++;
          const really = isAllowed(known, one);
          assert.ok(
            maybe || !really,
            `${from} -> ${to} ${one.protocol}/${one.port} is allowed and not possible`,
          );
          assert.ok(really || !sure, `${from} -> ${to} ${one.protocol}/${one.port} is denied and sure`);
        }
      }),
      { numRuns: 50 },
    );
    assert.ok(vague > 50, `${vague} packets of which it is not known`);
  });
});

/** The objects with some of what they say not known: addresses that nobody told, and values that come late. */
function hide(objects: readonly Sourced[], which: readonly number[]): Sourced[] {
  const copies = objects.map(({ object, origin }) => ({ object: structuredClone(object), origin }));
  const places: (() => void)[] = [];
  const visit = (parent: Record<string, unknown>, key: string) => {
    if (parent[key] === undefined) return;
    places.push(() => {
      parent[key] = new Unknown("it comes late");
    });
    const value = parent[key];
    if (typeof value === "object" && value !== null)
      for (const inner of Object.keys(value)) visit(value as Record<string, unknown>, inner);
  };
  for (const { object } of copies) {
    if (object.kind === "Node") continue;
    const fields = object as unknown as Record<string, unknown>;
    if (object.kind === "Pod")
      places.push(() => {
        fields["status"] = {};
      });
    if (object.kind !== "Namespace") visit(object.metadata, "namespace");
    visit(object.metadata, "labels");
    visit(fields, "spec");
  }
  for (const number of which) places[number % places.length]?.();
  return copies;
}
