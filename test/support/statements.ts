import type { Origin } from "../../components/proof/network/index.ts";
import {
  everyPacket,
  packetsOf,
  intervals,
  showPackets,
  type Packets,
} from "../../components/proof/space/index.ts";
import { parseTraffic } from "../../components/plan/index.ts";
import type {
  Allowed,
  Cell,
  CellState,
  Finding,
  Layer,
  Party,
  Passage,
  StatedEndpoint,
  StatedException,
  Statement,
} from "../../components/proof/statement/index.ts";

// Statements as the proof makes them of environments like dev, for what is made of statements.

export const traffic = (...texts: readonly string[]): Packets =>
  texts.includes("everything")
    ? everyPacket
    : intervals.unionOf(texts.map((text) => packetsOf(parseTraffic(text))));

const urn = (type: string, name: string) =>
  `urn:pulumi:dev::bulkhead::bulkhead:lab:Platform$${type}::${name}`;

const rule = (from: string, to: string, on: string, why?: string): Origin => ({
  id: urn("lab:index:Firewall", to.includes("/32") ? from.replace("/", "-") : to.replace("/", "-")),
  text: `${from} -> ${to}: ${on}`,
  ...(why !== undefined && { why }),
});

interface Flow {
  readonly from: string;
  readonly to: string;
  readonly on: readonly string[];
  readonly why: string;
  readonly owner?: string;
  readonly source?: string;
  readonly rules: readonly Origin[];
  readonly state?: CellState;
}

/** A layer of what passes between parties, in which each member of one reaches each of the other. */
export function layer(name: Layer["name"], parties: readonly Party[], flows: readonly Flow[]): Layer {
  const cells = [...Map.groupBy(flows, ({ from, to }) => JSON.stringify([from, to])).values()].map(
    (same): Cell => {
      const [{ from, to }] = same as [Flow, ...Flow[]];
      const passages = same.map(({ on, why, owner, source, rules, state = "allowed" }): Passage => ({
        state,
        traffic: showPackets(traffic(...on)),
        ...(why !== "" && { why }),
        ...(owner !== undefined && { owner }),
        ...(source !== undefined && { source }),
        rules,
      }));
      const order: readonly CellState[] = ["leak", "missing", "excepted", "allowed", "connected"];
      const state = order.find((each) => passages.some((passage) => passage.state === each)) ?? "connected";
      return { from, to, state, passages };
    },
  );
  const byName = new Map(parties.map((party) => [party.name, party]));
  function* pairs(outside: boolean): Generator<Allowed> {
    for (const { from, to, on, state } of flows) {
      const [source, target] = [byName.get(from), byName.get(to)];
      if (state === "missing" || source === undefined || target === undefined) continue;
      if ((source.kind === "outside" || target.kind === "outside") !== outside) continue;
      const packets = traffic(...on);
      const ends = (party: Party) => (party.kind === "outside" ? party.addresses : party.members);
      for (const a of ends(source))
        for (const b of ends(target)) if (a !== b) yield { from: a, to: b, packets };
    }
  }
  return {
    name,
    endpoints: parties
      .filter(({ kind }) => kind !== "outside")
      .flatMap(({ name: party, members, addresses }) =>
        members.map((id, index): StatedEndpoint => ({
          id,
          kind: name === "pods" ? "pod" : "host",
          addresses: addresses.slice(index, index + 1),
          party,
        })),
      ),
    parties,
    cells,
    allowed: () => pairs(false),
    outside: () => pairs(true),
  };
}

const outside = (name: string, address: string): Party => ({
  name,
  kind: "outside",
  members: [],
  addresses: [address],
});

const role = (name: string, address: string): Party => ({
  name,
  kind: "role",
  zone: "management",
  members: [`${name}-1`],
  addresses: [address],
});

export const zone = (name: string, third: number, second = 16): Party => ({
  name,
  kind: "zone",
  zone: name,
  members: [`${name}-1`, `${name}-2`],
  addresses: [`10.${second}.${third}.128`, `10.${second}.${third}.129`],
});

const calico = "https://docs.tigera.io/calico/latest/getting-started/kubernetes/requirements";
const kubernetes = "https://kubernetes.io/docs/reference/networking/ports-and-protocols/";

/** What every environment with these zones lets pass between its machines. */
export function platformFlows(zones: readonly string[]): Flow[] {
  const flow = (from: string, to: string, on: string, why: string, more: Partial<Flow> = {}): Flow => ({
    from,
    to,
    on: [on],
    why,
    rules: [],
    ...more,
  });
  const fromRole = (name: string) => (zones.includes(name) ? "role/worker" : `role/${name}`);
  const ruled = (all: readonly Flow[]): Flow[] =>
    all.map((each) => ({
      ...each,
      rules: [rule(fromRole(each.from), fromRole(each.to), each.on.join(), each.why)],
    }));
  const services: [string, string, string, string][] = [
    ["dns", "192.0.2.53/32", "tcp/53", "names are resolved"],
    ["dns", "192.0.2.53/32", "udp/53", "names are resolved"],
    ["packages", "192.0.2.80/32", "tcp/443", "machines install and update packages"],
    ["time", "192.0.2.123/32", "udp/123", "clocks agree, which TLS and the engine's managers need"],
  ];
  return [
    ...ruled(
      zones.flatMap((name) => [
        flow(name, "manager", "tcp/179", "Calico's BGP sessions", { source: calico }),
        flow(name, "manager", "tcp/6443", "Kubernetes API", { source: kubernetes }),
        flow(name, "manager", "ip/4", "pods' packets between nodes (IP-in-IP)", { source: calico }),
        flow("manager", name, "tcp/179", "Calico's BGP sessions", { source: calico }),
        flow("manager", name, "tcp/10250", "kubelet: logs, exec, metrics", { source: kubernetes }),
        flow("manager", name, "ip/4", "pods' packets between nodes (IP-in-IP)", { source: calico }),
        flow(name, "registry", "tcp/443", "image pull and push"),
      ]),
    ),
    ...ruled([flow("manager", "registry", "tcp/443", "image pull and push")]),
    ...[
      flow("front door", "manager", "tcp/6443", "people reach the Kubernetes API", {
        rules: [rule("198.51.100.0/24", "role/manager", "tcp/6443", "people reach the Kubernetes API")],
      }),
      flow("front door", "registry", "tcp/443", "people reach the registry", {
        rules: [rule("198.51.100.0/24", "role/registry", "tcp/443", "people reach the registry")],
      }),
    ],
    ...["manager", "registry", ...zones].flatMap((name) =>
      services.map(([service, cidr, on, why]) =>
        flow(name, service, on, why, { rules: [rule(fromRole(name), cidr, on, why)] }),
      ),
    ),
    ...zones.map((name) => ({
      ...flow(name, name, "everything", "the zone is open inside"),
      rules: [{ id: urn("lab:index:Zone", name), text: `zone/${name} is open inside` }],
    })),
  ];
}

export const invoices = (tier: string): Flow => ({
  from: `${tier}-portal`,
  to: `${tier}-billing`,
  on: ["tcp/8443"],
  why: "the portal shows invoices, which billing serves",
  owner: "portal@example.com",
  rules: [
    rule(
      `zone/${tier}-portal`,
      `zone/${tier}-billing`,
      "tcp/8443",
      "the portal shows invoices, which billing serves",
    ),
  ],
});

const devZones = [
  "test-billing",
  "test-claims",
  "test-portal",
  "staging-billing",
  "staging-claims",
  "staging-portal",
];
export const outsides = [
  outside("front door", "198.51.100.0/24"),
  outside("dns", "192.0.2.53/32"),
  outside("packages", "192.0.2.80/32"),
  outside("time", "192.0.2.123/32"),
];
export const roles = [role("manager", "10.16.0.128"), role("registry", "10.16.1.0")];

const devParties = [...roles, ...devZones.map((name, index) => zone(name, 4 * (index + 1))), ...outsides];

const podParties = devZones.map((name): Party => ({
  name: `namespace ${name}`,
  kind: "namespace",
  zone: name,
  members: [`${name}/sample-0`, `${name}/sample-1`],
  addresses: [],
}));

const podFlows = devZones.map((name): Flow => ({
  from: `namespace ${name}`,
  to: `namespace ${name}`,
  on: ["everything"],
  why: "pods of one namespace may talk",
  rules: [
    {
      id: urn("kubernetes:networking.k8s.io/v1:NetworkPolicy", `${name}-same-namespace`),
      text: `NetworkPolicy ${name}/same-namespace lets all pods of its namespace in`,
    },
  ],
}));

interface Parts {
  readonly machines?: readonly Flow[];
  readonly leaks?: readonly Finding[];
  readonly excused?: readonly Finding[];
  readonly missing?: readonly Finding[];
  readonly exceptions?: readonly StatedException[];
}

/** The environment dev, which holds. */
export function dev({
  machines = [],
  leaks = [],
  excused = [],
  missing = [],
  exceptions = [],
}: Parts = {}): Statement {
  const flows = [...platformFlows(devZones), invoices("test"), invoices("staging"), ...machines];
  // A flow that is missing stands in place of the one that would pass.
  const gone = new Set(
    machines.filter(({ state }) => state === "missing").map(({ from, to }) => `${from} ${to}`),
  );
  return {
    environment: "dev",
    source: "the resources as registered",
    layers: [
      layer(
        "machines",
        devParties,
        flows.filter(({ from, to, state }) => state === "missing" || !gone.has(`${from} ${to}`)),
      ),
      layer("pods", podParties, podFlows),
    ],
    leaks,
    excused,
    missing,
    exceptions,
    assumptions: [
      {
        text: "a firewall remembers connections until they end, and lets their answers pass",
        origin: urn("lab:index:Firewall", "role-manager"),
      },
      { text: "the network plugin enforces network policies" },
    ],
  };
}

export const databaseLeak: Finding = {
  id: "machines/test-portal/test-claims",
  layer: "machines",
  from: "test-portal",
  to: "test-claims",
  message: "test-portal can reach test-claims on tcp/5432",
  packets: traffic("tcp/5432"),
  witness: "test-portal-1 (10.16.12.128) -> test-claims-1 (10.16.8.128): tcp/5432",
  because: [rule("zone/test-portal", "zone/test-claims", "tcp/5432", "claims are shown, for now")],
  wayOut: "Take the rule away, or write a flow or an exception for it in the stack file.",
  place: ["bulkhead:zones", "test-claims"],
};

const leakFlow: Flow = {
  from: "test-portal",
  to: "test-claims",
  on: ["tcp/5432"],
  why: "",
  rules: databaseLeak.because,
  state: "leak",
};

const otherLeaks: Finding[] = [
  {
    id: "pods/test-portal/staging-billing",
    layer: "pods",
    from: "namespace test-portal",
    to: "namespace staging-billing",
    message: "pods of test-portal can reach pods of staging-billing on tcp/8443, udp/9000-9010",
    packets: traffic("tcp/8443", "udp/9000-9010"),
    witness: "test-portal/sample-0 -> staging-billing/sample-0: tcp/8443",
    because: [
      {
        id: urn("kubernetes:networking.k8s.io/v1:NetworkPolicy", "out"),
        text: "NetworkPolicy test-portal/out",
      },
      {
        id: urn("kubernetes:networking.k8s.io/v1:NetworkPolicy", "in"),
        text: "NetworkPolicy staging-billing/in",
      },
    ],
  },
  {
    id: "tunnels/test-claims/staging-claims",
    layer: "tunnels",
    from: "test-claims",
    to: "staging-claims",
    message: "test-claims can reach staging-claims through a tunnel by way of manager-1",
    packets: traffic("ip/4"),
    witness: "test-claims-1 sends IP-in-IP to manager-1, which forwards what is inside to staging-claims-1",
    because: [rule("role/worker", "role/manager", "ip/4"), rule("role/manager", "role/worker", "ip/4")],
    wayOut: "Forbid managers to forward overlay to overlay.",
  },
  {
    id: "placement/test-portal/test-billing",
    layer: "placement",
    from: "test-portal",
    to: "test-billing",
    message: "pods of test-portal can run on nodes of test-billing",
    witness: "a pod of test-portal that tolerates bulkhead.example.com/collection=test-billing",
    because: [
      {
        id: urn("kubernetes:core/v1:Namespace", "test-portal"),
        text: "Namespace test-portal has no node selector",
      },
    ],
    place: ["bulkhead:groups", "test-portal", "namespaces", "test-portal"],
  },
  {
    id: "access/test-portal/test-claims",
    layer: "access",
    from: "team test-portal",
    to: "namespace test-claims",
    message: "team test-portal can read secrets of namespace test-claims",
    witness: "CN=test-portal,OU=teams,DC=example,DC=com may get secrets in test-claims",
    because: [
      {
        id: urn("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "view"),
        text: "RoleBinding test-claims/view",
      },
    ],
    place: ["bulkhead:groups", 0, "team"],
  },
];

/** The environment with one leak. */
export const leaking = (): Statement => dev({ machines: [leakFlow], leaks: [databaseLeak] });

/** With a finding of every layer, a flow that does not pass, exceptions in force and not. */
export function troubled(): Statement {
  const missingFlow: Finding = {
    id: "machines/missing/staging-portal/staging-billing",
    layer: "machines",
    from: "staging-portal",
    to: "staging-billing",
    message: "staging-portal cannot reach staging-billing on tcp/8443, which a flow needs",
    packets: traffic("tcp/8443"),
    witness: "staging-portal-1 (10.16.24.128) -> staging-billing-1 (10.16.16.128): tcp/8443",
    because: [
      {
        id: urn("lab:index:Firewall", "zone-staging-billing"),
        text: "firewall of zone staging-billing: no rule lets it in",
      },
    ],
    wayOut: "Add the rule that the flow names.",
    place: ["bulkhead:flows", 1],
  };
  const excused: Finding = {
    id: "machines/staging-claims/test-claims",
    layer: "machines",
    from: "staging-claims",
    to: "test-claims",
    message: "staging-claims can reach test-claims on tcp/1521",
    packets: traffic("tcp/1521"),
    witness: "staging-claims-1 (10.16.20.128) -> test-claims-1 (10.16.8.128): tcp/1521",
    because: [rule("zone/staging-claims", "zone/test-claims", "tcp/1521")],
  };
  return dev({
    machines: [
      leakFlow,
      { ...invoices("staging"), state: "missing", rules: [] },
      {
        from: "staging-claims",
        to: "test-claims",
        on: ["tcp/1521"],
        why: "old claims are copied until the archive is there",
        owner: "claims@example.com",
        rules: excused.because,
        state: "excepted",
      },
    ],
    leaks: [databaseLeak, ...otherLeaks],
    excused: [excused],
    missing: [missingFlow],
    exceptions: [
      {
        what: "staging-claims -> test-claims: tcp/1521",
        why: "old claims are copied until the archive is there",
        owner: "claims@example.com",
        expires: "2027-01-31",
        expired: false,
        excuses: [excused.id],
      },
      {
        what: "test-portal -> test-claims: tcp/5432",
        why: "claims are shown, for now",
        owner: "portal@example.com",
        expires: "2026-06-30",
        expired: true,
        excuses: [databaseLeak.id],
      },
      {
        what: "test-billing -> test-claims: tcp/8080",
        why: "a migration that is over",
        owner: "billing@example.com",
        expires: "2027-03-31",
        expired: false,
        excuses: [],
      },
    ],
  });
}

/** What somebody's manifests describe: nothing is asked of it. */
export function manifests(): Statement {
  const namespaces = ["shop", "payments", "monitoring"];
  const parties = namespaces.map((name): Party => ({
    name,
    kind: "namespace",
    members: [`${name}/a`, `${name}/b`],
    addresses: [],
  }));
  const connected = (from: string, to: string, ...on: readonly string[]): Flow => ({
    from,
    to,
    on,
    why: "",
    rules: [{ id: `policies.yaml:${on.length * 7}`, text: `NetworkPolicy ${to}/allow-${from}` }],
    state: "connected",
  });
  return {
    source: "manifests/",
    layers: [
      layer(
        "pods",
        [...parties, outside("anywhere", "0.0.0.0/0")],
        [
          connected("shop", "payments", "tcp/8443"),
          connected("monitoring", "shop", "tcp/9090", "tcp/9100-9110"),
          connected("monitoring", "payments", "tcp/9090", "tcp/9100-9110"),
          connected("shop", "shop", "everything"),
          connected("payments", "payments", "everything"),
          connected("anywhere", "shop", "tcp/443"),
        ],
      ),
    ],
    leaks: [],
    excused: [],
    missing: [],
    exceptions: [],
    assumptions: [{ text: "hostNetwork pods are taken for their node", origin: "shop.yaml:12" }],
  };
}

/** An environment of very many zones; of every `every` zones one serves its neighbour. */
export function large(zones = 200, every = 0): Statement {
  const names = Array.from({ length: zones }, (_, index) => `zone-${String(index + 1).padStart(3, "0")}`);
  const flows =
    every === 0 ? [] : names.filter((_, index) => index % every === 0 && index + 1 < names.length);
  const leak: Flow = { ...leakFlow, from: "zone-017", to: "zone-042" };
  return {
    ...dev(),
    environment: "large",
    layers: [
      layer(
        "machines",
        [
          ...roles,
          ...names.map((name, index) => zone(name, (index * 4) % 256, 16 + Math.floor(index / 64))),
          ...outsides,
        ],
        [
          ...platformFlows(names),
          leak,
          ...flows.map((from): Flow => {
            const to = names[names.indexOf(from) + 1] ?? from;
            return { ...invoices("test"), from, to, rules: [rule(`zone/${from}`, `zone/${to}`, "tcp/8443")] };
          }),
        ],
      ),
    ],
    leaks: [
      {
        ...databaseLeak,
        id: "machines/zone-017/zone-042",
        from: "zone-017",
        to: "zone-042",
        message: "zone-017 can reach zone-042 on tcp/5432",
      },
    ],
  };
}

export const canary = `</script><img src=x onerror="document.title='broken'">|\`**"$&`;

/** A leaking environment in which every text that comes from others tries to be more than text, names too. */
export function hostile(): Statement {
  const kept = new Set(["state", "kind", "traffic", "layer", "expires", "addresses"]);
  const spoil = (value: unknown, key = ""): unknown => {
    if (typeof value === "string") return kept.has(key) ? value : `${value} ${canary}`;
    if (Array.isArray(value)) return value.map((each) => spoil(each, key));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, spoil(each, name)]));
  };
  const plain = troubled();
  return {
    ...(spoil({ ...plain, layers: [] }) as Statement),
    layers: plain.layers.map((each) => ({ ...(spoil(each) as Layer), name: each.name })),
  };
}
