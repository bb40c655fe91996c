import assert from "node:assert/strict";
import type { Plan } from "../../../../components/plan/index.ts";
import { judge, type Forwarding } from "../../../../components/proof/judge/index.ts";
import type { Resource } from "../../../../components/proof/resource/index.ts";
import { registered } from "../lab/resources.ts";
import { evidence, findings, invoices, reruled, shared, today, zoned } from "./judged.ts";

const judged = (
  planned: Plan,
  forwarding: Forwarding,
  resources: readonly Resource[] = registered(planned),
) => judge(planned, evidence(resources, { forwarding }), today);

/** No machine forwards but those that are named; undefined: nothing is known of it. */
const forwarding = (planned: Plan, others: Readonly<Record<string, boolean | undefined>>): Forwarding =>
  new Map([...planned.hosts.map(({ name }): [string, boolean] => [name, false]), ...Object.entries(others)]);

for (const [overlay, shown] of [
  ["ipip", "ip/4"],
  ["vxlan", "udp/4789"],
] as const)
  describe(`a tunnel by ${overlay}`, () => {
    const planned = zoned({ "network.overlay": overlay });

    it("ends where no machine forwards what comes out of it", () => {
      assert.deepEqual(findings(judged(planned, forwarding(planned, {}))), []);
    });

    it("is a pivot into every other zone where a manager forwards", () => {
      const { leaks, missing } = judged(planned, forwarding(planned, { "manager-1": true }));
      assert.deepEqual(missing, []);
      assert.deepEqual(
        leaks.map(({ id }) => id),
        ["tunnels/red/blue", "tunnels/blue/red"],
      );
      assert.deepEqual(leaks[0], {
        id: "tunnels/red/blue",
        layer: "tunnels",
        from: "red",
        to: "blue",
        message: "red can reach machines and pods of blue through the overlay of manager-1",
        witness: `red-1 (10.16.4.128) sends a packet for blue-1 inside another (${shown}) to manager-1 (10.16.0.128), which takes it out and sends it on (${shown})`,
        because: [{ id: "manager-1", text: "it forwards packets from one tunnel into another" }],
        wayOut: "let its own firewall drop what it would forward from the overlay back into the overlay",
        place: ["management"],
      });
    });

    it("may be one where it is not known whether a manager forwards", () => {
      for (const unknown of [forwarding(planned, { "manager-1": undefined }), new Map<string, boolean>()]) {
        const { leaks } = judged(planned, unknown);
        assert.deepEqual(
          leaks.map(({ id }) => id),
          ["tunnels/red/blue", "tunnels/blue/red"],
        );
        assert.deepEqual(leaks[0]?.because, [
          {
            id: "manager-1",
            text: "nothing shows that it does not forward packets from one tunnel into another",
          },
        ]);
      }
    });

    it("is none by machines that have no part in the overlay, whatever they forward", () => {
      assert.deepEqual(findings(judged(planned, forwarding(planned, { "registry-1": true }))), []);
    });

    it("is one through a worker of a third zone, where that is open to both", () => {
      const three = zoned({
        "network.overlay": overlay,
        zones: { red: { slot: 1 }, blue: { slot: 2 }, green: { slot: 3 } },
        groups: Object.fromEntries(
          ["red", "blue", "green"].map((name, index) => [
            name,
            {
              team: { directoryGroup: `CN=${name}` },
              collections: { [name]: { zone: name, slot: 1, workers: { linux: { count: 1 + index } } } },
              namespaces: {},
            },
          ]),
        ),
        flows: [
          { ...invoices("red", "green"), traffic: [shown] },
          { ...invoices("green", "blue"), traffic: [shown] },
        ],
      });
      const { leaks, assumptions } = judged(three, forwarding(three, { "green-1": true }));
      const [first] = leaks;
      assert.equal(first?.id, "tunnels/red/blue");
      assert.equal(first.because[0]?.id, "green-1");
      assert.deepEqual(first.place, ["zones", "green"]);
      assert.match(
        assumptions.at(-1)?.text ?? "",
        /between workers of 2 pairs of compartments \(green and red; blue and green\)/,
      );
    });
  });

describe("tunnels with MKE, whose registries are in the overlay", () => {
  // Without what AWS itself would put on the network, so that a lab's firewall can stand for groups.
  const planned = zoned({
    target: "aws",
    engine: "mke",
    "network.availabilityZones": ["a"],
    "network.frontDoor": [],
    "aws.endpoints": [],
  });

  it("lead from zone to zone by a manager, and by a registry only where it reaches both", () => {
    assert.deepEqual(findings(judged(planned, forwarding(planned, {}))), []);
    assert.deepEqual(findings(judged(planned, forwarding(planned, { "registry-1": true }))), []);
    assert.deepEqual(
      judged(planned, forwarding(planned, { "manager-1": true }))
        .leaks.map(({ id }) => id)
        .sort(),
      [
        "tunnels/blue/red",
        "tunnels/blue/registry",
        "tunnels/red/blue",
        "tunnels/red/registry",
        "tunnels/registry/blue",
        "tunnels/registry/red",
      ],
    );
  });

  it("lead on by a second machine that forwards, where the first does not reach all", () => {
    const open = (rule: string, from: string, to: string, all: readonly Resource[]) =>
      reruled(reruled(all, from, "egress", { add: { [rule]: "" } }), to, "ingress", { add: { [rule]: "" } });
    const resources = open("role/worker -> role/registry: ip/4", "red", "management", registered(planned));
    const { leaks } = judged(
      planned,
      forwarding(planned, { "registry-1": true, "manager-1": true }),
      resources,
    );
    assert.ok(leaks.some(({ id }) => id === "tunnels/red/blue"));
    // Also where the first of the two is the only one that the sender reaches.
    const tunnelled = (ends: string) => ["ip/4", "udp/4789"].map((traffic) => `${ends}: ${traffic}`);
    const apart = reruled(
      reruled(resources, "red", "egress", { drop: tunnelled("role/worker -> role/manager") }),
      "red",
      "ingress",
      { drop: tunnelled("role/manager -> role/worker") },
    );
    const chained = judged(
      planned,
      forwarding(planned, { "registry-1": true, "manager-1": true }),
      apart,
    ).leaks.find(({ id }) => id === "tunnels/red/blue");
    assert.equal(chained?.because[0]?.id, "registry-1");
    const alone = judged(planned, forwarding(planned, { "registry-1": true }), resources).leaks;
    assert.deepEqual(
      alone.filter(({ layer }) => layer === "tunnels").map(({ id }) => id),
      [],
    );
  });
});

describe("tunnels, where groups share zones", () => {
  it("lead also from one collection of a closed zone to the other, and from those to open zones as a whole", () => {
    const planned = shared();
    assert.deepEqual(
      judged(planned, forwarding(planned, { "manager-1": true }))
        .leaks.map(({ id }) => id)
        .sort(),
      [
        "tunnels/collection:closed_one/collection:closed_two",
        "tunnels/collection:closed_one/open",
        "tunnels/collection:closed_two/collection:closed_one",
        "tunnels/collection:closed_two/open",
        "tunnels/open/collection:closed_one",
        "tunnels/open/collection:closed_two",
      ],
    );
  });
});

describe("tunnels between many compartments", function () {
  this.timeout(60_000);
  const names = Array.from({ length: 12 }, (_, index) => `group-${index + 1}`);
  const many = (edits: Readonly<Record<string, unknown>> = {}) =>
    zoned({
      zones: Object.fromEntries(names.map((name, index) => [name, { slot: index + 1 }])),
      groups: Object.fromEntries(
        names.map((name) => [
          name,
          {
            team: { directoryGroup: `CN=${name}` },
            collections: { [name]: { zone: name, workers: { linux: { count: 1 } } } },
            namespaces: {},
          },
        ]),
      ),
      flows: [],
      ...edits,
    });

  it("are one finding for the machine by which they go, with how many there are", () => {
    const planned = many();
    const { leaks } = judged(planned, forwarding(planned, { "manager-1": true }));
    assert.deepEqual(
      leaks.map(({ id, message }) => [id, message]),
      [
        [
          "tunnels/through:manager",
          "12 compartments can reach machines and pods of others, 132 pairs in all, through the overlay of manager-1, such as tunnels/group-1/group-2, tunnels/group-1/group-3, tunnels/group-1/group-4",
        ],
      ],
    );
  });

  it("leave out those that an exception names by their pair, or all by their machine", () => {
    const accepted = (finding: string) => ({
      exceptions: [{ finding, why: "a drill", owner: "red@example.com", expires: "2999-12-31" }],
    });
    const one = many(accepted("tunnels/group-1/group-2"));
    const pair = judged(one, forwarding(one, { "manager-1": true }));
    assert.deepEqual(
      pair.excused.map(({ id }) => id),
      ["tunnels/group-1/group-2"],
    );
    assert.match(pair.leaks[0]?.message ?? "", /131 pairs in all/);
    const all = many(accepted("tunnels/through:manager"));
    assert.deepEqual(findings(judged(all, forwarding(all, { "manager-1": true }))), [
      "excused tunnels/through:manager",
    ]);
  });
});

describe("the overlay between all workers, as the vendor has it", () => {
  it("is no leak, and is said to leave network policies alone between their pods", () => {
    const cut = zoned();
    assert.deepEqual(
      judged(cut, forwarding(cut, {})).assumptions.filter(({ text }) => text.includes("overlay")),
      [],
    );
    const planned = zoned({ "network.workerMesh": "vendor" });
    const statement = judged(planned, forwarding(planned, { "manager-1": true }));
    assert.deepEqual(findings(statement), []);
    assert.deepEqual(
      statement.assumptions.filter(({ text }) => text.includes("overlay")),
      [
        {
          text: "the overlay is open between workers of a pair of compartments (blue and red): inside it their pods reach each other on every port, and network policies alone hold them back",
        },
      ],
    );
  });
});
