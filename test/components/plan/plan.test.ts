import assert from "node:assert/strict";
import fc from "fast-check";
import {
  contains,
  describePlan,
  drawPlan,
  parseBlock,
  plan,
  ruleId,
  sizeOf,
  type Plan,
} from "../../../components/plan/index.ts";
import { parseEnvironment } from "../../../stacks/config.ts";
import { edited, environment, group } from "../../support/config.ts";

const addresses = ({ hosts }: Plan) => Object.fromEntries(hosts.map(({ name, address }) => [name, address]));

describe("addresses", () => {
  it("follow from slots, and these are pinned: a change moves machines that exist", () => {
    const planned = plan(
      environment({
        "network.availabilityZones": ["a", "b"],
        "network.overlay": "vxlan",
        "groups.red.collections.red.workers.windows": { count: 2 },
      }),
    );
    assert.deepEqual(
      planned.zones.map(({ name, cidr, subnets }) => [name, cidr, ...subnets.map((subnet) => subnet.cidr)]),
      [
        ["management", "10.16.0.0/22", "10.16.0.0/24", "10.16.1.0/24"],
        ["red", "10.16.4.0/22", "10.16.4.0/24", "10.16.5.0/24"],
        ["blue", "10.16.8.0/22", "10.16.8.0/24", "10.16.9.0/24"],
      ],
    );
    assert.deepEqual(addresses(planned), {
      "manager-1": "10.16.0.32",
      "manager-2": "10.16.1.33",
      "manager-3": "10.16.0.34",
      "registry-1": "10.16.0.64",
      "red-1": "10.16.4.32",
      "red-2": "10.16.5.33",
      "red-w1": "10.16.4.62",
      "red-w2": "10.16.5.61",
      "blue-1": "10.16.8.32",
      "blue-2": "10.16.9.33",
    });
  });

  it("are one subnet a zone where subnets span availability zones", () => {
    const { zones } = plan(environment({ target: "azure" }));
    assert.deepEqual(
      zones.map(({ subnets }) => subnets),
      [[{ cidr: "10.16.0.0/22" }], [{ cidr: "10.16.4.0/22" }], [{ cidr: "10.16.8.0/22" }]],
    );
  });

  it("come from the subnets of an existing network, where one is used", () => {
    const subnet = (cidr: string) => [{ id: `subnet-${cidr}`, cidr, availabilityZone: "a" }];
    const planned = plan(
      environment({
        "network.existing": {
          id: "vpc-1",
          subnets: {
            management: subnet("10.16.200.0/24"),
            red: subnet("10.16.100.0/26"),
            blue: subnet("10.16.50.0/26"),
          },
        },
      }),
    );
    assert.equal(addresses(planned)["manager-1"], "10.16.200.32");
    assert.equal(addresses(planned)["red-1"], "10.16.100.8");
    assert.deepEqual(planned.zones[1]?.subnets[0]?.id, "subnet-10.16.100.0/26");
  });

  it("lie in their collection's own block, in their zone's subnet, and no two machines share one", () => {
    fc.assert(
      fc.property(anyShape, (shape) => {
        const planned = planOf(shape);
        const all = planned.hosts.map(({ address }) => address);
        assert.equal(new Set(all).size, all.length);
        assert.equal(new Set(planned.hosts.map(({ name }) => name)).size, all.length);
        const blocks = new Map(planned.collections.map(({ name, cidrs }) => [name, cidrs.map(parseBlock)]));
        const zones = new Map(
          planned.zones.map(({ name, subnets }) => [name, subnets.map(({ cidr }) => parseBlock(cidr))]),
        );
        for (const { address, zone, collection } of planned.hosts) {
          const own = parseBlock(`${address}/32`);
          const subnet = zones.get(zone)?.find((candidate) => contains(candidate, own));
          assert.ok(subnet !== undefined);
          // What AWS and Azure keep of every subnet.
          assert.ok(
            own.start - subnet.start >= 4 && own.start < subnet.start + sizeOf(subnet.prefix) - 1,
            address,
          );
          if (collection !== undefined)
            assert.ok(blocks.get(collection)?.some((block) => contains(block, own)) === true);
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** For each zone its slot, and for each collection in it how many workers of each kind. */
type Shape = readonly {
  readonly slot: number;
  readonly collections: readonly (readonly [number, number])[];
}[];

const count = fc.integer({ min: 0, max: 15 });
const collection = fc.tuple(count, count).filter(([linux, windows]) => linux + windows > 0);
const anyShape: fc.Arbitrary<Shape> = fc.uniqueArray(
  fc.record({
    slot: fc.integer({ min: 1, max: 63 }),
    collections: fc.array(collection, { minLength: 1, maxLength: 7 }),
  }),
  { selector: ({ slot }) => slot, minLength: 1, maxLength: 8 },
);

function planOf(shape: Shape): Plan {
  const zones = Object.fromEntries(shape.map(({ slot }) => [`z${slot}`, { slot }]));
  const groups = shape.map(({ slot, collections }) => [
    `g${slot}`,
    {
      ...group(`g${slot}`),
      namespaces: {},
      collections: Object.fromEntries(
        collections.map(([linux, windows], index) => [
          `g${slot}-${index}`,
          {
            zone: `z${slot}`,
            slot: index + 1,
            workers: {
              ...(linux > 0 ? { linux: { count: linux } } : {}),
              ...(windows > 0 ? { windows: { count: windows } } : {}),
            },
          },
        ]),
      ),
    },
  ]);
  return plan(
    parseEnvironment(
      "sample",
      edited({ "network.overlay": "vxlan", zones, groups: Object.fromEntries(groups) as object }),
    ),
  );
}

describe("adding, removing or reordering anything", () => {
  const fixed = (planned: Plan) => ({
    hosts: new Map(planned.hosts.map((host) => [host.name, JSON.stringify(host)])),
    zones: new Map(planned.zones.map((zone) => [zone.name, JSON.stringify(zone)])),
    collections: new Map(planned.collections.map(({ name, cidrs }) => [name, cidrs.join()])),
  });

  it("moves nothing else", () => {
    const edits = fc.record({
      drop: fc.nat(),
      add: fc.integer({ min: 1, max: 63 }),
      grow: fc.nat(),
      reverse: fc.boolean(),
    });
    fc.assert(
      fc.property(anyShape, edits, (shape, { drop, add, grow, reverse }) => {
        let changed = shape.filter((_, index) => index !== drop % (shape.length + 1));
        changed = changed.map((zone, index) =>
          index === grow % (changed.length + 1)
            ? {
                ...zone,
                collections: zone.collections.map(([linux, windows]) => [linux + 1, windows] as const),
              }
            : zone,
        );
        if (!changed.some(({ slot }) => slot === add)) changed.push({ slot: add, collections: [[1, 1]] });
        if (reverse) changed = changed.toReversed();

        const before = fixed(planOf(shape));
        const after = fixed(planOf(changed));
        for (const kind of ["hosts", "zones", "collections"] as const)
          for (const [name, was] of before[kind]) {
            const is = after[kind].get(name);
            if (is !== undefined) assert.equal(is, was, name);
          }
      }),
      { numRuns: 100 },
    );
  });

  it("gives the same plan for any order of the same entries", () => {
    const forward = planOf([1, 2, 3].map((slot) => ({ slot, collections: [[1, 0]] as const })));
    const backward = planOf([3, 2, 1].map((slot) => ({ slot, collections: [[1, 0]] as const })));
    assert.deepEqual(backward, forward);
  });

  it("opens no rule and closes none for a group in a zone of its own", () => {
    const ids = (planned: Plan) => planned.rules.map(ruleId);
    const more = environment({ "zones.green": { slot: 9 }, "groups.green": group("green") });
    assert.deepEqual(ids(plan(more)), ids(plan(environment())));
  });

  it("says nothing by the order in which availability zones are named", () => {
    const hosts = (letters: string[]) => plan(environment({ "network.availabilityZones": letters })).hosts;
    assert.deepEqual(hosts(["c", "a", "b"]), hosts(["a", "b", "c"]));
  });

  it("gives the same plan for any order of zones, groups, services and the flows between closed collections", () => {
    const edits = {
      "zones.red.inside": "flows",
      "zones.blue.inside": "flows",
      "network.services": {
        time: { addresses: ["10.99.0.123/32"] },
        dns: { addresses: ["10.99.0.53/32"] },
      },
    };
    const turned = (value: unknown): unknown =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, inner]) => [key, turned(inner)]),
          )
        : value;
    const raw = edited(edits);
    const planned = plan(parseEnvironment("sample", raw));
    const other = plan(parseEnvironment("sample", turned(raw) as Record<string, unknown>));
    assert.deepEqual(other, planned);
    assert.equal(describePlan(other), describePlan(planned));
    assert.equal(drawPlan(other), drawPlan(planned));
  });

  it("of a group with Windows workers leaves everybody's overlay as it is", () => {
    const win = { ...group("win", { workers: { windows: { count: 1 } } }), namespaces: {} };
    assert.throws(() => environment({ "zones.win": { slot: 3 }, "groups.win": win }), /write overlay: vxlan/);
  });

  it("moves no machine that says where it spreads, when an availability zone comes", () => {
    const spread = {
      "management.managers.spread": ["a"],
      "management.registry.spread": ["a"],
      "groups.red.collections.red.workers.linux.spread": ["a"],
      "groups.blue.collections.blue.workers.linux.spread": ["a"],
    };
    assert.deepEqual(
      plan(environment({ ...spread, "network.availabilityZones": ["a", "b", "c"] })).hosts,
      plan(environment(spread)).hosts,
    );
  });
});

describe("route reflectors", () => {
  const reflectors = (edits: Record<string, unknown>) => plan(environment(edits)).routeReflectors;
  const managers = ["manager-1", "manager-2", "manager-3"];

  it("are the managers where BGP is used and workers' zones are cut from each other", () => {
    assert.deepEqual(reflectors({ "network.overlay": "ipip" }), managers);
  });
  it("are not needed where the overlay needs no BGP, or where all workers may peer", () => {
    assert.deepEqual(reflectors({ "network.overlay": "vxlan" }), []);
    assert.deepEqual(reflectors({ "network.overlay": "ipip", "network.workerMesh": "vendor" }), []);
  });
});

describe("limits", () => {
  const limits = (edits: Record<string, unknown>) =>
    Object.fromEntries(
      plan(environment(edits)).limits.map(({ what, used, limit }) => [what, `${used}/${limit}`]),
    );

  it("tell what a plan uses of its network's block and of its fullest collection's", () => {
    assert.equal(limits({})["zones in the network's block"], "3/64");
    assert.equal(
      limits({ "management.managers.count": 5 })["machines in the fullest window of a zone"],
      "5/31",
    );
  });
  it("tell on AWS how many rules the fullest security group has, which added zones do not raise", () => {
    const what = "rules in the fullest security group, one direction";
    const few = limits({})[what];
    assert.equal(few, "36/60");
    const blocks = (count: number) => Array.from({ length: count }, (_, index) => `10.${128 + index}.0.0/16`);
    assert.equal(
      limits({ "network.frontDoor": blocks(20) })[what],
      "40/60",
      "each block takes a rule for each port of the load balancers' group",
    );
    assert.equal(limits({ "zones.green": { slot: 9 }, "groups.green": group("green") })[what], few);
  });
  it("tell on AWS how many security groups a machine wears: two, and one more for each narrower set that rules name", () => {
    const what = "security groups of one network interface";
    assert.equal(limits({})[what], "2/5");
    const flow = { from: "red/red", to: "blue", traffic: ["tcp/5432"], why: "w", owner: "o" };
    assert.equal(limits({ flows: [flow] })[what], "3/5");
    assert.equal(
      limits({
        "network.overlay": "vxlan",
        flows: [flow],
        "groups.red.collections.red.workers.windows": { count: 1 },
      })[what],
      "4/5",
      "Windows workers have a port of their own",
    );
  });
  it("count on AWS with quotas as the stack file says they stand, which together have an end as well", () => {
    const quotas = { rulesPerGroup: 200, groupsPerInterface: 6, subnetsPerVpc: 1000, vcpus: 12 };
    const raised = limits({ "aws.quotas": quotas });
    assert.equal(raised["rules in the fullest security group, one direction"], "36/200");
    assert.equal(
      raised["rules per security group times groups per interface, as the quotas stand"],
      "1200/1000",
    );
    assert.equal(raised["subnets in the VPC"], "3/1000");
    assert.equal(
      raised["vCPUs of standard instances"],
      "16/12",
      "three managers, a registry and four workers",
    );
    assert.equal(limits({})["vCPUs of standard instances"], undefined);
  });
  it("count on AWS the network's edge, and not what exists already", () => {
    assert.equal(limits({ "aws.egress": "nat" })["subnets in the VPC"], "4/200");
    assert.equal(limits({ "aws.egress": "nat" })["zones in the network's block"], "4/64");
  });
  it("tell on Azure how many rules the fullest network security group has", () => {
    assert.equal(limits({ target: "azure" })["rules in the fullest network security group"], "56/1000");
  });
});
