import assert from "node:assert/strict";
import type { Resource } from "../../../../components/proof/resource/index.ts";
import { Unknown } from "../../../../components/proof/resource/index.ts";
import {
  everyPacket,
  intervals,
  packets,
  packetsOfProtocols,
  protocol,
  showPackets,
} from "../../../../components/proof/space/index.ts";
import { registered, resource } from "../lab/resources.ts";
import { changed, findings, invoices, judged, reruled, shared, without, zoned } from "./judged.ts";

const urn = (kind: string, name: string) => `urn:pulumi:dev::bulkhead::lab:index:${kind}::${name}`;
const wayOut = {
  leak: "take out what lets it, or write a flow for it in the stack file; an exception there accepts it for a time",
  missing: "add what lets it pass at both ends, or take the flow out of the stack file",
};

/** Of which every packet says whether it is an answer. */
const marked = packetsOfProtocols([protocol.icmp, protocol.tcp, protocol.udp]);

/** Lets one rule pass at both ends. */
const opened = (
  resources: readonly Resource[],
  [from, to]: readonly [string, string],
  rule: string,
  why = "by mistake",
) =>
  reruled(reruled(resources, from, "egress", { add: { [rule]: why } }), to, "ingress", {
    add: { [rule]: why },
  });

describe("the judge of machines, where each group has a zone of its own", () => {
  const planned = zoned();
  const sound = registered(planned);
  const expect = (resources: readonly Resource[], ...expected: string[]) => {
    assert.deepEqual(findings(judged(planned, resources)), expected);
  };

  it("finds nothing where every flow is open and nothing else", () => {
    expect(sound);
  });

  it("finds a flow that its sender's firewall does not let out", () => {
    const rule = "role/worker -> role/manager: tcp/6443";
    const { leaks, missing } = judged(planned, reruled(sound, "red", "egress", { drop: [rule] }));
    assert.deepEqual(leaks, []);
    assert.deepEqual(missing, [
      {
        id: "machines/red/manager",
        layer: "machines",
        from: "red",
        to: "manager",
        message: "red cannot be sure to reach manager on tcp/6443, which is needed: Kubernetes API",
        packets: packets(protocol.tcp, 6443, 6443),
        witness: "red-1 (10.16.4.128) -> manager-1 (10.16.0.128), tcp/6443",
        because: [{ id: urn("Zone", "red"), text: "firewall of zone red: no rule lets it out" }],
        wayOut: wayOut.missing,
        place: ["zones", "red"],
      },
    ]);
  });

  it("finds a flow that its receiver's firewall does not let in, and names that one alone", () => {
    const { leaks, missing } = judged(
      planned,
      reruled(sound, "blue", "ingress", { drop: ["zone/red -> zone/blue: tcp/8443"] }),
    );
    assert.deepEqual(leaks, []);
    assert.deepEqual(
      missing.map(({ id, message, because, place }) => ({ id, message, because, place })),
      [
        {
          id: "machines/red/blue",
          message: "red cannot be sure to reach blue on tcp/8443, which is needed: invoices are shown",
          because: [{ id: urn("Zone", "blue"), text: "firewall of zone blue: no rule lets it in" }],
          place: ["zones", "red"],
        },
      ],
    );
  });

  it("finds ports that a rule lets pass beyond those of its flow, and no others", () => {
    const rule = "zone/red -> zone/blue: tcp/8000-9000";
    assert.deepEqual(judged(planned, opened(sound, ["red", "blue"], rule)).leaks, [
      {
        id: "machines/red/blue",
        layer: "machines",
        from: "red",
        to: "blue",
        message: "red can reach blue on tcp/8000-8442, tcp/8444-9000, which no flow allows",
        packets: [...packets(protocol.tcp, 8000, 8442), ...packets(protocol.tcp, 8444, 9000)],
        witness: "red-1 (10.16.4.128) -> blue-1 (10.16.8.128), tcp/8000",
        because: [
          { id: urn("Firewall", "red"), text: rule, why: "by mistake" },
          { id: urn("Firewall", "blue"), text: rule, why: "by mistake" },
        ],
        wayOut: wayOut.leak,
        place: ["zones", "blue"],
      },
    ]);
  });

  it("finds nothing where one end alone is widened, since the other still drops it", () => {
    expect(reruled(sound, "red", "egress", { add: { "zone/red -> zone/blue: tcp/8000-9000": "" } }));
    expect(reruled(sound, "blue", "ingress", { add: { "zone/red -> zone/blue: tcp/8000-9000": "" } }));
  });

  it("finds a rule to another zone", () => {
    expect(opened(sound, ["blue", "red"], "zone/blue -> zone/red: tcp/22"), "leak machines/blue/red: tcp/22");
  });

  it("finds a tunnel between two worker zones, in both directions", () => {
    expect(
      opened(sound, ["red", "blue"], "zone/red -> zone/blue: ip/4"),
      "leak machines/blue/red: ip/4",
      "leak machines/red/blue: ip/4",
    );
  });

  it("gives an example that does pass where several sorts of machines reach the same", () => {
    const both = [
      ["management", "role/manager -> role/worker: udp/53"],
      ["management", "role/registry -> role/worker: tcp/22"],
    ] as const;
    const resources = both.reduce<Resource[]>((all, [from, rule]) => opened(all, [from, "red"], rule), sound);
    const [first, second, ...more] = judged(planned, resources).leaks;
    assert.deepEqual(more, []);
    assert.equal(first?.witness, "manager-1 (10.16.0.128) -> red-1 (10.16.4.128), udp/53");
    assert.equal(second?.witness, "registry-1 (10.16.1.0) -> red-1 (10.16.4.128), tcp/22");
  });

  it("gives the very packet of its example, though others of the same zone send others", () => {
    const grouped = changed(
      changed(sound, "Host", "red-1", (inputs) => ({
        ...inputs,
        groups: [...(inputs["groups"] as string[]), "extra/udp"],
      })),
      "Host",
      "red-2",
      (inputs) => ({ ...inputs, groups: [...(inputs["groups"] as string[]), "extra/tcp"] }),
    );
    const resources = opened(
      opened(grouped, ["red", "blue"], "extra/udp -> zone/blue: udp/53"),
      ["red", "blue"],
      "extra/tcp -> zone/blue: tcp/22",
    );
    const [leak, ...more] = judged(planned, resources).leaks;
    assert.deepEqual(more, []);
    assert.equal(leak?.message, "red can reach blue on tcp/22, udp/53, which no flow allows");
    assert.equal(leak.witness, "red-2 (10.16.4.129) -> blue-1 (10.16.8.128), tcp/22");
    assert.deepEqual(
      leak.because.map(({ text }) => text),
      ["extra/tcp -> zone/blue: tcp/22", "extra/tcp -> zone/blue: tcp/22"],
    );
  });

  it("finds what a machine may that was put into another's group", () => {
    const joined = (name: string, group: string) =>
      changed(sound, "Host", name, (inputs) => ({
        ...inputs,
        groups: [...(inputs["groups"] as string[]), group],
      }));
    expect(
      joined("registry-1", "role/manager"),
      "leak machines/blue/registry: ip/4, tcp/179, tcp/6443",
      "leak machines/manager/registry: ip/4, tcp/179, tcp/2379-2380, tcp/6443, tcp/10250",
      "leak machines/outside:front_door/registry: tcp/6443",
      "leak machines/red/registry: ip/4, tcp/179, tcp/6443",
      "leak machines/registry/blue: ip/4, tcp/179, tcp/10250",
      "leak machines/registry/manager: ip/4, tcp/179, tcp/2379-2380, tcp/6443, tcp/10250",
      "leak machines/registry/red: ip/4, tcp/179, tcp/10250",
    );
    // Its own zone's firewall has no rule for such a group.
    expect(joined("red-1", "role/manager"));
  });

  it("finds an open zone that only lets flows pass inside", () => {
    expect(
      changed(sound, "Firewall", "red", (inputs) => ({ ...inputs, inside: "flows" })),
      "missing machines/red/red: everything",
    );
  });

  it("finds all flows of a zone without a firewall, which then lets nothing pass", () => {
    const all = [
      "missing machines/manager/red: ip/4, tcp/179, tcp/10250",
      "missing machines/red/blue: tcp/8443",
      "missing machines/red/manager: ip/4, tcp/179, tcp/6443",
      "missing machines/red/outside:dns: tcp/53, udp/53",
      "missing machines/red/red: everything",
      "missing machines/red/registry: tcp/443",
    ];
    expect(without(sound, "Firewall", "red"), ...all);
    expect(without(sound, "Zone", "red"), ...all);
  });

  it("finds a firewall of which nothing is known, as open and as closed", () => {
    const unknown = changed(sound, "Firewall", "red", (inputs) => ({
      ...inputs,
      egress: new Unknown("it comes from elsewhere"),
    }));
    const { leaks, missing } = judged(planned, unknown);
    const sent = leaks.filter(({ from }) => from === "red");
    assert.deepEqual(
      sent.map(({ id, because }) => [id, because.map(({ text }) => text)]),
      ["manager", "registry", "blue", "outside:elsewhere", "outside:dns", "outside:front_door"].map((to) => [
        `machines/red/${to}`,
        ["egress: unknown"],
      ]),
    );
    // What it may have sent may be answered.
    assert.ok(
      leaks.every(
        ({ from, to, packets: all = [] }) =>
          from === "red" || (to === "red" && intervals.intersect(all, marked).length === 0),
      ),
    );
    assert.deepEqual(
      missing.map(({ id }) => id).sort(),
      ["blue", "manager", "outside:dns", "red", "registry"].map((to) => `machines/red/${to}`),
    );
  });

  it("finds a machine that is not there, and where the stack file asks for it", () => {
    const { leaks, missing } = judged(planned, without(sound, "Host", "red-1"));
    assert.deepEqual(leaks, []);
    assert.deepEqual(missing, [
      {
        id: "machines/red-1",
        layer: "machines",
        from: "red-1",
        to: "red-1",
        message: "the machine red-1, which the stack file asks for, is not there",
        witness: "red-1",
        because: [],
        wayOut: "bring the environment up, or take the machine out of the stack file",
        place: ["groups", "red", "collections", "red"],
      },
    ]);
    assert.deepEqual(judged(planned, without(sound, "Host", "manager-1")).missing[0]?.place, [
      "management",
      "managers",
    ]);
  });

  it("lets a machine that the stack file does not know reach nobody, and nobody reach it", () => {
    const stray = (groups: readonly string[], name = "stray") => [
      ...sound,
      resource("lab:index:Host", name, {
        zone: sound.find(({ type, name: zone }) => type === "lab:index:Zone" && zone === "red")?.urn ?? "",
        name,
        address: "10.16.4.200",
        groups,
      }),
    ];
    expect(stray([]));
    expect(
      stray(["zone/red"]),
      "leak machines/machine:stray/blue: tcp/8443",
      "leak machines/machine:stray/red: everything",
      "leak machines/red/machine:stray: everything",
    );
    // Its name is another's here, which must not make it pass for that.
    const { leaks } = judged(planned, stray(["zone/red"], "blue"));
    assert.deepEqual(
      leaks.map(({ id, from, to }) => [id, from, to]),
      [
        ["machines/red/machine:machine_blue", "red", "machine blue"],
        ["machines/machine:machine_blue/red", "machine blue", "red"],
        ["machines/machine:machine_blue/blue", "machine blue", "blue"],
      ],
    );
  });

  it("takes a machine of which nothing is known for one that may have the address of any", () => {
    const unknown = new Unknown("it comes from elsewhere");
    const resources = [
      ...without(sound, "Network", planned.environment),
      resource("lab:index:Host", "stray", { zone: unknown, name: "stray", address: unknown, groups: [] }),
    ];
    const { leaks } = judged(planned, resources);
    const sent = leaks.filter(({ from, to }) => from === "red" && to === "stray");
    // It may be in the zone, which excuses nothing of it, as it may be the name server that all may ask.
    assert.deepEqual(
      sent.map(({ packets: on = [] }) => showPackets(on)),
      ["everything"],
    );
  });

  it("finds whatever may come from anywhere outside, beside those who may", () => {
    const rule = "0.0.0.0/0 -> role/manager: tcp/6443";
    const { leaks } = judged(planned, reruled(sound, "management", "ingress", { add: { [rule]: "" } }));
    // Name servers may answer, and not ask.
    assert.deepEqual(
      leaks.map(({ id }) => id),
      ["machines/outside:elsewhere/manager", "machines/outside:dns/manager"],
    );
    assert.deepEqual(
      leaks
        .slice(0, 1)
        .map(({ id, message, witness, because, place }) => ({ id, message, witness, because, place })),
      [
        {
          id: "machines/outside:elsewhere/manager",
          message: "elsewhere can reach manager on tcp/6443, which no flow allows",
          witness: "0.0.0.0 -> manager-1 (10.16.0.128), tcp/6443",
          because: [{ id: urn("Firewall", "management"), text: rule }],
          place: ["management", "managers"],
        },
      ],
    );
  });

  it("finds an address outside that is not reached any more", () => {
    expect(
      reruled(sound, "red", "egress", { drop: ["role/worker -> 192.0.2.53/32: udp/53"] }),
      "missing machines/red/outside:dns: udp/53",
    );
    expect(
      reruled(sound, "management", "ingress", { drop: ["198.51.100.0/24 -> role/manager: tcp/6443"] }),
      "missing machines/outside:front_door/manager: tcp/6443",
    );
  });
});

describe("the judge of machines, where groups share zones", () => {
  const planned = shared();
  const sound = registered(planned);
  const expect = (resources: readonly Resource[], ...expected: string[]) => {
    assert.deepEqual(findings(judged(planned, resources)), expected);
  };

  it("finds nothing where every flow is open and nothing else", () => {
    expect(sound);
  });

  it("judges each collection of a closed zone by itself", () => {
    expect(
      reruled(sound, "closed", "egress", {
        drop: ["collection/closed/one -> collection/closed/two: tcp/8443"],
      }),
      "missing machines/collection:closed_one/collection:closed_two: tcp/8443",
    );
    expect(
      opened(sound, ["closed", "closed"], "collection/closed/two -> collection/closed/one: tcp/22"),
      "leak machines/collection:closed_two/collection:closed_one: tcp/22",
    );
    expect(
      opened(sound, ["closed", "closed"], "collection/closed/two -> collection/closed/two: tcp/22"),
      "leak machines/collection:closed_two/collection:closed_two: tcp/22",
    );
  });

  it("finds a closed zone that is open inside, where that lets pass what no flow does", () => {
    const { leaks } = judged(
      planned,
      changed(sound, "Firewall", "closed", (inputs) => ({ ...inputs, inside: "open" })),
    );
    assert.deepEqual(
      leaks.map(({ id, because, place }) => [id, because.map(({ text }) => text), place]),
      [
        ["one", "one"],
        ["one", "two"],
        ["two", "one"],
        ["two", "two"],
      ].map(([from = "", to = ""]) => [
        `machines/collection:closed_${from}/collection:closed_${to}`,
        ["inside: open"],
        ["groups", to, "collections", to],
      ]),
    );
  });

  it("lets collections of an open zone talk, and finds where they cannot", () => {
    expect(
      changed(sound, "Firewall", "open", (inputs) => ({ ...inputs, inside: "flows" })),
      ...["four/four", "four/three", "three/four", "three/three"].map(
        (pair) => `missing machines/collection:open_${pair.replace("/", "/collection:open_")}: everything`,
      ),
    );
  });

  it("finds what one collection alone reaches in another zone", () => {
    expect(
      opened(sound, ["closed", "open"], "collection/closed/one -> collection/open/four: tcp/22"),
      "leak machines/collection:closed_one/collection:open_four: tcp/22",
    );
  });

  it("keeps apart, by name and id, a collection and a zone that are spelled alike", () => {
    const alike = shared({
      zones: { a: { slot: 1 }, "a-b": { slot: 2 } },
      groups: Object.fromEntries(
        [
          ["b", "a", 1],
          ["c", "a", 2],
          ["d", "a-b", 1],
        ].map(([name, zone, slot]) => [
          name,
          {
            ...groupOf(String(name)),
            collections: { [String(name)]: { zone, slot, workers: { linux: { count: 1 } } } },
          },
        ]),
      ),
      flows: [],
    });
    const resources = opened(
      opened(registered(alike), ["a", "a-b"], "collection/a/b -> zone/a-b: tcp/22"),
      ["a-b", "a"],
      "zone/a-b -> collection/a/c: tcp/22",
    );
    assert.deepEqual(findings(judged(alike, resources)), [
      "leak machines/a-b/collection:a_c: tcp/22",
      "leak machines/collection:a_b/a-b: tcp/22",
    ]);
  });
});

const groupOf = (name: string) => ({
  team: { directoryGroup: `CN=${name}` },
  namespaces: {
    [name]: { quota: { cpu: 4, memory: "8Gi", pods: 20 }, limits: { cpu: 1, memory: "2Gi" } },
  },
});

describe("answers to what is meant to pass", () => {
  const planned = zoned({ flows: [{ ...invoices("red", "blue"), traffic: ["ip/4", "ip/50", "icmp"] }] });
  const sound = registered(planned);

  it("are no leak where nothing tells them from a first packet", () => {
    const statement = judged(planned, sound);
    assert.deepEqual(findings(statement), []);
    const passing = [...(statement.layers[0]?.allowed() ?? [])].find(
      ({ from, to }) => from === "blue-1" && to === "red-1",
    );
    assert.deepEqual(passing?.packets, [...packets(4), ...packets(50)]);
  });

  it("are a leak where a rule lets them pass before anybody has asked", () => {
    const rule = "zone/blue -> zone/red: ip/4";
    assert.deepEqual(findings(judged(planned, opened(sound, ["blue", "red"], rule))), [
      "leak machines/blue/red: ip/4",
    ]);
  });

  it("are told from first packets for ICMP, so that a rule for these the other way is a leak", () => {
    const rule = "zone/blue -> zone/red: icmp";
    assert.deepEqual(findings(judged(planned, opened(sound, ["blue", "red"], rule))), [
      "leak machines/blue/red: icmp",
    ]);
  });
});

describe("what the statement says of a layer", () => {
  const planned = zoned();

  it("is a cell for every two parties between whom anything passes, with why and by which rules", () => {
    const [layer] = judged(planned, registered(planned)).layers;
    const cell = layer?.cells.find(({ from, to }) => from === "red" && to === "blue");
    assert.equal(cell?.state, "allowed");
    assert.deepEqual(cell.passages, [
      {
        traffic: "tcp/8443",
        why: "invoices are shown",
        owner: "red@example.com",
        state: "allowed",
        rules: ["red", "blue"].map((zone) => ({
          id: urn("Firewall", zone),
          text: "zone/red -> zone/blue: tcp/8443",
          why: "invoices are shown (red@example.com)",
        })),
      },
    ]);
    assert.equal(
      layer?.cells.find(({ from, to }) => from === "blue" && to === "red"),
      undefined,
    );
    assert.equal(
      layer?.cells.find(({ from, to }) => from === "red" && to === "red")?.passages[0]?.traffic,
      "everything",
    );
  });

  it("is the state of what is wrong, with the rest beside it", () => {
    const statement = judged(
      planned,
      reruled(
        opened(registered(planned), ["red", "blue"], "zone/red -> zone/blue: tcp/22"),
        "blue",
        "ingress",
        { drop: ["zone/red -> zone/blue: tcp/8443"] },
      ),
    );
    const cell = statement.layers[0]?.cells.find(({ from, to }) => from === "red" && to === "blue");
    assert.equal(cell?.state, "leak");
    assert.deepEqual(
      cell.passages.map(({ state, traffic, rules }) => [state, traffic, rules.map(({ text }) => text)]),
      [
        ["leak", "tcp/22", ["zone/red -> zone/blue: tcp/22", "zone/red -> zone/blue: tcp/22"]],
        ["missing", "tcp/8443", ["firewall of zone blue: no rule lets it in"]],
      ],
    );
  });

  it("is of which party each machine is, and everything that passes between two of them", () => {
    const [layer] = judged(planned, registered(planned)).layers;
    assert.deepEqual(
      layer?.endpoints.map(({ id, party }) => [id, party]),
      [
        ["manager-1", "manager"],
        ["registry-1", "registry"],
        ["red-1", "red"],
        ["red-2", "red"],
        ["blue-1", "blue"],
        ["blue-2", "blue"],
      ],
    );
    const allowed = new Map([...layer.allowed()].map(({ from, to, packets: all }) => [`${from} ${to}`, all]));
    assert.deepEqual(allowed.get("red-1 red-2"), everyPacket);
    assert.deepEqual(allowed.get("red-1 blue-2"), packets(protocol.tcp, 8443, 8443));
    assert.equal(allowed.has("blue-2 red-1"), false);
    assert.equal(allowed.has("red-1 red-1"), false);
    const outside = [...layer.outside()].map(({ from, to }) => `${from} -> ${to}`);
    assert.ok(outside.includes("red-1 -> 192.0.2.53/32") && outside.includes("198.51.100.0/24 -> manager-1"));
    assert.ok(!outside.some((pair) => pair.includes("red") && pair.includes("198.51.100")));
  });
});
