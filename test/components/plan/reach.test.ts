import assert from "node:assert/strict";
import {
  allowedBy,
  holds,
  icmp,
  ip,
  plan,
  showTraffic,
  tcp,
  udp,
  vxlan,
  type Endpoint,
  type Flow,
  type Peer,
  type Traffic,
} from "../../../components/plan/index.ts";
import { environment } from "../../support/config.ts";

const planned = plan(
  environment({
    target: "azure",
    "network.overlay": "vxlan",
    "network.frontDoor": ["198.51.100.0/24", "203.0.113.0/25"],
    "network.services": { dns: { addresses: ["192.0.2.53/32"] } },
    flows: [
      {
        from: "red",
        to: "10.99.0.0/16",
        traffic: ["tcp/5432", "ip/50"],
        why: "the old database",
        owner: "r",
      },
      { from: "10.98.0.0/16", to: "blue", traffic: ["icmp"], why: "monitoring", owner: "b" },
    ],
  }),
);

const outside = (address: string): Peer => ({ address });
const inside = (name: string): Peer => {
  const host = planned.hosts.find((candidate) => candidate.name === name);
  assert.ok(host, `there is no machine ${name}`);
  return host;
};

const packets = [tcp(22), tcp(53), tcp(443), tcp(5432), tcp(6443), udp(53), icmp, vxlan, ip(50)];
const passing = (from: Peer, to: Peer): string[] =>
  packets.filter((packet: Traffic) => allowedBy(planned, from, to, packet) !== undefined).map(showTraffic);

describe("an address outside", () => {
  it("of the front door opens to managers and the registry what the door is for, and no more", () => {
    for (const address of ["198.51.100.0", "198.51.100.255", "203.0.113.127"]) {
      assert.deepEqual(passing(outside(address), inside("manager-1")), ["tcp/443", "tcp/6443"]);
      assert.deepEqual(passing(outside(address), inside("registry-1")), ["tcp/443"]);
      assert.deepEqual(passing(outside(address), inside("red-1")), []);
    }
  });

  it("beside a block's edge opens nothing, and neither does one that no flow names", () => {
    for (const address of ["198.51.99.255", "198.51.101.0", "203.0.113.128", "8.8.8.8"])
      for (const host of planned.hosts) assert.deepEqual(passing(outside(address), host), [], host.name);
  });

  it("of a service is reached by machines of every role, and reaches none of them", () => {
    for (const name of ["manager-1", "registry-1", "red-1"]) {
      assert.deepEqual(passing(inside(name), outside("192.0.2.53")), ["tcp/53", "udp/53"]);
      assert.deepEqual(passing(outside("192.0.2.53"), inside(name)), []);
      assert.deepEqual(passing(inside(name), outside("192.0.2.54")), []);
    }
  });

  it("that the stack file names is reached by whom it says, or reaches whom it says", () => {
    assert.deepEqual(passing(inside("red-1"), outside("10.99.3.4")), ["tcp/5432", "ip/50"]);
    assert.deepEqual(passing(inside("blue-1"), outside("10.99.3.4")), []);
    assert.deepEqual(passing(outside("10.98.0.1"), inside("blue-1")), ["icmp"]);
    assert.deepEqual(passing(outside("10.98.0.1"), inside("red-1")), []);
    assert.deepEqual(passing(inside("blue-1"), outside("10.98.0.1")), []);
  });

  it("opens nothing to another outside, whatever the flows say", () => {
    const any: Endpoint = { kind: "outside", name: "any", addresses: ["0.0.0.0/0"] };
    const flow: Flow = { from: any, to: any, traffic: tcp(443), why: "a mistake" };
    const open = { zones: planned.zones, flows: [flow] };
    assert.equal(allowedBy(open, outside("8.8.8.8"), outside("1.1.1.1"), tcp(443)), undefined);
  });

  it("is told with the flow that allows it", () => {
    const flow = allowedBy(planned, outside("10.98.0.1"), inside("blue-2"), icmp);
    assert.equal(typeof flow === "object" && flow.why, "monitoring");
  });

  it("stands for no role, zone or collection, and a machine for no address outside", () => {
    const address = inside("red-1").address;
    const endpoints: Endpoint[] = [
      { kind: "role", role: "worker" },
      { kind: "zone", zone: "red" },
      { kind: "collection", zone: "red", collection: "red" },
    ];
    for (const endpoint of endpoints) {
      assert.equal(holds(endpoint, inside("red-1")), true);
      assert.equal(holds(endpoint, outside(address)), false);
    }
    assert.equal(holds({ kind: "outside", name: "x", addresses: [`${address}/32`] }, inside("red-1")), false);
  });
});
