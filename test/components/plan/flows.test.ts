import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import {
  allowedBy,
  icmp,
  ip,
  ipip,
  plan,
  proxyPort,
  ruleId,
  showEndpoint,
  showTraffic,
  tcp,
  udp,
  type Flow,
  type Host,
  type Plan,
  type Traffic,
} from "../../../components/plan/index.ts";
import { mkePorts } from "../../../components/plan/mkePorts.ts";
import { environment, group } from "../../support/config.ts";

const host = ({ hosts }: Plan, name: string): Host => {
  const found = hosts.find((candidate) => candidate.name === name);
  assert.ok(found, `there is no machine ${name}`);
  return found;
};

/** Which of these packets pass from one machine to another. */
function passing(planned: Plan, from: string, to: string, packets: readonly Traffic[]): string[] {
  const { zones, flows, rules } = planned;
  const through = (open: readonly Flow[]) =>
    packets
      .filter(
        (packet) =>
          allowedBy({ zones, flows: open }, host(planned, from), host(planned, to), packet) !== undefined,
      )
      .map(showTraffic);
  // Rules are what becomes of flows in a firewall: they must let through the same.
  const byRules = through(rules.map((rule) => ({ ...rule, why: "" })));
  assert.deepEqual(byRules, through(flows), "the rules let through what the flows do");
  return byRules;
}

/** The ports of the engines' tables, those beside them, ports of older tables, and what nothing names. */
const everything: Traffic[] = [
  ..."22 80 178 179 180 443 2375 2376 2377 2378 2379 2380 2381 4194 4789 5985 5986 6443 6444 7945 7946 8443 9055 9091"
    .split(" ")
    .map((port) => tcp(Number(port))),
  ..."9094 9099 9100 10248 10249 10250 10251 10256 12375 12376 12377 12378 12379 12380 12381 12382 12383 12384 12385"
    .split(" ")
    .map((port) => tcp(Number(port))),
  ..."12386 12387 12388 12389 12390 12391 30000 32768 65535".split(" ").map((port) => tcp(Number(port))),
  ..."53 123 179 2377 4788 4789 4790 7945 7946 7947 10250 12376".split(" ").map((port) => udp(Number(port))),
  icmp,
  ipip,
  ip(50),
];
const toManagers = [
  "tcp/179 tcp/443 tcp/2376 tcp/2377 tcp/6443 tcp/7946 tcp/10250 tcp/12376 tcp/12379 tcp/12380 tcp/12381 tcp/12382",
  "tcp/12383 tcp/12384 tcp/12385 tcp/12386 tcp/12387 tcp/12388 tcp/12390 udp/4789 udp/7946",
]
  .join(" ")
  .split(" ");
const toEveryHost = "tcp/179 tcp/7946 tcp/10250 tcp/12376 udp/4789 udp/7946".split(" ");

interface Case {
  readonly title: string;
  readonly edits: Readonly<Record<string, unknown>>;
  /** From whom to whom, and all that passes of `everything`. */
  readonly passes: readonly (readonly [string, string, readonly string[]])[];
}

const cases: readonly Case[] = [
  {
    title: "MKE with IP-in-IP",
    edits: { "network.overlay": "ipip" },
    passes: [
      ["manager-1", "manager-2", [...toManagers, "ip/4"]],
      ["manager-1", "red-1", [...toEveryHost, "ip/4"]],
      ["manager-1", "blue-2", [...toEveryHost, "ip/4"]],
      ["manager-1", "registry-1", ["tcp/179", "tcp/443", ...toEveryHost.slice(1), "ip/4"]],
      ["red-1", "manager-3", [...toManagers, "ip/4"]],
      ["registry-1", "manager-1", [...toManagers, "ip/4"]],
      ["red-1", "registry-1", ["tcp/443"]],
      ["registry-1", "red-1", []],
      ["red-1", "blue-1", []],
      ["blue-1", "red-1", []],
      ["red-1", "red-2", everything.map(showTraffic)],
    ],
  },
  {
    title: "MKE with VXLAN",
    edits: { "network.overlay": "vxlan" },
    passes: [
      ["manager-1", "red-1", toEveryHost],
      ["red-1", "manager-1", toManagers],
      ["red-1", "blue-1", []],
    ],
  },
  {
    title: "MKE with the vendor's worker mesh",
    edits: { "network.overlay": "ipip", "network.workerMesh": "vendor" },
    passes: [
      ["red-1", "blue-1", [...toEveryHost, "ip/4"]],
      ["registry-1", "red-1", [...toEveryHost, "ip/4"]],
      ["red-1", "registry-1", ["tcp/179", "tcp/443", ...toEveryHost.slice(1), "ip/4"]],
    ],
  },
  {
    title: "MKE with Windows workers",
    edits: {
      "network.overlay": "vxlan",
      "groups.red.collections.red.workers": { windows: { count: 1 }, linux: { count: 1 } },
    },
    passes: [
      ["manager-1", "red-w1", ["tcp/179", "tcp/2376", ...toEveryHost.slice(1)]],
      ["manager-1", "red-1", toEveryHost],
      ["blue-1", "red-w1", []],
    ],
  },
  {
    title: "zones that are closed inside",
    edits: {
      "network.overlay": "ipip",
      "zones.red.inside": "flows",
      "groups.blue": group("blue", { zone: "red", slot: 2 }),
      flows: [{ from: "red/red", to: "red/blue", traffic: ["tcp/8443"], why: "orders", owner: "red" }],
    },
    passes: [
      ["red-1", "red-2", [...toEveryHost, "ip/4"]],
      ["red-1", "blue-1", ["tcp/8443"]],
      ["blue-1", "red-1", []],
    ],
  },
  {
    title: "Windows workers in a zone that is closed inside",
    edits: {
      "network.overlay": "vxlan",
      "zones.red.inside": "flows",
      "zones.blue.inside": "flows",
      "groups.red.collections.red.workers": { windows: { count: 2 }, linux: { count: 1 } },
    },
    passes: [
      ["red-1", "red-w1", ["tcp/179", "tcp/2376", ...toEveryHost.slice(1)]],
      ["red-w1", "red-1", toEveryHost],
      ["blue-1", "blue-2", toEveryHost],
      ["red-1", "blue-1", []],
    ],
  },
  {
    title: "upstream Kubernetes with IP-in-IP",
    edits: { engine: "kubernetes", "network.overlay": "ipip" },
    passes: [
      ["manager-1", "manager-2", ["tcp/179", "tcp/2379", "tcp/2380", "tcp/6443", "tcp/10250", "ip/4"]],
      ["manager-1", "red-1", ["tcp/179", "tcp/10250", "ip/4"]],
      ["red-1", "manager-1", ["tcp/179", "tcp/6443", "ip/4"]],
      ["red-1", "registry-1", ["tcp/443"]],
      ["registry-1", "manager-1", []],
      ["manager-1", "registry-1", ["tcp/443"]],
      ["red-1", "blue-1", []],
    ],
  },
  {
    title: "upstream Kubernetes with VXLAN",
    edits: { engine: "kubernetes", "network.overlay": "vxlan" },
    passes: [
      ["manager-1", "red-1", ["tcp/10250", "udp/4789"]],
      ["red-1", "manager-1", ["tcp/6443", "udp/4789"]],
      ["red-1", "blue-1", []],
    ],
  },
];

for (const { title, edits, passes } of cases)
  describe(`flows of ${title}`, () => {
    const planned = plan(environment(edits));
    for (const [from, to, allowed] of passes)
      it(`let ${from} open to ${to} ${allowed.length === everything.length ? "anything" : allowed.join(" ") || "nothing"}, and no more`, () => {
        assert.deepEqual(passing(planned, from, to, everything), [...allowed]);
      });
  });

const shown = ({ from, to, traffic }: Flow) =>
  `${showEndpoint(from)} -> ${showEndpoint(to)} ${showTraffic(traffic)}`;

describe("every flow", () => {
  const planned = plan(environment({ "network.overlay": "ipip", "network.frontDoor": ["10.128.0.0/9"] }));

  it("says why it is needed, and those of the engine and the overlay where that is documented", () => {
    for (const flow of planned.flows) {
      assert.match(flow.why, /\S/);
      assert.match(flow.source ?? "", /^(https:\/\/\S+|[\w.-]+\/[\w.-]+@\w+:\S+)$/, flow.why);
    }
  });

  it("of the front door leads to managers and the registry alone", () => {
    const onAzure = plan(environment({ target: "azure", "network.frontDoor": ["10.128.0.0/9"] }));
    assert.deepEqual(onAzure.flows.filter(({ from }) => from.kind === "outside").map(shown), [
      "front door -> manager tcp/443",
      "front door -> manager tcp/6443",
      "front door -> registry tcp/443",
    ]);
  });

  it("of the front door leads on AWS to load balancers alone, and from there to managers and the registry", () => {
    assert.deepEqual(planned.flows.filter(({ from }) => from.kind === "outside").map(shown), [
      "front door -> load-balancer tcp/443",
      "front door -> load-balancer tcp/6443",
      "front door -> load-balancer tcp/443",
    ]);
    assert.deepEqual(planned.flows.filter(({ from }) => from.kind === "appliance").map(shown), [
      "load-balancer -> manager tcp/443",
      "load-balancer -> manager tcp/6443",
      "load-balancer -> registry tcp/443",
    ]);
  });

  it("to AWS's own services leads to endpoints inside, from machines of every role, each service by name", () => {
    const toEndpoints = ({ flows }: Plan) =>
      flows.filter(({ to }) => to.kind === "appliance" && to.appliance === "endpoint");
    assert.deepEqual(toEndpoints(planned).map(shown).toSorted(), [
      "manager -> endpoint tcp/443",
      "manager -> endpoint tcp/443",
      "registry -> endpoint tcp/443",
      "registry -> endpoint tcp/443",
      "worker -> endpoint tcp/443",
      "worker -> endpoint tcp/443",
    ]);
    const services = (edits: object) =>
      new Set(toEndpoints(plan(environment({ ...edits }))).map(({ why }) => /\((\w+)\)$/.exec(why)?.[1]));
    assert.deepEqual(services({}), new Set(["ssm", "ssmmessages"]));
    assert.deepEqual(
      services({ "aws.secretStore": "secrets-manager" }),
      new Set(["ssm", "ssmmessages", "secretsmanager"]),
    );
    assert.deepEqual(services({ "aws.endpoints": [] }), new Set());
    assert.deepEqual(services({ target: "azure" }), new Set());
  });

  it("through a proxy leads to its own addresses on its own port, from machines of every role of a cloud", () => {
    const proxy = { url: "http://proxy.example.com:3128", addresses: ["10.99.8.1/32"] };
    const toProxy = (edits: object) =>
      plan(environment({ "machines.proxy": proxy, ...edits })).flows.filter(
        ({ to }) => to.kind === "outside" && to.name === "proxy",
      );
    assert.deepEqual(toProxy({}).map(shown), [
      "manager -> proxy tcp/3128",
      "registry -> proxy tcp/3128",
      "worker -> proxy tcp/3128",
    ]);
    assert.deepEqual(toProxy({ target: "lab", engine: "kubernetes" }), []);
    for (const [url, port] of [
      ["https://proxy.example.com", 443],
      ["http://proxy.example.com", 80],
      ["http://10.1.2.3:8080/", 8080],
    ] as const)
      assert.equal(proxyPort(url), port);
  });

  it("to a named service is open to machines of every role", () => {
    const { flows } = plan(
      environment({
        "network.services": {
          dns: { addresses: ["10.99.0.53/32"] },
          time: { addresses: ["10.99.0.123/32"] },
          packages: { addresses: ["10.99.1.0/24"] },
          syslog: { addresses: ["10.99.2.0/24"], traffic: ["tcp/6514"], why: "auditors read the logs" },
        },
      }),
    );
    const services = flows.filter(({ to }) => to.kind === "outside");
    assert.deepEqual(
      services
        .filter(({ from }) => from.kind === "role" && from.role === "worker")
        .map(({ to, traffic, why }) => [to.kind === "outside" && to.name, showTraffic(traffic), why]),
      [
        ["dns", "udp/53", "names are resolved"],
        ["dns", "tcp/53", "names are resolved"],
        ["packages", "tcp/443", "machines install and update packages"],
        ["syslog", "tcp/6514", "auditors read the logs"],
        ["time", "udp/123", "clocks agree, which TLS and the engine's managers need"],
      ],
    );
    assert.equal(services.length, 15);
  });
});

describe("rules", () => {
  const texts = (edits: Record<string, unknown>) => plan(environment(edits)).rules.map(ruleId);

  it("are few: adjacent ports of the same ends are one", () => {
    const rules = texts({});
    assert.ok(rules.includes("worker -> manager: tcp/12379-12388"));
    assert.ok(rules.includes("worker -> manager: tcp/12390"));
    assert.equal(new Set(rules).size, rules.length, "no rule is there twice");
  });

  it("of a flow that the stack file adds are its own, so that the next one renames none", () => {
    const flow = (port: number) => ({
      from: "red",
      to: "blue",
      traffic: [`tcp/${port}`],
      why: "orders",
      owner: "red",
    });
    const one = texts({ flows: [flow(8443)] });
    const two = texts({ flows: [flow(8443), flow(8444)] });
    assert.deepEqual(
      two.filter((rule) => !one.includes(rule)),
      ["zone red -> zone blue: tcp/8444"],
    );
    assert.deepEqual(
      one.filter((rule) => !two.includes(rule)),
      [],
    );
  });

  it("are not doubled where a flow asks for what the roles have", () => {
    const flow = { from: "worker", to: "registry", traffic: ["tcp/443"], why: "images", owner: "red" };
    assert.deepEqual(texts({ flows: [flow] }), texts({}));
  });
});

describe("MKE's ports", () => {
  it("are those that the vendor documents for 3.8 and 3.9 between hosts of the cluster, no more and no fewer", async () => {
    const csv = await readFile(new URL("mke-ports.csv", import.meta.url), "utf8");
    const documented = csv
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.match(/(?:"[^"]*"|[^,])+/g) ?? [])
      .filter(([, , , , scope, , , , versions]) => scope === "Internal" && /MKE3\.[89]/.test(versions ?? ""))
      .map(
        ([protocol, port, , to]) =>
          `${protocol}/${port} to ${(to ?? "").includes("worker") ? "every host" : "managers"}`,
      );
    const opened = mkePorts
      .filter(({ to, from, os }) => from === "all" && os === undefined && to.join() !== "registry")
      .map(
        ({ to, traffic }) =>
          `${showTraffic(traffic)} to ${to.includes("worker") ? "every host" : "managers"}`,
      );
    assert.deepEqual([...new Set(documented)].sort(), opened.sort());
  });
});
