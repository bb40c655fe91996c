import assert from "node:assert/strict";
import fc from "fast-check";
import {
  parseRule,
  planFirewall,
  showRule,
  type LabRule,
  type ZoneFirewall,
} from "../../components/lab/index.ts";
import type { Gateway } from "../../components/lab/linux/gateway.ts";
import { createHost, deleteHost, updateHost } from "../../components/lab/linux/host.ts";
import { createNetwork, repairNetwork } from "../../components/lab/linux/network.ts";
import { applyFirewall, createZone, deleteFirewall, deleteZone } from "../../components/lab/linux/zone.ts";
import { ip, tcp, udp, type Traffic } from "../../components/plan/index.ts";
import { Gateway as LiveGateway } from "../../components/lab/linux/gateway.ts";
import { byHand, emptyLab, labOf, planOf, ways, withLabs } from "../support/lab.ts";

const red = { name: "red", instance: "00000001", cidr: "10.1.0.0/24" };
const host = {
  name: "red-1",
  instance: "00000001",
  address: "10.1.0.10",
  groups: ["role/worker", "zone/red"],
};
const nothing: ZoneFirewall = { inside: "flows", ingress: {}, egress: {} };

const end: fc.Arbitrary<LabRule["from"]> = fc.oneof(
  fc
    .constantFrom("role/worker", "zone/red", "collection/red/blue.x/linux")
    .map((group) => ({ kind: "group" as const, group })),
  fc
    .uniqueArray(fc.tuple(fc.nat(255), fc.integer({ min: 8, max: 32 })), {
      minLength: 1,
      maxLength: 3,
      selector: ([first]) => first,
    })
    .map((blocks) => ({
      kind: "addresses" as const,
      cidrs: blocks.map(([first, prefix]) =>
        prefix === 8 ? `${first}.0.0.0/8` : `${first}.0.0.0/${prefix}`,
      ),
    })),
);
const traffic: fc.Arbitrary<Traffic> = fc.oneof(
  fc.integer({ min: 1, max: 65535 }).map((port) => tcp(port)),
  fc
    .tuple(fc.integer({ min: 1, max: 65535 }), fc.nat(999))
    .map(([from, more]) => udp(from, Math.min(65535, from + more))),
  fc
    .integer({ min: 0, max: 255 })
    .filter((number) => number !== 6 && number !== 17)
    .map(ip),
);

for (const way of ways)
  describe(`a lab's kernel ${way.how}`, function () {
    this.timeout(30_000);
    withLabs(way);
    let gateway: Gateway;
    const small = async () => {
      const lab = await emptyLab();
      await createNetwork(lab, "10.1.0.0/16");
      gateway = new LiveGateway(lab);
      await gateway.change("make red", (now) => createZone(now, red));
    };
    const apply = (firewall: ZoneFirewall, instance = "00000001") =>
      gateway.change("change red", (now) =>
        applyFirewall(now, now.zones.find(({ name }) => name === "red") ?? red, instance, firewall),
      );
    const make = (spec = host) => gateway.change("make a host", (now) => createHost(now, spec, red.cidr));

    it("gives every rule back as it was written", async () => {
      await small();
      const rules = fc.sample<LabRule>(fc.record({ from: end, to: end, traffic }), { numRuns: 600, seed: 7 });
      const written = Object.fromEntries(
        rules.map((rule, index) => [showRule(parseRule(showRule(rule))), `why ${index}, it's so`] as const),
      );
      const half = Object.fromEntries(Object.entries(written).slice(0, 300));
      await apply({ inside: "open", ingress: written, egress: half });
      const [read] = (await gateway.read()).firewalls;
      assert.deepEqual(
        { inside: read?.inside, ingress: read?.ingress, egress: read?.egress },
        { inside: "open", ingress: written, egress: half },
      );
    });

    it("shows a rule that was added by hand as one, whatever it opens", async () => {
      await small();
      await apply({ ...nothing, ingress: { "role/worker -> zone/red: tcp/22": "ssh" } });
      const chain = (await gateway.read()).firewalls[0]?.chains.in ?? "";
      const ends = "ct original ip saddr @role/worker ct original ip daddr @zone/red";
      const added = [
        "accept",
        "ip saddr 10.0.0.1 drop",
        `${ends} accept`,
        `${ends} meta l4proto 6 accept`,
        `${ends} meta l4proto 47 counter accept`,
        "tcp dport { 1, 2 } accept",
      ];
      for (const rule of added) await byHand(gateway, `nft 'add rule inet bulkhead ${chain} ${rule}'`);
      const [read] = (await gateway.read()).firewalls;
      const names = Object.keys(read?.ingress ?? {});
      assert.equal(names.filter((name) => name.startsWith("by hand: ")).length, added.length);
      assert.equal(names.length, added.length + 1);
      assert.equal(read?.inside, "flows");
    });

    it("is at each moment at the old rules or at the new ones, never between", async () => {
      await small();
      // More than fits into one transaction without root.
      const many = (port: number): ZoneFirewall => ({
        ...nothing,
        ingress: Object.fromEntries(
          Array.from({ length: 900 }, (_, index) => [
            `role/worker -> 10.${index % 200}.${Math.floor(index / 200)}.0/24: tcp/${port}`,
            "many",
          ]),
        ),
      });
      await apply(many(1));
      const ended = [2, 3, 4].reduce(
        (before, port) => before.then(() => apply(many(port))).then(() => undefined),
        Promise.resolve(),
      );
      let isOver = false;
      void ended.then(() => (isOver = true));
      const other = new LiveGateway(gateway.lab);
      while (!isOver) {
        const [read] = (await other.read()).firewalls;
        const ports = new Set(Object.keys(read?.ingress ?? {}).map((rule) => rule.split(": ")[1]));
        assert.deepEqual([ports.size, Object.keys(read?.ingress ?? {}).length], [1, 900]);
      }
      await ended;
      assert.deepEqual((await gateway.read()).strayChains, []);
    });

    it("finds each change by hand of what all zones share, and puts it right", async () => {
      await small();
      await apply(nothing);
      await make();
      assert.deepEqual((await gateway.read()).byHand, []);
      for (const [script, what] of [
        ["nft 'chain inet bulkhead forward { policy accept; }'", "chain forward is set up otherwise"],
        ["nft insert rule inet bulkhead source accept", "chain source has other rules"],
        ["nft flush chain inet bulkhead inbound", "chain inbound has other rules"],
        ["ip netns delete outside", "outside is gone"],
        ["ip link delete outside", "outside is gone"],
        ["nft add chain inet bulkhead mine", "chain mine is not the lab's"],
        ["nft add table ip nat", "table ip nat is not the lab's"],
        [
          "nft add element inet bulkhead network '{ 192.168.0.0/16 }'",
          "set network has 10.1.0.0/16, 192.168.0.0/16",
        ],
        [
          "nft add element inet bulkhead ports '{ p0a01000a . 10.1.0.99 }'",
          "p0a01000a may send as 10.1.0.99",
        ],
        [
          "nft add element inet bulkhead role/worker '{ 192.0.2.1 }'",
          "group role/worker has 192.0.2.1, which is no host",
        ],
        [
          "nft add element inet bulkhead egress '{ 192.0.2.0/24 : goto inbound }'",
          "map egress has 192.0.2.0/24, which is no zone",
        ],
      ] as const) {
        await byHand(gateway, script);
        const { byHand: found } = await gateway.read();
        assert.deepEqual(
          found.map((finding) => finding.what),
          [what],
        );
        await gateway.change("repair", (now) => repairNetwork(now, "10.1.0.0/16"));
        assert.deepEqual((await gateway.read()).byHand, [], script);
      }
    });

    it("heals what an interrupted making has left", async () => {
      await small();
      await byHand(gateway, "ip address add 10.1.1.1/32 dev lo");
      await gateway.change("make blue", (now) =>
        createZone(now, { ...red, name: "blue", cidr: "10.1.1.0/24" }),
      );
      await byHand(gateway, "ip netns add red-1\nnft add chain inet bulkhead in/red/00000009-1");
      const now = await gateway.read();
      assert.deepEqual([now.strayNamespaces, now.strayChains], [["red-1"], ["in/red/00000009-1"]]);
      await make();
      await apply(nothing);
      const after = await gateway.read();
      assert.deepEqual([after.strayNamespaces, after.strayChains, after.hosts.length], [[], [], 1]);
    });

    it("gives a name or an address to the newcomer, and a late delete of the old one leaves that alone", async () => {
      await small();
      await make();
      await make({ ...host, name: "red-2", instance: "00000002" });
      await gateway.change("delete", (now) => deleteHost(now, { name: "red-1", instance: "00000001" }));
      await make({ ...host, name: "red-2", instance: "00000003", address: "10.1.0.11" });
      await gateway.change("delete", (now) => deleteHost(now, { name: "red-2", instance: "00000002" }));
      const { hosts, byHand: found } = await gateway.read();
      assert.deepEqual(
        hosts.map(({ name, address, instance }) => [name, address, instance]),
        [["red-2", "10.1.0.11", "00000003"]],
      );
      assert.deepEqual(found, []);
      await apply(nothing);
      await gateway.change("rename", (now) =>
        createZone(now, { ...red, name: "blue", instance: "00000002" }),
      );
      await gateway.change("again", (now) => createZone(now, { ...red, name: "blue", instance: "00000003" }));
      await gateway.change("delete", (now) => deleteZone(now, { name: "blue", instance: "00000002" }));
      await gateway.change("delete", (now) => deleteFirewall(now, "red", "00000001"));
      await gateway.change("delete", (now) => deleteZone(now, red));
      const after = await gateway.read();
      assert.deepEqual(
        [after.zones.map(({ name }) => name), after.firewalls, after.strayChains],
        [["blue"], [], []],
      );
    });

    it("moves a host from group to group, and ends what runs on one that goes", async () => {
      await small();
      await make();
      await gateway.change("move", (now) =>
        updateHost(now, { ...host, groups: ["role/manager", "zone/red"] }),
      );
      assert.deepEqual([...((await gateway.read()).hosts[0]?.groups ?? [])].sort(), [
        "role/manager",
        "zone/red",
      ]);
      await byHand(
        gateway,
        "nsenter --net=/run/netns/red-1 setsid sleep 4711 >/dev/null 2>&1 </dev/null &\nsleep 0.1",
      );
      await gateway.change("delete", (now) => deleteHost(now, host));
      assert.equal((await gateway.lab.run("pgrep -fx 'sleep 4711'")).stdout, "");
      const now = await gateway.read();
      assert.deepEqual([now.hosts, now.strayNamespaces, now.byHand], [[], [], []]);
      assert.equal(await byHand(gateway, "ip -br link show type veth | grep -vc outside || :"), "0\n");
    });

    it("tells which of many changes at once has failed, and does the others", async () => {
      await small();
      const outcomes = await Promise.allSettled([
        make(),
        gateway.change("do what fails", () => "echo it is impossible >&2; exit 3\n"),
        make({ ...host, name: "red-2", address: "10.1.0.11" }),
      ]);
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ["fulfilled", "rejected", "fulfilled"],
      );
      const [, failed] = outcomes;
      assert.match(
        String(failed.status === "rejected" && failed.reason),
        /cannot do what fails: it is impossible/,
      );
      assert.equal((await gateway.read()).hosts.length, 2);
    });

    it("takes no change that was planned before somebody else's", async () => {
      await small();
      const { version } = await gateway.read();
      await gateway.lab.change("do something else", "ip netns add other");
      assert.equal(await gateway.lab.change("do it", "ip netns add late", version), false);
      assert.equal((await gateway.lab.run("ls /run/netns")).stdout, "other\noutside\n");
    });

    it("does nothing at all with a script that was cut off on its way", async () => {
      await small();
      await assert.rejects(
        gateway.lab.change("do half of it", "ip netns add half\nif true; then ip netns add hal"),
      );
      assert.deepEqual((await gateway.read()).strayNamespaces, []);
    });

    it("comes back as planned: dev", async () => {
      const planned = await planOf("dev");
      const now = await (await labOf(planned)).read();
      for (const { zone, inside, ingress, egress } of now.firewalls)
        assert.deepEqual({ inside, ingress, egress }, planFirewall(planned, zone), zone);
      assert.equal(now.firewalls.length, planned.zones.length);
    });
  });
