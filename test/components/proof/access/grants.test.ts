import assert from "node:assert/strict";
import fc from "fast-check";
import {
  Grants,
  Roles,
  some,
  type Identity,
  type Request,
} from "../../../../components/proof/access/index.ts";
import type { Sourced } from "../../../../components/proof/kubernetes/objects.ts";
import { Unknown } from "../../../../components/proof/resource/index.ts";
import { naivelyAllowed } from "./naive.ts";
import {
  account,
  binding,
  clusterRole,
  group,
  ofClusterRole,
  ofRole,
  role,
  sourced,
  user,
  type RawRule,
} from "./objects.ts";

const ann: Identity = { user: "ann", groups: ["people", "system:authenticated"], text: "ann" };
const unknown = new Unknown("nobody knows yet");

const can = (
  objects: readonly Sourced[],
  request: Request,
  polarity: "sure" | "maybe" = "sure",
  who = ann,
): boolean => new Grants(objects, new Roles(objects)).right(who, request, polarity) !== undefined;

const get = (resource: string, more: object = {}): Request => ({
  verb: "get",
  group: "",
  resource,
  namespace: "red",
  ...more,
});
const withRule = (rule: RawRule): Sourced[] => [
  clusterRole("r", [rule]),
  binding("red", "b", ofClusterRole("r"), [user("ann")]),
];
const core = { apiGroups: [""] };

describe("what bindings give", () => {
  for (const [what, rule, request, allowed] of [
    ["the verb and the resource that it names", { verbs: ["get"], resources: ["pods"] }, get("pods"), true],
    ["no other verb", { verbs: ["list"], resources: ["pods"] }, get("pods"), false],
    ["no other resource", { verbs: ["get"], resources: ["pods"] }, get("secrets"), false],
    [
      "nothing of another API group",
      { verbs: ["get"], resources: ["pods"] },
      get("pods", { group: "apps" }),
      false,
    ],
    [
      "every group by a star",
      { verbs: ["get"], apiGroups: ["*"], resources: ["pods"] },
      get("pods", { group: "apps" }),
      true,
    ],
    [
      "every verb by a star",
      { verbs: ["*"], resources: ["pods"] },
      get("pods", { verb: "impersonate" }),
      true,
    ],
    [
      "every resource and subresource by a star",
      { verbs: ["get"], resources: ["*"] },
      get("pods/exec"),
      true,
    ],
    ["no subresource with its resource", { verbs: ["get"], resources: ["pods"] }, get("pods/exec"), false],
    [
      "not the resource with its subresource",
      { verbs: ["get"], resources: ["pods/exec"] },
      get("pods"),
      false,
    ],
    [
      "a subresource of all by a star before it",
      { verbs: ["get"], resources: ["*/exec"] },
      get("pods/exec"),
      true,
    ],
    [
      "none by a star after the resource, which is no pattern",
      { verbs: ["get"], resources: ["pods/*"] },
      get("pods/exec"),
      false,
    ],
    [
      "an object that it names",
      { verbs: ["get"], resources: ["secrets"], resourceNames: ["a"] },
      get("secrets", { name: "a" }),
      true,
    ],
    [
      "no object that it does not name",
      { verbs: ["get"], resources: ["secrets"], resourceNames: ["a"] },
      get("secrets", { name: "b" }),
      false,
    ],
    [
      "some object, where it names one",
      { verbs: ["get"], resources: ["secrets"], resourceNames: ["a"] },
      get("secrets", { name: some }),
      true,
    ],
    [
      "nothing that is made without a name, where it names one",
      { verbs: ["create"], resources: ["secrets"], resourceNames: ["a"] },
      get("secrets", { verb: "create" }),
      false,
    ],
  ] as const)
    it(`a rule gives ${what}`, () => {
      assert.equal(can(withRule({ ...core, ...rule }), request), allowed);
    });

  it("a RoleBinding gives in its own namespace alone, whatever it refers to", () => {
    const objects = withRule({ verbs: ["get"], ...core, resources: ["*"] });
    assert.equal(can(objects, get("pods")), true);
    assert.equal(can(objects, get("pods", { namespace: "blue" })), false);
    assert.equal(can(objects, { verb: "get", group: "", resource: "nodes" }), false);
  });

  it("a ClusterRoleBinding gives everywhere", () => {
    const objects = [
      clusterRole("r", [{ verbs: ["get"], ...core, resources: ["*"] }]),
      binding(undefined, "b", ofClusterRole("r"), [group("people")]),
    ];
    assert.equal(can(objects, get("pods", { namespace: "blue" })), true);
    assert.equal(can(objects, { verb: "get", group: "", resource: "nodes" }), true);
  });

  it("URLs are given in the whole cluster alone, and by their beginning with a star after it", () => {
    const rules = [{ verbs: ["get"], nonResourceURLs: ["/logs/*", "/metrics"] }];
    const anywhere = [clusterRole("r", rules), binding(undefined, "b", ofClusterRole("r"), [user("ann")])];
    const inside = [clusterRole("r", rules), binding("red", "b", ofClusterRole("r"), [user("ann")])];
    assert.equal(can(anywhere, { verb: "get", url: "/logs/kubelet" }), true);
    assert.equal(can(anywhere, { verb: "get", url: "/metrics" }), true);
    assert.equal(can(anywhere, { verb: "get", url: "/metrics/more" }), false);
    assert.equal(can(inside, { verb: "get", url: "/metrics" }), false);
  });

  it("a Role is that of the binding's own namespace", () => {
    const rule = { verbs: ["get"], ...core, resources: ["pods"] };
    const objects = [role("blue", "r", [rule]), binding("red", "b", ofRole("r"), [user("ann")])];
    assert.equal(can(objects, get("pods")), false);
    assert.equal(can([...objects, role("red", "r", [rule])], get("pods")), true);
  });

  for (const [who, subject, allowed] of [
    ["a user by name", user("ann"), true],
    ["a group that somebody is in", group("people"), true],
    ["everybody who has said who they are", group("system:authenticated"), true],
    ["another user", user("bob"), false],
    ["another group", group("others"), false],
    ["a group of somebody's user name", group("ann"), false],
    ["a service account of somebody's name", account("red", "ann"), false],
  ] as const)
    it(`a binding to ${who} gives it ${allowed ? "to them" : "to nobody else"}`, () => {
      const objects = [
        clusterRole("r", [{ verbs: ["get"], ...core, resources: ["pods"] }]),
        binding("red", "b", ofClusterRole("r"), [subject]),
      ];
      assert.equal(can(objects, get("pods")), allowed);
    });

  it("an aggregated role has the rules of those whose labels it selects, also of aggregated ones", () => {
    const selecting = (label: string) => ({
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [label]: "true" } }] },
    });
    const objects = [
      clusterRole("whole", null, selecting("to-whole")),
      clusterRole("part", null, selecting("to-part"), { "to-whole": "true" }),
      clusterRole("leaf", [{ verbs: ["get"], ...core, resources: ["pods"] }], {}, { "to-part": "true" }),
      clusterRole("other", [{ verbs: ["get"], ...core, resources: ["secrets"] }], {}, { "to-part": "false" }),
      binding("red", "b", ofClusterRole("whole"), [user("ann")]),
    ];
    assert.equal(can(objects, get("pods")), true);
    assert.equal(can(objects, get("secrets"), "maybe"), false);
  });

  it("Kubernetes' own roles hold what it documents, and what is labelled for them", () => {
    const bound = (name: string) => [binding("red", "b", ofClusterRole(name), [user("ann")])];
    const networks = {
      verb: "create",
      group: "networking.k8s.io",
      resource: "networkpolicies",
      namespace: "red",
    };
    const bindings = {
      verb: "create",
      group: "rbac.authorization.k8s.io",
      resource: "rolebindings",
      namespace: "red",
    };
    const expected = {
      view: [true, false, false, false],
      edit: [true, true, true, false],
      admin: [true, true, true, true],
    };
    for (const [name, row] of Object.entries(expected))
      assert.deepEqual(
        [get("pods"), get("secrets"), networks, bindings].map((request) =>
          can(bound(name), request, "maybe"),
        ),
        row,
        name,
      );
    const label = { "rbac.authorization.k8s.io/aggregate-to-view": "true" };
    const widened = [
      ...bound("edit"),
      clusterRole("x", [{ verbs: ["get"], ...core, resources: ["x"] }], {}, label),
    ];
    assert.equal(can(widened, get("x")), true);
  });

  it("a role that was not read may hold everything, and surely holds nothing", () => {
    const objects = [binding("red", "b", ofClusterRole("elsewhere"), [user("ann")])];
    assert.equal(can(objects, get("secrets"), "maybe"), true);
    assert.equal(can(objects, get("secrets"), "sure"), false);
    const roles = new Roles(objects);
    new Grants(objects, roles);
    assert.deepEqual([...roles.unread], ["ClusterRole elsewhere"]);
  });

  describe("what is not known may be anything, and is nothing for sure:", () => {
    const rule = { verbs: ["get"], ...core, resources: ["pods"] };
    const cases: Record<string, Sourced[]> = {
      "a role's rules": [clusterRole("r", unknown), binding("red", "b", ofClusterRole("r"), [user("ann")])],
      "a rule's verbs": [
        sourced({
          apiVersion: "rbac.authorization.k8s.io/v1",
          kind: "ClusterRole",
          metadata: { name: "r" },
          rules: [{ ...rule, verbs: unknown }],
        }),
        binding("red", "b", ofClusterRole("r"), [user("ann")]),
      ],
      "a binding's role": [clusterRole("r", [rule]), binding("red", "b", unknown, [user("ann")])],
      "its subjects": [clusterRole("r", [rule]), binding("red", "b", ofClusterRole("r"), unknown)],
      "a subject's name": [
        clusterRole("r", [rule]),
        binding("red", "b", ofClusterRole("r"), [{ kind: "User", name: unknown }]),
      ],
      "its namespace": [
        clusterRole("r", [rule]),
        sourced({
          apiVersion: "rbac.authorization.k8s.io/v1",
          kind: "RoleBinding",
          metadata: { name: "b", namespace: unknown as unknown as string },
          roleRef: ofClusterRole("r"),
          subjects: [user("ann")],
        }),
      ],
    };
    for (const [what, objects] of Object.entries(cases))
      it(what, () => {
        assert.equal(can(objects, get("pods"), "maybe"), true);
        assert.equal(can(objects, get("pods"), "sure"), false);
      });
  });

  it("of two roles of one name either may be there", () => {
    const bound = binding("red", "b", ofClusterRole("r"), [user("ann")]);
    for (const [first, second] of [
      ["pods", "secrets"],
      ["secrets", "pods"],
    ] as const) {
      const objects = [first, second].map((resource) =>
        clusterRole("r", [{ verbs: ["get"], ...core, resources: [resource] }]),
      );
      assert.equal(can([...objects, bound], get("pods"), "maybe"), true);
      assert.equal(can([...objects, bound], get("pods"), "sure"), false);
    }
  });

  it("the group system:masters may do everything, bindings or not", () => {
    const master = { user: "root", groups: ["system:masters"], text: "root" };
    assert.equal(can([], { verb: "get", url: "/logs" }, "sure", master), true);
    assert.equal(can([], { verb: "escalate", group: "x", resource: "y" }, "sure", master), true);
  });

  it("is what a reader of Kubernetes' documentation finds, for whatever roles and bindings there are", () => {
    const oneOf = <T>(...values: readonly T[]) => fc.constantFrom(...values);
    const few = <T>(value: fc.Arbitrary<T>) => fc.uniqueArray(value, { minLength: 1, maxLength: 3 });
    const rules = fc.array(
      fc.record(
        {
          verbs: few(oneOf("get", "create", "list", "*")),
          apiGroups: few(oneOf("", "apps", "*")),
          resources: few(oneOf("pods", "pods/exec", "*/exec", "pods/*", "secrets", "*")),
          resourceNames: few(oneOf("a", "b")),
        },
        { requiredKeys: ["verbs", "apiGroups", "resources"] },
      ),
      { maxLength: 2 },
    );
    const names = oneOf("r0", "r1", "r2");
    const namespaces = oneOf("red", "blue");
    const label = fc.record({ part: oneOf("x", "y") }, { requiredKeys: [] });
    const roles = fc.uniqueArray(
      fc.oneof(
        fc.tuple(names, rules, label).map(([name, list, labels]) => clusterRole(name, list, {}, labels)),
        fc.tuple(names, oneOf("x", "y")).map(([name, part]) =>
          clusterRole(name, null, {
            aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part } }] },
          }),
        ),
        fc.tuple(namespaces, names, rules).map(([namespace, name, list]) => role(namespace, name, list)),
      ),
      { selector: ({ origin }) => origin, minLength: 4, maxLength: 8 },
    );
    const subject = oneOf<object>(
      ...[user("ann"), user("bob"), group("people"), group("others"), account("red", "x")],
      user("system:serviceaccount:red:x"),
    );
    const bindings = fc.array(
      fc
        .tuple(oneOf("red", "blue", undefined), names, oneOf(ofClusterRole, ofRole), few(subject))
        .map(([namespace, name, refer, subjects]) =>
          binding(namespace, "b", namespace === undefined ? ofClusterRole(name) : refer(name), subjects),
        ),
      { minLength: 1, maxLength: 5 },
    );
    const who = oneOf<Identity>(
      ann,
      { user: "bob", groups: ["others"], text: "bob" },
      { user: "system:serviceaccount:red:x", groups: ["system:serviceaccounts"], text: "x" },
    );
    let allowed = 0;
    fc.assert(
      fc.property(roles, bindings, who, (someRoles, someBindings, identity) => {
        const objects = [...someRoles, ...someBindings];
        const grants = new Grants(objects, new Roles(objects));
        for (const verb of ["get", "create", "delete"])
          for (const apiGroup of ["", "apps"])
            for (const resource of ["pods", "pods/exec", "secrets"])
              for (const namespace of ["red", "blue", undefined])
                for (const name of ["a", undefined]) {
                  const [main = "", subresource] = resource.split("/");
                  const place = {
                    ...(namespace === undefined ? {} : { namespace }),
                    ...(name === undefined ? {} : { name }),
                  };
                  const naive = naivelyAllowed(objects, {
                    ...identity,
                    ...place,
                    verb,
                    group: apiGroup,
                    resource: main,
                    ...(subresource === undefined ? {} : { subresource }),
                  });
                  const request = { verb, group: apiGroup, resource, ...place };
                  assert.equal(grants.right(identity, request, "sure") !== undefined, naive);
                  if (naive) {
                    allowed++;
                    assert.ok(grants.right(identity, request, "maybe") !== undefined);
                  }
                }
      }),
      { numRuns: 300 },
    );
    assert.ok(allowed > 1000, `only ${allowed} of what was tried is allowed`);
  });
});
