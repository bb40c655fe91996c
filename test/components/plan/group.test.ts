import assert from "node:assert/strict";
import {
  groupsOf,
  plan,
  planGroups,
  type GroupRule,
  type Plan,
  type SecurityGroup,
} from "../../../components/plan/index.ts";
import { environment, group } from "../../support/config.ts";

const planned = (edits: Readonly<Record<string, unknown>> = {}): Plan => plan(environment(edits));
const named = (of: Plan, name: string): SecurityGroup => {
  const found = planGroups(of).find((candidate) => candidate.name === name);
  assert.ok(found, `there is no group ${name}`);
  return found;
};
const names = (of: Plan): string[] => planGroups(of).map(({ name }) => name);
const ids = (rules: readonly GroupRule[]): string[] => rules.map(({ id }) => id);

describe("security groups", () => {
  it("are one for each role, each zone and each kind of appliance", () => {
    assert.deepEqual(names(planned({ "network.frontDoor": ["10.128.0.0/9"] })), [
      "endpoint",
      "load-balancer",
      "manager",
      "registry",
      "worker",
      "zone-blue",
      "zone-management",
      "zone-red",
    ]);
    assert.deepEqual(
      names(planned({ "aws.endpoints": [], "management.registry.count": 0 })),
      ["manager", "worker", "zone-blue", "zone-management", "zone-red"],
      "none for what there is not",
    );
  });

  it("carry what every zone needs on the roles, so that an added zone brings a group with two rules and touches no other", () => {
    const before = planGroups(planned());
    const after = planGroups(planned({ "zones.green": { slot: 9 }, "groups.green": group("green") }));
    assert.deepEqual(
      after.filter(({ name }) => name !== "zone-green"),
      before,
    );
    const green = after.find(({ name }) => name === "zone-green");
    assert.deepEqual(
      [ids(green?.ingress ?? []), ids(green?.egress ?? [])],
      [["zone-green all"], ["zone-green all"]],
    );
  });

  it("of a zone that is closed inside have the flows between its collections, and no rule for all", () => {
    const closed = planned({ "zones.red": { slot: 1, inside: "flows" } });
    assert.deepEqual(named(closed, "zone-red").ingress, []);
    assert.deepEqual(ids(named(closed, "collection-red").ingress).slice(0, 2), [
      "collection-red ip/4",
      "collection-red tcp/179",
    ]);
  });

  it("have each rule at both ends, named by what it opens", () => {
    const of = planned({
      flows: [{ from: "red", to: "blue/blue", traffic: ["tcp/5432"], why: "invoices", owner: "red team" }],
    });
    assert.deepEqual(ids(named(of, "zone-red").egress), ["collection-blue tcp/5432", "zone-red all"]);
    assert.deepEqual(named(of, "collection-blue").ingress, [
      {
        id: "zone-red tcp/5432",
        peer: { kind: "group", group: "zone-red" },
        traffic: { kind: "ports", protocol: "tcp", from: 5432, to: 5432 },
        why: "invoices (red team)",
      },
    ]);
    for (const { name, ingress, egress } of planGroups(of)) {
      const peers = (rules: readonly GroupRule[]) =>
        rules.flatMap(({ peer, id }) =>
          peer.kind === "group" ? [[peer.group, id.split(" ")[1]] as const] : [],
        );
      for (const [other, traffic] of peers(ingress))
        assert.ok(
          ids(named(of, other).egress).includes(`${name} ${traffic}`),
          `${other} -> ${name} ${traffic}`,
        );
      for (const [other, traffic] of peers(egress))
        assert.ok(
          ids(named(of, other).ingress).includes(`${name} ${traffic}`),
          `${name} -> ${other} ${traffic}`,
        );
    }
  });

  it("name each block outside by itself, and once where two services share it", () => {
    const of = planned({
      "network.services": {
        dns: { addresses: ["10.99.0.53/32", "10.99.1.53/32"] },
        names: { addresses: ["10.99.0.53/32"], traffic: ["udp/53"], why: "old names" },
      },
    });
    const { egress, ingress } = named(of, "worker");
    assert.deepEqual(
      ids(egress).filter((id) => id.endsWith("/53")),
      ["10.99.0.53/32 tcp/53", "10.99.0.53/32 udp/53", "10.99.1.53/32 tcp/53", "10.99.1.53/32 udp/53"],
    );
    assert.equal(
      egress.find(({ id }) => id === "10.99.0.53/32 udp/53")?.why,
      "dns: names are resolved; names: old names",
    );
    assert.deepEqual(
      ids(ingress).filter((id) => /^\d/.test(id)),
      [],
      "nothing outside may reach a worker",
    );
  });

  it("give management and workers IP protocol 4 both ways, and workers of two zones none", () => {
    const of = planned({ "network.overlay": "ipip" });
    assert.ok(ids(named(of, "worker").ingress).includes("manager ip/4"));
    assert.ok(ids(named(of, "manager").ingress).includes("worker ip/4"));
    assert.ok(!ids(named(of, "worker").ingress).some((id) => id.startsWith("worker ")));
  });
});

describe("a machine", () => {
  const worn = (of: Plan, name: string) => {
    const host = of.hosts.find((candidate) => candidate.name === name);
    assert.ok(host);
    return groupsOf(host, of);
  };

  it("wears its role's group and its zone's", () => {
    assert.deepEqual(worn(planned(), "red-1"), ["worker", "zone-red"]);
    assert.deepEqual(worn(planned(), "manager-1"), ["manager", "zone-management"]);
  });

  it("wears a collection's where a rule names it, and its system's", () => {
    const of = planned({
      "network.overlay": "vxlan",
      flows: [{ from: "red/red", to: "blue", traffic: ["tcp/5432"], why: "w", owner: "o" }],
      "groups.red.collections.red.workers.windows": { count: 1 },
    });
    assert.deepEqual(worn(of, "red-1"), ["worker", "zone-red", "collection-red"]);
    assert.deepEqual(worn(of, "red-w1"), ["worker", "zone-red", "windows-worker", "collection-red"]);
    assert.deepEqual(worn(of, "blue-1"), ["worker", "zone-blue"]);
  });
});
