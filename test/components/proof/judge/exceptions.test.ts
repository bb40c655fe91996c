import assert from "node:assert/strict";
import type { Plan } from "../../../../components/plan/index.ts";
import { clusterEvidence } from "../../../../components/proof/evidence.ts";
import { judge } from "../../../../components/proof/judge/index.ts";
import type { Resource } from "../../../../components/proof/resource/index.ts";
import { packets, protocol } from "../../../../components/proof/space/index.ts";
import { registered } from "../lab/resources.ts";
import {
  evidence,
  findings,
  invoices,
  judged,
  judgedPods,
  policiesOf,
  policy,
  reruled,
  shared,
  today,
  zoned,
} from "./judged.ts";

const about = { why: "the move of billing", owner: "billing@example.com", expires: "2026-06-15" };
const traffic = (from: string, to: string, ...on: string[]) => ({ from, to, traffic: on, ...about });

/** The resources of a plan, and a rule between two zones that is none of its flows. */
const leaking = (planned: Plan, rule: string, from = "blue", to = "red"): Resource[] =>
  reruled(reruled(registered(planned), from, "egress", { add: { [rule]: "" } }), to, "ingress", {
    add: { [rule]: "" },
  });

const ssh = "zone/blue -> zone/red: tcp/22";

describe("an exception for traffic", () => {
  const planned = zoned({ exceptions: [traffic("blue", "red", "tcp/22")] });

  it("accepts a leak until its last day, inclusive, and not a day longer", () => {
    assert.deepEqual(findings(judged(planned, leaking(planned, ssh), "2026-06-15")), [
      "excused machines/blue/red: tcp/22",
    ]);
    assert.deepEqual(findings(judged(planned, leaking(planned, ssh), "2026-06-16")), [
      "leak machines/blue/red: tcp/22",
    ]);
  });

  it("is shown with its owner, why and until when it is accepted, and what it excuses", () => {
    const stated = (day: string) => judged(planned, leaking(planned, ssh), day).exceptions;
    const own = { what: "blue -> red: tcp/22", ...about };
    assert.deepEqual(stated("2026-06-15"), [{ ...own, expired: false, excuses: ["machines/blue/red"] }]);
    assert.deepEqual(stated("2026-06-16"), [{ ...own, expired: true, excuses: [] }]);
  });

  it("is shown as excusing nothing where there is nothing to excuse", () => {
    const statement = judged(planned, registered(planned));
    assert.deepEqual(findings(statement), []);
    assert.deepEqual(statement.exceptions[0]?.excuses, []);
  });

  it("leaves the rest of a leak a leak, with an example of the rest", () => {
    const { leaks, excused, layers } = judged(planned, leaking(planned, "zone/blue -> zone/red: tcp/22-23"));
    assert.deepEqual(
      leaks.map(({ id, packets: all, witness }) => [id, all, witness]),
      [
        [
          "machines/blue/red",
          packets(protocol.tcp, 23, 23),
          "blue-1 (10.16.8.128) -> red-1 (10.16.4.128), tcp/23",
        ],
      ],
    );
    assert.deepEqual(
      excused.map(({ id, packets: all }) => [id, all]),
      [["machines/blue/red", packets(protocol.tcp, 22, 22)]],
    );
    const cell = layers[0]?.cells.find(({ from, to }) => from === "blue" && to === "red");
    assert.equal(cell?.state, "leak");
    assert.deepEqual(
      cell.passages.map(({ state, traffic: on, why }) => [state, on, why]),
      [
        ["leak", "tcp/23", undefined],
        ["excepted", "tcp/22", "exceptions[0] of the stack file"],
      ],
    );
  });

  it("accepts nothing the other way, and nothing of others", () => {
    const back = zoned({ exceptions: [traffic("red", "blue", "tcp/22")] });
    assert.deepEqual(findings(judged(back, leaking(back, ssh))), ["leak machines/blue/red: tcp/22"]);
    const other = zoned({ exceptions: [traffic("blue", "manager", "tcp/22")] });
    assert.deepEqual(findings(judged(other, leaking(other, ssh))), ["leak machines/blue/red: tcp/22"]);
  });

  it("accepts the answers to it as well, where nothing tells them from first packets", () => {
    const tunnel = zoned({ exceptions: [traffic("blue", "red", "ip/4")] });
    const statement = judged(tunnel, leaking(tunnel, "zone/blue -> zone/red: ip/4"));
    assert.deepEqual(findings(statement), [
      "excused machines/blue/red: ip/4",
      "excused machines/red/blue: ip/4",
    ]);
    const both = reruled(
      reruled(leaking(tunnel, "zone/blue -> zone/red: ip/4"), "red", "egress", {
        add: { "zone/red -> zone/blue: ip/4": "" },
      }),
      "blue",
      "ingress",
      { add: { "zone/red -> zone/blue: ip/4": "" } },
    );
    assert.deepEqual(findings(judged(tunnel, both)), [
      "excused machines/blue/red: ip/4",
      "leak machines/red/blue: ip/4",
    ]);
  });

  it("accepts of several addresses outside those that it names", () => {
    const outside = zoned({ exceptions: [traffic("203.0.113.0/24", "manager", "tcp/6443")] });
    const resources = reruled(registered(outside), "management", "ingress", {
      add: { "203.0.112.0/23 -> role/manager: tcp/6443": "" },
    });
    const { leaks, excused } = judged(outside, resources);
    assert.deepEqual(
      [...leaks, ...excused].map(({ id, witness }) => [id, witness]),
      [
        ["machines/outside:elsewhere/manager", "203.0.112.0 -> manager-1 (10.16.0.128), tcp/6443"],
        ["machines/outside:elsewhere/manager", "203.0.113.0 -> manager-1 (10.16.0.128), tcp/6443"],
      ],
    );
  });

  it("is for a collection alone where it names one", () => {
    const tiers = shared({ exceptions: [traffic("closed/two", "closed/one", "tcp/22")] });
    const rules = ["closed/two -> collection/closed/one", "closed/two -> collection/closed/two"];
    const resources = rules.reduce<Resource[]>(
      (all, ends) =>
        (["egress", "ingress"] as const).reduce(
          (some, way) => reruled(some, "closed", way, { add: { [`collection/${ends}: tcp/22`]: "" } }),
          all,
        ),
      registered(tiers),
    );
    assert.deepEqual(findings(judged(tiers, resources)), [
      "excused machines/collection:closed_two/collection:closed_one: tcp/22",
      "leak machines/collection:closed_two/collection:closed_two: tcp/22",
    ]);
  });

  it("does not make up for a flow that is missing", () => {
    const flow = zoned({ exceptions: [traffic("red", "blue", "tcp/8443")] });
    const resources = reruled(registered(flow), "red", "egress", {
      drop: ["zone/red -> zone/blue: tcp/8443"],
    });
    assert.deepEqual(findings(judged(flow, resources)), ["missing machines/red/blue: tcp/8443"]);
  });

  it("is for the pods of its ends as for their machines", () => {
    const open = [
      policy("blue", "more", {
        podSelector: {},
        policyTypes: ["Egress"],
        egress: [{ to: [{ namespaceSelector: {} }], ports: [{ protocol: "TCP", port: 22 }] }],
      }),
      policy("red", "more", {
        podSelector: {},
        policyTypes: ["Ingress"],
        ingress: [
          {
            from: [{ namespaceSelector: {} }],
            ports: [
              { protocol: "TCP", port: 22 },
              { protocol: "TCP", port: 23 },
            ],
          },
        ],
      }),
    ];
    const statement = judgedPods(planned, leaking(planned, ssh), [...policiesOf(planned), ...open]);
    assert.deepEqual(findings(statement), [
      "excused machines/blue/red: tcp/22",
      "excused pods/namespace:blue/namespace:red: tcp/22",
      "leak pods/namespace:blue/namespace:other_pods: tcp/22",
      "leak pods/namespace:other_pods/namespace:red: tcp/22-23",
    ]);
    assert.deepEqual(statement.exceptions[0]?.excuses, [
      "machines/blue/red",
      "pods/namespace:blue/namespace:red",
    ]);
  });
});

describe("an exception for a finding", () => {
  const planned = zoned({ exceptions: [{ finding: "machines/blue/red", ...about }] });

  it("accepts the leak of that id alone, until its last day", () => {
    const resources = leaking(planned, ssh);
    const statement = judged(planned, resources);
    assert.deepEqual(findings(statement), ["excused machines/blue/red: tcp/22"]);
    assert.deepEqual(statement.exceptions, [
      { what: "machines/blue/red", ...about, expired: false, excuses: ["machines/blue/red"] },
    ]);
    assert.deepEqual(findings(judged(planned, resources, "2026-06-16")), ["leak machines/blue/red: tcp/22"]);
    assert.deepEqual(
      findings(judged(planned, leaking(planned, "zone/red -> zone/blue: tcp/22", "red", "blue"))),
      ["leak machines/red/blue: tcp/22"],
    );
  });

  it("accepts what other layers find, by their ids", () => {
    const finding = {
      id: "access/somebody",
      layer: "access" as const,
      from: "somebody",
      to: "red",
      message: "somebody may",
      witness: "somebody",
      because: [],
    };
    const accepted = zoned({ exceptions: [{ finding: "access/somebody", ...about }] });
    for (const [of, expected] of [
      [accepted, ["excused access/somebody"]],
      [planned, ["leak access/somebody"]],
    ] as const) {
      const pods = clusterEvidence(of, policiesOf(of), { on: [], off: [], known: true }).pods;
      const cluster = { pods, leaks: [finding], missing: [], assumptions: [] };
      const statement = judge(of, { ...evidence(registered(of)), cluster }, today);
      assert.deepEqual(findings(statement), expected);
    }
  });

  it("does not make up for something that is missing and has the same id", () => {
    const missing = zoned({ exceptions: [{ finding: "machines/red/blue", ...about }] });
    const resources = reruled(registered(missing), "red", "egress", {
      drop: ["zone/red -> zone/blue: tcp/8443"],
    });
    const statement = judged(missing, resources);
    assert.deepEqual(findings(statement), ["missing machines/red/blue: tcp/8443"]);
    assert.deepEqual(statement.exceptions[0]?.excuses, []);
  });

  it("counts as needed beside another for the same finding", () => {
    const twice = zoned({
      exceptions: [
        { finding: "machines/blue/red", ...about },
        { finding: "machines/blue/red", ...about, expires: "2026-12-31" },
      ],
      flows: [invoices("red", "blue")],
    });
    assert.deepEqual(
      judged(twice, leaking(twice, ssh)).exceptions.map(({ excuses }) => excuses),
      [["machines/blue/red"], ["machines/blue/red"]],
    );
  });
});
