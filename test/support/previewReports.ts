import type {
  EnvironmentReport,
  Proof,
  Report,
  ResourceChange,
} from "../../scripts/commands/preview/report/report.ts";

// Reports as scripts/preview makes them of environments like test and dev, for the forms of a report.

const nothingAsked: Proof = {
  holds: true,
  opened: [],
  closed: [],
  endpoints: [],
  findings: [],
  gone: [],
  exceptions: [],
  assumptions: [],
};

const proof = (more: Partial<Proof> = {}): Proof => ({ ...nothingAsked, ...more });

export const environment = (name: string, more: Partial<EnvironmentReport> = {}): EnvironmentReport => ({
  name,
  target: "aws",
  outcome: "previewed",
  against: { kind: "state", text: "its state" },
  failures: [],
  proof: proof(),
  risks: [],
  limits: [],
  counts: { create: 0, update: 0, replace: 0, delete: 0, same: 270 },
  groups: [],
  maps: [],
  notes: [],
  ...more,
});

export const report = (environments: readonly EnvironmentReport[], more: Partial<Report> = {}): Report => ({
  version: 1,
  made: "2026-11-28T09:30:00.000Z",
  commit: "6f1c2d9e8b7a4f3e2d1c0b9a8f7e6d5c4b3a2918",
  base: "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
  offline: false,
  environments,
  untouched: [],
  ...more,
});

const map = (label: string): string =>
  [
    "flowchart LR",
    '  subgraph zone_1_test_portal["test-portal 10.16.12.0/22"]',
    '    party_1_test_portal["test-portal<br/>2 linux workers"]',
    "  end",
    '  subgraph zone_2_test_claims["test-claims 10.16.8.0/22"]',
    '    party_2_test_claims["test-claims<br/>2 linux workers"]',
    "  end",
    '  party_3_front_door(["front door<br/>198.51.100.0/24"])',
    '  party_3_front_door -->|"tcp/443"| party_1_test_portal',
    `  party_1_test_portal ==>|"${label}"| party_2_test_claims`,
    "  linkStyle 1 stroke:#c62828,stroke-width:3px",
    "",
  ].join("\n");

const ingress = (op: ResourceChange["op"], name: string, ...texts: readonly string[]): ResourceChange => ({
  op,
  name,
  type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  properties: texts.map((text) => {
    const [path = "", value = ""] = text.split(" = ");
    return { path, ...(op === "delete" ? { old: value } : { new: value }), replaces: false };
  }),
});

/** A rule lets one group's machines into another's database. */
export const holeOpened = (): Report =>
  report(
    [
      environment("dev", {
        target: "lab",
        counts: { create: 0, update: 2, replace: 0, delete: 0, same: 143 },
        groups: [
          {
            components: [
              {
                name: "Hosts management",
                changes: ["manager-1", "registry-1"].map((name) => ({
                  op: "update" as const,
                  name,
                  type: "lab:index:Host",
                  properties: [
                    { path: 'labels["bulkhead:version"]', old: '"1.4"', new: '"1.5"', replaces: false },
                  ],
                })),
              },
            ],
          },
        ],
      }),
      environment("dev-tiers", {
        target: "lab",
        counts: { create: 0, update: 0, replace: 0, delete: 0, same: 119 },
      }),
      environment("test", {
        proof: proof({
          holds: false,
          opened: [
            "test-portal can now reach test-claims on tcp/5432, because of test-portal -> test-claims: tcp/5432",
          ],
          closed: [
            "test-billing can no longer reach test-claims on tcp/8443, because nothing asks for it any more (it was: invoices are matched (billing@example.com))",
          ],
          findings: [
            {
              kind: "leak",
              isNew: true,
              message: "test-portal can reach test-claims on tcp/5432",
              witness: "test-portal-1 (10.16.12.10) -> test-claims-1 (10.16.8.10): tcp/5432",
              because: ["test-portal -> test-claims: tcp/5432 (claims are shown, for now)"],
              wayOut: "take the rule away, or write a flow or an exception for it in the stack file",
              place: "stacks/Pulumi.test.yaml:61",
            },
            {
              kind: "leak",
              isNew: false,
              message: "pods of test-portal can run on nodes of test-billing",
              witness: "a pod of test-portal that tolerates bulkhead.example.com/collection=test-billing",
              because: ["Namespace test-portal has no node selector"],
              place: "stacks/Pulumi.test.yaml:88",
            },
          ],
          exceptions: [
            {
              what: "test-claims -> archive: tcp/1521",
              why: "old claims are copied until the archive is there",
              owner: "claims@example.com",
              expires: "2026-12-07",
              daysLeft: 9,
              isNew: false,
            },
            {
              what: "test-billing -> test-claims: tcp/8080",
              why: "audit of the year",
              owner: "audit@example.com",
              expires: "2027-03-31",
              daysLeft: 123,
              isNew: false,
            },
          ],
        }),
        limits: [
          {
            what: "rules in the fullest security group, one direction",
            used: 51,
            limit: 60,
            before: 50,
            wayOut:
              'name larger blocks in frontDoor and services, or have AWS raise "Inbound or outbound rules per security group" and write it into aws.quotas.rulesPerGroup',
          },
          {
            what: "zones in the network's block",
            used: 7,
            limit: 16,
            before: 7,
            wayOut: "choose a larger network.cidr or a longer network.zonePrefix",
          },
        ],
        counts: { create: 1, update: 0, replace: 0, delete: 1, same: 271 },
        groups: [
          {
            group: "test-claims",
            components: [
              {
                name: "SecurityGroups firewall",
                changes: [
                  ingress(
                    "delete",
                    "test-claims from test-billing tcp/8443",
                    'description = "invoices are matched"',
                    "fromPort = 8443",
                    "toPort = 8443",
                  ),
                  ingress(
                    "create",
                    "test-claims from test-portal tcp/5432",
                    'description = "claims are shown, for now"',
                    'ipProtocol = "tcp"',
                    "fromPort = 5432",
                    "toPort = 5432",
                    'referencedSecurityGroupId = "(known after up)"',
                  ),
                ],
              },
            ],
          },
        ],
        maps: [{ layer: "machines", mermaid: map("LEAK tcp/5432") }],
      }),
      notBuilt("demo"),
    ],
    { untouched: ["staging"] },
  );

/** One more application group, with what it needs and nothing else. */
export const groupAdded = (): Report => {
  const labels = '{"bulkhead.example.com/group":"test-risk"}';
  return report([
    environment("dev", {
      target: "lab",
      proof: proof({
        opened: [
          "manager can now reach test-risk on tcp/10250, ip/4, because managers run the cluster",
          "test-risk can now reach manager on tcp/6443, ip/4, because workers join the cluster",
          "test-risk can now reach registry on tcp/443, because images are pulled",
        ],
        endpoints: ["new: test-risk-1, test-risk-2"],
      }),
      limits: [
        {
          what: "zones in the network's block",
          used: 8,
          limit: 16,
          before: 7,
          wayOut: "choose a larger network.cidr or a longer network.zonePrefix",
        },
      ],
      counts: { create: 9, update: 1, replace: 0, delete: 0, same: 145 },
      maps: [
        {
          layer: "machines",
          mermaid: map("tcp/8443")
            .replace(/ {2}linkStyle .*\n/, "")
            .replace("==>", "-->"),
        },
      ],
      groups: [
        {
          components: [
            {
              name: "Firewall role-manager",
              changes: [
                {
                  op: "update",
                  name: "role-manager",
                  type: "lab:index:Firewall",
                  properties: [
                    { path: "members", old: "[]", new: '["10.16.28.0/22"]', replaces: false },
                    { path: "comment", old: '"six zones"', new: '"seven zones"', replaces: false },
                  ],
                },
              ],
            },
          ],
        },
        {
          group: "test-risk",
          components: [
            {
              name: "Zone test-risk",
              changes: [
                {
                  op: "create",
                  name: "zone-test-risk",
                  type: "lab:index:Zone",
                  properties: [
                    { path: "cidr", new: '"10.16.28.0/22"', replaces: false },
                    { path: "inside", new: '"open"', replaces: false },
                  ],
                },
                ...["test-risk-1", "test-risk-2"].map((name, index) => ({
                  op: "create" as const,
                  name,
                  type: "lab:index:Host",
                  properties: [
                    { path: "address", new: `"10.16.28.${10 + index}"`, replaces: false },
                    { path: "userData", new: "[user data, 4,211 characters]", replaces: false },
                  ],
                })),
              ],
            },
            {
              name: "LinkedNamespace test-risk",
              changes: [
                ["Namespace", "core/v1"],
                ["ResourceQuota", "core/v1"],
                ["LimitRange", "core/v1"],
                ["NetworkPolicy", "networking.k8s.io/v1"],
                ["Role", "rbac.authorization.k8s.io/v1"],
                ["RoleBinding", "rbac.authorization.k8s.io/v1"],
              ].map(([kind = "", api = ""]) => ({
                op: "create" as const,
                name: `test-risk/${kind.toLowerCase()}`,
                type: `kubernetes:${api}:${kind}`,
                properties: [{ path: "metadata.labels", new: labels, replaces: false }],
              })),
            },
          ],
        },
      ],
    }),
  ]);
};

/** A new image replaces machines, and a renamed namespace takes its data along. */
export const machineReplaced = (): Report =>
  report([
    environment("test", {
      proof: proof({
        endpoints: ["new: test-billing-data/sample-0", "gone: test-billing/sample-0"],
        gone: ["pods of test-portal can run on nodes of test-billing"],
        exceptions: [
          {
            what: "staging-claims -> test-claims: tcp/1521",
            why: "old claims are copied until the archive is there",
            owner: "claims@example.com",
            expires: "2026-11-20",
            daysLeft: -8,
            isNew: false,
          },
          {
            what: "test-portal -> archive: tcp/443",
            why: "letters are shown",
            owner: "portal@example.com",
            expires: "2027-05-31",
            daysLeft: 184,
            isNew: true,
          },
        ],
      }),
      risks: [
        {
          kind: "data lost",
          what: "test-billing (kubernetes:core/v1:Namespace)",
          detail: "everything in the namespace, with its volume claims and secrets",
          because: ["metadata.name"],
        },
        ...["billing-1", "billing-2", "portal-1"].map((what) => ({
          kind: "machine replaced" as const,
          what,
          detail: "what is on its disks is lost, and what runs on it stops until the new one has joined",
          because: what === "portal-1" ? ["subnetId"] : ["ami", "userData"],
        })),
        {
          kind: "machine destroyed",
          what: "claims-3",
          detail: "what is on its disks is lost, and what runs on it has to run elsewhere",
          because: [],
        },
      ],
      counts: { create: 0, update: 1, replace: 4, delete: 1, same: 265 },
      groups: [
        {
          group: "test-billing",
          components: [
            {
              name: "LinkedNamespace test-billing",
              changes: [
                {
                  op: "replace",
                  name: "test-billing",
                  type: "kubernetes:core/v1:Namespace",
                  properties: [
                    {
                      path: "metadata.name",
                      old: '"test-billing"',
                      new: '"test-billing-data"',
                      replaces: true,
                    },
                  ],
                },
              ],
            },
            {
              name: "Machines billing-linux",
              changes: ["billing-1", "billing-2"].map((name) => ({
                op: "replace" as const,
                name,
                type: "aws:ec2/instance:Instance",
                properties: [
                  { path: "ami", old: '"ami-0f00"', new: '"ami-0f11"', replaces: true },
                  {
                    path: "userData",
                    old: "[user data, 6,120 characters]",
                    new: "[user data, 6,131 characters]",
                    replaces: true,
                  },
                  {
                    path: 'tags["bulkhead:image"]',
                    old: '"2026-10"',
                    new: '"2026-11"',
                    replaces: false,
                  },
                ],
              })),
            },
          ],
        },
        {
          group: "test-claims",
          components: [
            {
              name: "Machines claims-linux",
              changes: [
                { op: "delete", name: "claims-3", type: "aws:ec2/instance:Instance", properties: [] },
              ],
            },
          ],
        },
        {
          group: "test-portal",
          components: [
            {
              name: "Machines portal-linux",
              changes: [
                {
                  op: "replace",
                  name: "portal-1",
                  type: "aws:ec2/instance:Instance",
                  properties: [{ path: "subnetId", replaces: true }],
                },
                {
                  op: "update",
                  name: "portal-2",
                  type: "aws:ec2/instance:Instance",
                  properties: [
                    {
                      path: "metadataOptions",
                      old: JSON.stringify({
                        httpTokens: "optional",
                        httpEndpoint: "enabled",
                        note: "x".repeat(300),
                      }),
                      new: JSON.stringify({
                        httpTokens: "required",
                        httpEndpoint: "enabled",
                        note: "x".repeat(300),
                      }),
                      replaces: false,
                    },
                  ],
                },
              ],
            },
          ],
        },
      ],
      notes: ["portal-1 has to be drained before the up: its pods have no second place"],
    }),
  ]);

/** One environment's stack file is wrong and another's program fails; the third is fine. */
export const environmentFailed = (): Report =>
  report(
    [
      environment("dev", {
        target: "lab",
        against: { kind: "base", text: "main at 0a1b2c3, without a state" },
        counts: { create: 0, update: 0, replace: 0, delete: 0, same: 145 },
        notes: ["2 secret values of the configuration were replaced"],
      }),
      failed("test", [
        {
          message: [
            "aws:ec2/instance:Instance resource 'billing-1' has a problem: unknown instance type t3.hugest",
            "  allowed: t3.medium, t3.large, t3.xlarge",
            "  way out: choose one of them in groups.test-billing.collections.billing-linux.size",
          ].join("\n"),
          resource: "billing-1 (aws:ec2/instance:Instance)",
          place: "stacks/Pulumi.test.yaml:42",
        },
      ]),
      failed("dev-tiers", [
        {
          message: "zones.test.slot: 3 is taken by zone staging; free are 4 to 15",
          place: "stacks/Pulumi.dev-tiers.yaml:29",
        },
        {
          message: "flows[2].to: there is no zone tset; did you mean test?",
          place: "stacks/Pulumi.dev-tiers.yaml:77",
        },
      ]),
    ],
    { offline: true },
  );

function notBuilt(name: string): EnvironmentReport {
  return withoutProof(
    environment(name, {
      target: "azure",
      outcome: "not built",
      against: { kind: "nothing", text: "nothing" },
      counts: { create: 0, update: 0, replace: 0, delete: 0, same: 0 },
    }),
  );
}

function failed(name: string, failures: EnvironmentReport["failures"]): EnvironmentReport {
  return withoutProof(
    environment(name, {
      outcome: "failed",
      against: { kind: "nothing", text: "nothing" },
      counts: { create: 0, update: 0, replace: 0, delete: 0, same: 0 },
      failures,
    }),
  );
}

/** Nothing differs anywhere. */
export const nothingChanged = (): Report =>
  report(
    [environment("dev", { target: "lab" }), environment("dev-tiers", { target: "lab" }), environment("test")],
    {
      untouched: ["demo", "staging"],
    },
  );

/** There is no state to compare with. */
export const everythingNew = (): Report =>
  report(
    [
      environment("test", {
        against: { kind: "nothing", text: "nothing, since there is no export of its state" },
        proof: proof({
          exceptions: [
            {
              what: "test-billing -> test-claims: tcp/8080",
              why: "audit of the year",
              owner: "audit@example.com",
              expires: "2026-11-28",
              daysLeft: 0,
              isNew: false,
            },
          ],
        }),
        limits: [
          {
            what: "security groups of one network interface",
            used: 5,
            limit: 5,
            wayOut: 'have AWS raise "Security groups per network interface"',
          },
        ],
        counts: { create: 3, update: 0, replace: 0, delete: 0, same: 0 },
        groups: [
          {
            components: [
              {
                name: "Network test",
                changes: [
                  {
                    op: "create",
                    name: "network",
                    type: "aws:ec2/vpc:Vpc",
                    properties: [
                      { path: "cidrBlock", new: '"10.20.0.0/16"', replaces: false },
                      { path: "enableDnsSupport", new: "true", replaces: false },
                    ],
                  },
                  {
                    op: "create",
                    name: "test-billing-a",
                    type: "aws:ec2/subnet:Subnet",
                    properties: [
                      { path: "cidrBlock", new: '"10.20.4.0/24"', replaces: false },
                      { path: "vpcId", new: '"(known after up)"', replaces: false },
                    ],
                  },
                  {
                    op: "create",
                    name: "test-billing-b",
                    type: "aws:ec2/subnet:Subnet",
                    properties: [
                      { path: "cidrBlock", new: '"10.20.5.0/24"', replaces: false },
                      { path: "vpcId", new: '"(known after up)"', replaces: false },
                    ],
                  },
                ],
              },
            ],
          },
        ],
        maps: [
          {
            layer: "machines",
            mermaid: map("tcp/8443")
              .replace(/ {2}linkStyle .*\n/, "")
              .replace("==>", "-->"),
          },
        ],
        notes: ["2 secret values of the configuration were replaced"],
      }),
    ],
    { offline: true },
  );

/** So many changed resources in two environments, with a leak and a machine that is replaced among them. */
export function large(number: number): Report {
  const [{ proof: leaking, maps }] = holeOpened().environments.filter(({ name }) => name === "test") as [
    EnvironmentReport,
  ];
  const half = number / 2;
  const environmentOf = (name: string, more: Partial<EnvironmentReport>) =>
    environment(name, {
      counts: { create: half - half / 10, update: 0, replace: half / 10, delete: 0, same: 100 },
      groups: Array.from({ length: 20 }, (_, group) => ({
        group: `group-${group}`,
        components: Array.from({ length: 10 }, (__, component) => ({
          name: `Machines group-${group}-${component}`,
          changes: Array.from({ length: half / 200 }, (___, index): ResourceChange => {
            const op = component === 3 ? "replace" : "create";
            return {
              op,
              name: `group-${group}-${component}-${index}`,
              type: "aws:ec2/instance:Instance",
              properties: ["ami", "instanceType", "subnetId", "userData", 'tags["bulkhead:zone"]'].map(
                (path) => ({
                  path,
                  ...(op === "replace" ? { old: `"old ${path} of ${index}"` } : {}),
                  new: `"new ${path} of ${index}"`,
                  replaces: op === "replace" && path === "ami",
                }),
              ),
            };
          }),
        })),
      })),
      ...more,
    });
  return report([
    environmentOf("dev", { maps, notes: ["the first note", "the second note"] }),
    environmentOf("test", { ...(leaking === undefined ? {} : { proof: leaking }) }),
  ]);
}

/** Where nothing was previewed nothing was proved. */
const withoutProof = (report: EnvironmentReport): EnvironmentReport =>
  Object.fromEntries(
    Object.entries(report).filter(([key]) => key !== "proof"),
  ) as unknown as EnvironmentReport;
