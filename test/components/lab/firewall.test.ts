import assert from "node:assert/strict";
import { groupsOf, parseRule, planFirewall, zoneGroup, type End } from "../../../components/lab/index.ts";
import {
  allowedBy,
  contains,
  covers,
  icmp,
  ipip,
  isOutsider,
  mergeTraffic,
  parseBlock,
  plan,
  tcp,
  udp,
  type Peer,
  type Plan,
  type Traffic,
} from "../../../components/plan/index.ts";
import { edited } from "../../support/config.ts";
import { planOf } from "../../support/lab.ts";
import { parseEnvironment } from "../../../stacks/config.ts";

/** What a zone's firewall lets through, read from its rules' text alone. */
function passes(rules: Readonly<Record<string, string>>, from: Peer, to: Peer, packet: Traffic): boolean {
  return Object.keys(rules)
    .map(parseRule)
    .some((rule) => covers(rule.traffic, packet) && isOf(rule.from, from) && isOf(rule.to, to));
}

function isOf(end: End, peer: Peer): boolean {
  if (end.kind === "group") return !isOutsider(peer) && groupsOf(peer).includes(end.group);
  const own = parseBlock(`${peer.address}/32`);
  return end.cidrs.some((cidr) => contains(parseBlock(cidr), own));
}

/** A connection has to pass the zone that it leaves and the one that it enters. */
function isOpen(
  firewalls: ReadonlyMap<string, ReturnType<typeof planFirewall>>,
  from: Peer,
  to: Peer,
  packet: Traffic,
) {
  const [own, theirs] = [from, to].map((peer) => (isOutsider(peer) ? undefined : firewalls.get(peer.zone)));
  if (!isOutsider(from) && !isOutsider(to) && from.zone === to.zone && own?.inside === "open") return true;
  return (
    (own === undefined || passes(own.egress, from, to, packet)) &&
    (theirs === undefined || passes(theirs.ingress, from, to, packet)) &&
    !(own === undefined && theirs === undefined)
  );
}

const firewallsOf = (planned: Plan) =>
  new Map(planned.zones.map(({ name }) => [name, planFirewall(planned, name)] as const));

/** Every port at an edge of a flow and beside it. */
const packetsOf = ({ flows }: Plan): Traffic[] => {
  const edges = flows.flatMap(({ traffic }) =>
    traffic.kind === "ip"
      ? [traffic]
      : [traffic.from, traffic.to, traffic.to + 1].map((port) =>
          (traffic.protocol === "tcp" ? tcp : udp)(port),
        ),
  );
  return [
    ...mergeTraffic(edges).flatMap((traffic) => (traffic.kind === "ip" ? [traffic] : [tcp(traffic.from)])),
    ...edges,
    icmp,
    ipip,
  ];
};

const inLab = (edits: Readonly<Record<string, unknown>> = {}): Plan =>
  plan(
    parseEnvironment(
      "sample",
      edited({
        target: "lab",
        engine: "kubernetes",
        "network.serviceCidr": "10.96.0.0/16",
        "network.podCidr": "192.168.0.0/16",
        ...edits,
      }),
    ),
  );

describe("the firewalls of a lab's zones", () => {
  for (const [what, planned] of [
    ["dev", planOf("dev")],
    ["dev-tiers", planOf("dev-tiers")],
    ["a lab closed inside", Promise.resolve(inLab({ "zones.red.inside": "flows" }))],
  ] as const)
    it(`together let through exactly what the flows say: ${what}`, async () => {
      const all = await planned;
      const firewalls = firewallsOf(all);
      const blocks = all.flows.flatMap(({ from, to }) =>
        [from, to].flatMap((end) => (end.kind === "outside" ? end.addresses : [])),
      );
      const outsiders = [...new Set(blocks.map((block) => block.split("/")[0] ?? "")), "203.0.113.99"];
      const peers: Peer[] = [...all.hosts, ...outsiders.map((address) => ({ address }))];
      const wrong: string[] = [];
      for (const from of peers)
        for (const to of peers) {
          if (from === to || (isOutsider(from) && isOutsider(to))) continue;
          for (const packet of packetsOf(all))
            if (isOpen(firewalls, from, to, packet) !== (allowedBy(all, from, to, packet) !== undefined))
              wrong.push(JSON.stringify([from, to, packet]));
        }
      assert.deepEqual(wrong, []);
    });

  it("do not change when a zone that has a worker gets another one", () => {
    const [before, after] = [inLab(), inLab({ "groups.red.collections.red.workers.linux.count": 5 })];
    assert.deepEqual(firewallsOf(after), firewallsOf(before));
  });

  it("do not grow with the number of zones", () => {
    const [before, after] = [
      firewallsOf(inLab()),
      firewallsOf(inLab({ "zones.green": { slot: 3 }, "groups.green": greenGroup })),
    ];
    for (const [zone, firewall] of before) assert.deepEqual(after.get(zone), firewall, zone);
    assert.deepEqual(after.get("green"), before.get("red"));
  });

  it("say of each rule why it is there", async () => {
    for (const { ingress, egress } of firewallsOf(await planOf("dev")).values())
      for (const [rule, why] of [...Object.entries(ingress), ...Object.entries(egress)])
        assert.notEqual(why, "", rule);
  });

  it("name both reasons where two flows are one rule", async () => {
    const planned = await planOf("dev");
    assert.equal(
      planFirewall(planned, "management").ingress["role/manager -> role/manager: tcp/2379-2380"],
      "etcd clients; etcd peers",
    );
  });
});

const greenGroup = {
  team: { directoryGroup: "CN=green" },
  collections: { green: { zone: "green", workers: { linux: { count: 2 } } } },
  namespaces: {},
};

it("a host of the lab is known by its zone, its role and its collection", async () => {
  const { hosts } = await planOf("dev");
  const worker = hosts.find(({ name }) => name === "test-billing-1");
  assert.ok(worker !== undefined);
  assert.deepEqual(groupsOf(worker), [
    zoneGroup("test-billing"),
    "role/worker",
    "role/linux-worker",
    "collection/test-billing/test-billing",
    "collection/test-billing/test-billing/linux",
  ]);
});
