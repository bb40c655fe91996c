import assert from "node:assert/strict";
import { labNetwork, labTunnelFacts } from "../../../../components/proof/lab/index.ts";
import { Reach } from "../../../../components/proof/reach/index.ts";
import {
  Reference,
  Resources,
  Unknown,
  type Resource,
  type Value,
} from "../../../../components/proof/resource/index.ts";
import { showPackets } from "../../../../components/proof/space/index.ts";
import { resource } from "./resources.ts";

type Inputs = Readonly<Record<string, Value>>;
const closed: Inputs = { inside: "flows", ingress: {}, egress: {} };
const why = "they need it";

/** A network of two zones with a host each, or whatever of it is said otherwise. */
function sample({
  red = closed,
  blue = closed,
  hosts = {},
}: {
  red?: Inputs | undefined;
  blue?: Inputs | undefined;
  hosts?: Readonly<Record<string, Inputs>>;
}): Resource[] {
  const network = resource("lab:index:Network", "lab", { name: "lab", cidr: "10.0.0.0/16" });
  const zones = (["red", "blue"] as const).map((name, index) =>
    resource("lab:index:Zone", name, {
      network: new Reference(network, "id"),
      name,
      cidr: `10.0.${index}.0/24`,
    }),
  );
  const [redZone, blueZone] = zones as [Resource, Resource];
  const host = (zone: Resource, name: string, address: string, groups: Value) =>
    resource("lab:index:Host", name, {
      zone: new Reference(zone, "id"),
      name,
      address,
      groups,
      ...hosts[name],
    });
  return [
    network,
    ...zones,
    resource("lab:index:Firewall", "red", { zone: new Reference(redZone, "id"), ...red }),
    resource("lab:index:Firewall", "blue", { zone: new Reference(blueZone, "id"), ...blue }),
    host(redZone, "red-1", "10.0.0.10", ["zone/red", "role/worker"]),
    host(redZone, "red-2", "10.0.0.11", ["zone/red", "role/worker"]),
    host(blueZone, "blue-1", "10.0.1.10", ["zone/blue", "role/registry"]),
  ];
}

function passes(resources: readonly Resource[], from: string, to: string, how: "sure" | "maybe"): string {
  const reach = new Reach(labNetwork(new Resources(resources)));
  const find = (name: string) => {
    const found = reach.classes.find(({ spots, outside }) =>
      name === "outside" ? outside !== undefined : spots.some(({ nic }) => nic.id === name),
    );
    assert.ok(found !== undefined, name);
    return found;
  };
  return showPackets(reach.between(find(from), find(to), how));
}

const both = (resources: readonly Resource[], from: string, to: string) =>
  (["sure", "maybe"] as const).map((how) => passes(resources, from, to, how));

const rule = "role/worker -> role/registry: tcp/443";
const byHand = (...expr: readonly unknown[]) => `by hand: ${JSON.stringify(expr)}`;
const port = (value: number) => ({
  match: { op: "==", left: { payload: { protocol: "tcp", field: "dport" } }, right: value },
});
const accept = { accept: null };

describe("the lab as registered", () => {
  it("lets pass only what both ends' zones let pass", () => {
    const out = { ...closed, egress: { [rule]: why } };
    const into = { ...closed, ingress: { [rule]: why } };
    assert.deepEqual(both(sample({ red: out, blue: into }), "red-1", "blue-1"), ["tcp/443", "tcp/443"]);
    assert.deepEqual(both(sample({ red: out, blue: into }), "blue-1", "red-1"), ["nothing", "nothing"]);
    assert.equal(passes(sample({ red: out }), "red-1", "blue-1", "maybe"), "nothing");
    assert.equal(passes(sample({ blue: into }), "red-1", "blue-1", "maybe"), "nothing");
  });

  it("asks of addresses outside only the zone of the one inside", () => {
    const red = { ...closed, ingress: { "0.0.0.0/0 -> zone/red: tcp/22": why } };
    assert.deepEqual(both(sample({ red }), "outside", "red-1"), ["tcp/22", "tcp/22"]);
    assert.equal(passes(sample({ red }), "red-1", "outside", "maybe"), "nothing");
  });

  it("lets hosts of an open zone talk freely, and no others", () => {
    const all = sample({ red: { ...closed, inside: "open" } });
    assert.deepEqual(both(all, "red-1", "red-2"), ["everything", "everything"]);
    assert.equal(passes(all, "red-1", "blue-1", "maybe"), "nothing");
    assert.equal(passes(sample({}), "red-1", "red-2", "maybe"), "nothing");
  });

  it("closes a zone that has no firewall", () => {
    const all = sample({ red: { ...closed, egress: { [rule]: why } } });
    const without = all.filter(({ type, name }) => type !== "lab:index:Firewall" || name !== "blue");
    assert.equal(passes(without, "red-1", "blue-1", "maybe"), "nothing");
  });

  it("lets what has no ports back as answers, of which nothing is sure", () => {
    const overlay = { "role/worker -> role/registry: ip/4": why };
    const all = sample({ red: { ...closed, egress: overlay }, blue: { ...closed, ingress: overlay } });
    assert.deepEqual(both(all, "red-1", "blue-1"), ["ip/4", "ip/4"]);
    assert.deepEqual(both(all, "blue-1", "red-1"), ["nothing", "ip/4"]);
  });

  it("takes a host of unknown groups for one of all, and of none", () => {
    const firewalls = {
      red: { ...closed, egress: { [rule]: why } },
      blue: { ...closed, ingress: { [rule]: why } },
    };
    const hosts = { "red-2": { groups: new Unknown("not known yet") } };
    assert.deepEqual(both(sample({ ...firewalls, hosts }), "red-2", "blue-1"), ["nothing", "tcp/443"]);
    assert.deepEqual(both(sample({ ...firewalls, hosts }), "red-1", "blue-1"), ["tcp/443", "tcp/443"]);
  });

  it("finds a host without address by its zone and its groups", () => {
    const firewalls = {
      red: { ...closed, egress: { [rule]: why } },
      blue: { ...closed, ingress: { [rule]: why } },
    };
    const hosts = { "red-2": { address: new Unknown("not known yet") } };
    assert.deepEqual(both(sample({ ...firewalls, hosts }), "red-2", "blue-1"), ["tcp/443", "tcp/443"]);
  });

  it("takes rules that are not known for any", () => {
    const red = { ...closed, egress: new Unknown("not known yet") };
    const blue = { ...closed, ingress: { "nobody wrote this": why } };
    assert.deepEqual(
      both(sample({ red, blue: { ...closed, ingress: { [rule]: why } } }), "red-1", "blue-1"),
      ["nothing", "everything"],
    );
    assert.deepEqual(both(sample({ blue }), "outside", "blue-1"), ["nothing", "everything"]);
  });

  it("reads rules that were added by hand, which may stand before all others", () => {
    const red = { ...closed, egress: { [rule]: why } };
    const into = (text: string) => ({ ...closed, ingress: { [rule]: why, [text]: "" } });
    const outside = (text: string) => both(sample({ red, blue: into(text) }), "outside", "blue-1");
    const inside = (text: string) => both(sample({ red, blue: into(text) }), "red-1", "blue-1");
    assert.deepEqual(outside(byHand(port(22), accept)), ["tcp/22", "tcp/22"]);
    assert.deepEqual(inside(byHand(port(22), accept)), ["tcp/443", "tcp/443"]);
    assert.deepEqual(inside(byHand(port(443), { drop: null })), ["nothing", "tcp/443"]);
    assert.deepEqual(inside(byHand(port(22), { drop: null })), ["tcp/443", "tcp/443"]);
    assert.deepEqual(outside(byHand({ jump: { target: "mine" } })), ["nothing", "everything"]);
  });

  it("lets what a sender's zone accepts by hand past the receiver's", () => {
    const expr = byHand(
      { match: { op: "==", left: { payload: { protocol: "ip", field: "saddr" } }, right: "10.0.0.10" } },
      port(22),
      accept,
    );
    const all = sample({ red: { ...closed, egress: { [expr]: "" } } });
    assert.deepEqual(both(all, "red-1", "blue-1"), ["tcp/22", "tcp/22"]);
    assert.equal(passes(all, "red-2", "blue-1", "maybe"), "nothing");
    const onward = byHand(port(22), { goto: { target: "inbound" } });
    assert.equal(
      passes(sample({ red: { ...closed, egress: { [onward]: "" } } }), "red-1", "blue-1", "maybe"),
      "nothing",
    );
  });

  it("says what it takes for granted", () => {
    const more = [
      resource("lab:index:ControlPlane", "kubernetes", {}),
      resource("lab:index:Cable", "new", {}),
      ...sample({}).filter(({ type }) => type !== "lab:index:Network"),
      resource(
        "lab:index:Network",
        "lab",
        { name: "lab", cidr: "10.0.0.0/16" },
        { outputs: { changedByHand: ["table ip mine is not the lab's"] } },
      ),
    ];
    const texts = labNetwork(new Resources(more)).assumptions.map(({ text }) => text);
    assert.deepEqual(texts, [
      "ICMP errors about a connection pass in both directions wherever the connection does",
      "lab:index:Cable new is not understood; it is taken to open nothing",
      "programs on this machine reach the API server at a port of 127.0.0.1, past all firewalls: there only TLS and access rights decide",
      "table ip mine is not the lab's: it was changed by hand in the gateway, and the next up puts it right",
    ]);
  });

  it("is refused where a stack has several networks", () => {
    const two = [
      ...sample({}),
      resource("lab:index:Network", "other", { name: "other", cidr: "10.9.0.0/16" }),
    ];
    assert.throws(
      () => labNetwork(new Resources(two)),
      /^RangeError: there are several lab networks, lab, other: a stack has one/,
    );
  });

  it("has no host that forwards others' packets", () => {
    const facts = labTunnelFacts(new Resources(sample({})));
    assert.deepEqual(
      [...facts],
      ["red-1", "red-2", "blue-1"].map((name) => [name, { forwards: false }]),
    );
  });
});
