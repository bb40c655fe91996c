import assert from "node:assert/strict";
import { planProbes, type Probe } from "../../../../components/lab/check/index.ts";
import {
  allowedBy,
  contains,
  covers,
  icmp,
  ip,
  ipip,
  isOutsider,
  leads,
  parseBlock,
  plan,
  showTraffic,
  tcp,
  udp,
  type Peer,
  type Plan,
  type Traffic,
} from "../../../../components/plan/index.ts";
import { parseStackFile, readStackFile } from "../../../../stacks/config/file.ts";
import { environment, group } from "../../../support/config.ts";

const committed = async (name: string): Promise<Plan> => plan(parseStackFile(await readStackFile(name)));

/** As many zones with four machines each, beside six in the management zone. */
const wide = (zones: number, edits: Readonly<Record<string, unknown>> = {}): Plan => {
  const names = Array.from({ length: zones }, (_, index) => `z${index + 1}`);
  return plan(
    environment({
      "management.registry.count": 3,
      "network.frontDoor": ["198.51.100.0/24"],
      "network.services": { dns: { addresses: ["192.0.2.53/32"] } },
      zones: Object.fromEntries(names.map((name, index) => [name, { slot: index + 1 }])),
      groups: Object.fromEntries(
        names.map((name) => [name, group(name, { workers: { linux: { count: 4 } } })]),
      ),
      ...edits,
    }),
  );
};

const dev = await committed("dev");

const planned: Readonly<Record<string, Plan>> = {
  dev,
  "dev-tiers": await committed("dev-tiers"),
  "MKE with two kinds of workers": plan(
    environment({
      "network.overlay": "vxlan",
      "network.frontDoor": ["198.51.100.0/24", "203.0.113.0/24"],
      "zones.red.inside": "flows",
      "groups.red.collections.red.workers": { windows: { count: 2 }, linux: { count: 2 } },
      flows: [
        { from: "red", to: "blue", traffic: ["tcp/8000-8100"], why: "orders", owner: "red" },
        { from: "blue", to: "10.99.0.0/16", traffic: ["tcp/65535", "tcp/1"], why: "backups", owner: "blue" },
      ],
    }),
  ),
  "40 zones with 160 workers": wide(40, {
    flows: [{ from: "z1", to: "z2", traffic: ["tcp/8000-8100"], why: "orders", owner: "z1" }],
  }),
};

const nameOf = (peer: Peer): string => (isOutsider(peer) ? peer.address : peer.name);
/** Machines of the same zone, role, collection and operating system are alike to every flow. */
const groupOf = (peer: Peer): string =>
  isOutsider(peer) ? peer.address : [peer.zone, peer.role, peer.collection, peer.os].join(" ");
const own = (probes: readonly Probe[]) => probes.filter(({ as }) => as === undefined);
const forged = (probes: readonly Probe[]) => probes.filter(({ as }) => as !== undefined);
const show = ({ from, to, packet, as }: Probe) =>
  `${nameOf(from)} as ${nameOf(as ?? from)} -> ${nameOf(to)}: ${showTraffic(packet)}`;

/** Every two groups between which one can send to another, each with one of its members. */
function groupPairs({ hosts }: Plan, probes: readonly Probe[]): [string, Peer, string, Peer][] {
  const outsiders = own(probes).flatMap(({ from, to }) => [from, to].filter(isOutsider));
  const groups = [...Map.groupBy([...hosts, ...outsiders], groupOf)].map(
    ([name, members]) => [name, [...new Set(members)]] as const,
  );
  return groups.flatMap(([a, from]) =>
    groups.flatMap(([b, to]): [string, Peer, string, Peer][] => {
      const [sender] = from;
      const receiver = to.find((peer) => peer !== sender);
      if (sender === undefined || receiver === undefined) return [];
      return isOutsider(sender) && isOutsider(receiver) ? [] : [[a, sender, b, receiver]];
    }),
  );
}

const packetsBetween = (probes: readonly Probe[]): ReadonlyMap<string, readonly Traffic[]> => {
  const between = Map.groupBy(own(probes), ({ from, to }) => `${groupOf(from)} -> ${groupOf(to)}`);
  return new Map([...between].map(([ends, same]) => [ends, same.map(({ packet }) => packet)]));
};

for (const [title, of] of Object.entries(planned))
  describe(`the probes of ${title}`, () => {
    const { probes, pairs } = planProbes(of, { seed: 7 });
    const between = packetsBetween(probes);

    it("are at least 10,000 and at most 60,000, none of them twice", () => {
      assert.ok(probes.length >= 10_000 && probes.length <= 60_000, String(probes.length));
      assert.equal(new Set(probes.map(show)).size, probes.length);
    });

    it("expect what the plan says, and first come those that must not arrive", () => {
      for (const { from, to, packet, because, as } of probes)
        assert.equal(because, as === undefined ? allowedBy(of, from, to, packet) : undefined);
      const open = probes.findIndex(({ because }) => because !== undefined);
      assert.ok(open > 0);
      assert.ok(probes.slice(open).every(({ because }) => because !== undefined));
    });

    it("try every flow between every two groups that it is for", () => {
      let tried = 0;
      for (const [a, from, b, to] of groupPairs(of, probes))
        for (const { traffic } of of.flows.filter((flow) => leads(flow, from, to))) {
          const packets = between.get(`${a} -> ${b}`) ?? [];
          assert.ok(
            packets.some((packet) => covers(traffic, packet)),
            `${a} -> ${b}: ${showTraffic(traffic)}`,
          );
          tried++;
        }
      assert.ok(tried > of.flows.length);
    });

    it("try the first and the last port of each flow, and beside them those that are closed", () => {
      for (const [a, from, b, to] of groupPairs(of, probes)) {
        const packets = new Set((between.get(`${a} -> ${b}`) ?? []).map(showTraffic));
        for (const { traffic } of of.flows.filter((flow) => leads(flow, from, to))) {
          if (traffic.kind === "ip") continue;
          for (const port of [traffic.from, traffic.to, traffic.from - 1, traffic.to + 1]) {
            const packet = showTraffic({ ...traffic, from: port, to: port });
            const exists = port >= 1 && port <= 65535;
            assert.equal(packets.has(packet), exists, `${a} -> ${b}: ${packet}`);
          }
        }
      }
    });

    it("try TCP, UDP, ICMP and IP-in-IP between every two groups", () => {
      for (const [a, , b] of groupPairs(of, probes)) {
        const packets = between.get(`${a} -> ${b}`) ?? [];
        for (const protocol of ["tcp", "udp"])
          assert.ok(packets.some((packet) => packet.kind === "ports" && packet.protocol === protocol));
        for (const packet of ["icmp", "ip/4"]) assert.ok(packets.map(showTraffic).includes(packet));
      }
    });

    it("come from every host and go to every host, never to itself, and never from outside to outside", () => {
      const names = of.hosts.map(({ name }) => name).sort();
      for (const end of ["from", "to"] as const)
        assert.deepEqual(
          [...new Set(own(probes).map((probe) => probe[end]))]
            .filter((peer) => !isOutsider(peer))
            .map(nameOf)
            .sort(),
          names,
        );
      assert.ok(probes.every(({ from, to }) => from !== to && !(isOutsider(from) && isOutsider(to))));
    });

    it("say how many pairs they are between, of how many", () => {
      const tried = new Set(own(probes).map(({ from, to }) => `${nameOf(from)} ${nameOf(to)}`));
      assert.equal(pairs.chosen, tried.size);
      assert.ok(pairs.chosen <= pairs.of);
    });

    it("are the same for the same seed, and others for another", () => {
      const again = planProbes(of, { seed: 7 }).probes.map(show);
      assert.deepEqual(again, probes.map(show));
      const other = new Set(planProbes(of, { seed: 8 }).probes.map(show));
      assert.ok(again.some((probe) => !other.has(probe)));
    });

    it("with a forged source bear one of the same zone, of another zone or outside, or from there one inside", () => {
      const all = forged(probes);
      const zoneOf = (peer: Peer) => (isOutsider(peer) ? "outside" : peer.zone);
      const has = (test: (probe: Probe, as: Peer) => boolean) =>
        all.some((probe) => probe.as !== undefined && test(probe, probe.as));
      assert.ok(has(({ from }, as) => !isOutsider(from) && zoneOf(from) === zoneOf(as)));
      assert.ok(has(({ from }, as) => !isOutsider(from) && !isOutsider(as) && zoneOf(from) !== zoneOf(as)));
      assert.ok(has(({ from }, as) => !isOutsider(from) && isOutsider(as)));
      assert.ok(has(({ from }, as) => isOutsider(from) && !isOutsider(as)));
      assert.ok(all.every(({ from, to, as }) => as !== from && as !== to));
      const wouldPass = ({ as, to, packet }: Probe) =>
        as !== undefined && allowedBy(of, as, to, packet) !== undefined;
      assert.ok(all.filter(wouldPass).length > all.length / 4, "only the address can stop many of them");
    });
  });

describe("the probes", () => {
  it("of dev are between all pairs of hosts, and of hosts and the outside", () => {
    const { probes, pairs } = planProbes(dev, { seed: 1 });
    assert.deepEqual(pairs, { chosen: 14 * 13 + 2 * 14 * 5, of: 14 * 13 + 2 * 14 * 5 });
    // The ports of all flows and those beside them are tried where they are closed too.
    const workers = own(probes).filter(
      ({ from, to }) => nameOf(from) === "test-claims-1" && nameOf(to) === "test-billing-2",
    );
    const packets = new Set(workers.map(({ packet }) => showTraffic(packet)));
    for (const port of [178, 179, 180, 442, 443, 444, 2378, 2379, 2380, 2381, 6442, 6443, 6444, 8442, 8443])
      assert.ok(packets.has(`tcp/${port}`), String(port));
    for (const packet of ["udp/53", "udp/123", "icmp", "ip/4", "ip/47", "ip/94"])
      assert.ok(packets.has(packet));
  });

  it("are as many as are asked for, drawn from all ports and many protocols", () => {
    const { probes } = planProbes(dev, { seed: 1, atLeast: 20_000 });
    assert.equal(probes.length, 20_000);
    const packets = own(probes).map(({ packet }) => packet);
    const ports = new Set(packets.flatMap((packet) => (packet.kind === "ports" ? [packet.from] : [])));
    assert.ok(ports.size > 5_000);
    assert.ok(Math.max(...ports) > 60_000 && Math.max(...ports) <= 65535 && Math.min(...ports) >= 1);
    assert.ok(new Set(packets.flatMap((packet) => (packet.kind === "ip" ? [packet.number] : []))).size > 8);
  });

  it("are no more than are asked for, but still between every two groups", () => {
    const few = planProbes(dev, { seed: 1, atLeast: 100, atMost: 3_000 });
    assert.ok(few.probes.length <= 3_000);
    const fewest = planProbes(dev, { seed: 1, atLeast: 1, atMost: 1 });
    assert.ok(fewest.probes.length < few.probes.length);
    const between = packetsBetween(fewest.probes);
    for (const [a, from, b, to] of groupPairs(dev, few.probes)) {
      const packets = between.get(`${a} -> ${b}`) ?? [];
      assert.ok(packets.length > 0, `${a} -> ${b}`);
      for (const { traffic } of dev.flows.filter((flow) => leads(flow, from, to)))
        assert.ok(packets.some((packet) => covers(traffic, packet)));
    }
  });

  it("of 60 zones and 240 workers stay within 60,000, with each host of two groups that a flow joins", () => {
    const big = wide(60);
    const { probes, pairs } = planProbes(big, { seed: 3 });
    assert.ok(probes.length <= 60_000, String(probes.length));
    assert.ok(pairs.chosen < pairs.of);
    const reached = own(probes).filter(
      ({ to, because }) => !isOutsider(to) && to.role === "manager" && because !== undefined,
    );
    assert.equal(
      new Set(reached.flatMap(({ from }) => (isOutsider(from) || from.role !== "worker" ? [] : [from.name])))
        .size,
      240,
    );
  });

  it("leave out what a firewall has to take for an answer, and count it", () => {
    const flows = [
      { from: "red", to: "blue", traffic: ["ip/50", "icmp", "udp/500"], why: "a tunnel", owner: "red" },
      { from: "10.99.0.0/16", to: "red", traffic: ["ip/89"], why: "routes", owner: "red" },
    ];
    const of = plan(environment({ "network.overlay": "vxlan", flows }));
    const { probes, untold } = planProbes(of, { seed: 1 });
    const tried = (from: string, to: string, packet: Traffic) =>
      own(probes).filter(
        (probe) =>
          nameOf(probe.from).startsWith(from) &&
          nameOf(probe.to).startsWith(to) &&
          showTraffic(probe.packet) === showTraffic(packet),
      ).length;
    assert.equal(tried("red-", "blue-", ip(50)), 4);
    assert.equal(tried("blue-", "red-", ip(50)), 0, "it would pass as the answer");
    assert.equal(tried("10.99.", "red-", ip(89)), 2);
    assert.equal(tried("red-", "10.99.", ip(89)), 0);
    // An echo request is no answer, ports tell connections apart, and what is closed both ways is no answer either.
    for (const packet of [icmp, udp(500)]) assert.equal(tried("blue-", "red-", packet), 4);
    assert.equal(tried("blue-", "red-", ip(89)) + tried("red-", "blue-", ip(89)), 8);
    // Four of ip/50 and two of ip/89.
    assert.equal(untold, 6);
    assert.equal(planProbes(dev, { seed: 1 }).untold, 0);
  });

  it("leave out protocols whose packets nobody would see arrive", () => {
    const flows = [
      {
        from: "red",
        to: "blue",
        traffic: ["ip/0", "ip/132", "ip/255"],
        why: "SCTP, and slips",
        owner: "red",
      },
    ];
    const { probes, untold } = planProbes(plan(environment({ flows })), { seed: 1 });
    const numbers = probes.flatMap(({ packet }) => (packet.kind === "ip" ? [packet.number] : []));
    for (const number of [0, 132, 136, 255]) assert.ok(!numbers.includes(number), String(number));
    assert.ok(untold > 0);
  });

  it("are between an environment without any flow or outside as well", () => {
    const none: Plan = { ...dev, flows: [], hosts: dev.hosts.slice(0, 2) };
    const { probes, pairs } = planProbes(none, { seed: 1, atLeast: 500 });
    assert.equal(probes.length, 500);
    assert.equal(pairs.chosen, 6);
    assert.ok(probes.every(({ because }) => because === undefined));
  });
});

describe("the addresses outside that are probed", () => {
  const addresses = (edits: Readonly<Record<string, unknown>>, seed = 1) =>
    [
      ...new Set(
        own(planProbes(plan(environment(edits)), { seed }).probes)
          .flatMap(({ from, to }) => [from, to])
          .filter(isOutsider)
          .map(({ address, name }) => `${name ?? ""} ${address}`),
      ),
    ].sort();

  it("are one of each block that a flow names, and one that none does", () => {
    const found = addresses({
      "network.frontDoor": ["198.51.100.0/24", "10.99.0.0/16"],
      "network.services": { dns: { addresses: ["192.0.2.53/32", "192.0.2.54/31"] } },
    });
    assert.equal(found.length, 5);
    assert.deepEqual(
      found.filter((one) => !one.startsWith("front door")),
      ["dns 192.0.2.53", "dns 192.0.2.54", "elsewhere 203.0.113.99"],
    );
    for (const block of ["198.51.100.0/24", "10.99.0.0/16"])
      assert.equal(
        found.filter((one) => contains(parseBlock(block), parseBlock(`${one.split(" ").at(-1) ?? ""}/32`)))
          .length,
        1,
      );
  });

  it("are drawn by lot where a block has many", () => {
    const edits = { "network.frontDoor": ["10.99.0.0/16"] };
    assert.notDeepEqual(addresses(edits, 1), addresses(edits, 2));
  });

  it("have one that no flow names also where the documentation's own networks are named", () => {
    const blocks = ["203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/24", "11.0.0.0/8"];
    assert.ok(addresses({ "network.frontDoor": blocks }).includes("elsewhere 12.0.0.99"));
  });

  it("are probed in both directions, and on what is closed", () => {
    const { probes } = planProbes(dev, { seed: 1 });
    const free = own(probes).filter(({ from, to }) =>
      [from, to].some((peer) => peer.address === "203.0.113.99"),
    );
    assert.equal(new Set(free.map(({ from, to }) => `${nameOf(from)} ${nameOf(to)}`)).size, 28);
    assert.ok(free.every(({ because }) => because === undefined));
    for (const packet of [tcp(443), ipip, icmp])
      assert.equal(free.filter((probe) => covers(packet, probe.packet)).length, 28);
  });
});
