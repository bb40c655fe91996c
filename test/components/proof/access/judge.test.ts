import assert from "node:assert/strict";
import { judgeAccess, type Intent } from "../../../../components/proof/access/index.ts";
import type { Sourced } from "../../../../components/proof/kubernetes/objects.ts";
import { planOf } from "../../../support/lab.ts";
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
import { intentOf, registeredObjects } from "./registered.ts";

const intent: Intent = {
  namespaces: ["red", "blue"].map((name) => ({ name, collection: name, zone: name, group: name })),
  collections: ["red", "blue"].map((name) => ({ name, zone: name, hosts: [`${name}-1`], os: ["linux"] })),
  teams: ["red", "blue"].map((name) => ({ group: name, subject: `CN=${name}`, namespaces: [name] })),
};

const rule = (verbs: string, apiGroup: string, resources: string): RawRule => ({
  verbs: verbs.split(" "),
  apiGroups: [apiGroup],
  resources: resources.split(" "),
});
const everything = "get list watch create update patch delete deletecollection";
const work = [
  rule(everything, "", "pods secrets configmaps services serviceaccounts persistentvolumeclaims"),
  rule("get create", "", "pods/exec"),
  rule("create", "", "serviceaccounts/token"),
  rule("get", "", "pods/log namespaces"),
  rule(everything, "apps", "deployments"),
];
/** Each team works in its own namespace. */
const sound: readonly Sourced[] = [
  clusterRole("team", work),
  binding("red", "team", ofClusterRole("team"), [group("CN=red")]),
  binding("blue", "team", ofClusterRole("team"), [group("CN=blue")]),
];

const leaksOf = (...more: readonly Sourced[]) => judgeAccess([...sound, ...more], intent).leaks;
const idsOf = (...more: readonly Sourced[]): string[] => leaksOf(...more).map(({ id }) => id);

/** Something that the team of red is given in a namespace, or in the whole cluster. */
const give = (where: string | undefined, given: RawRule, subject: object = group("CN=red")): Sourced[] => [
  clusterRole("more", [given]),
  binding(where, "more", ofClusterRole("more"), [subject]),
];

describe("who may do what", () => {
  it("is as it has to be where each team works in its own namespace", () => {
    assert.deepEqual(judgeAccess(sound, intent), { leaks: [], missing: [], assumptions: [] });
  });

  describe("a team may do nothing in another's namespace:", () => {
    for (const [id, verb, apiGroup, resource] of [
      ["pods", "create", "", "pods"],
      ["pods", "patch", "", "pods"],
      ["pods", "delete", "", "pods"],
      ["exec", "create", "", "pods/exec"],
      ["exec", "get", "", "pods/exec"],
      ["exec", "create", "", "pods/attach"],
      ["exec", "create", "", "pods/portforward"],
      ["exec", "get", "", "pods/proxy"],
      ["exec", "get", "", "services/proxy"],
      ["exec", "patch", "", "pods/ephemeralcontainers"],
      ["workloads", "create", "apps", "deployments"],
      ["workloads", "patch", "apps", "statefulsets"],
      ["workloads", "update", "apps", "daemonsets"],
      ["workloads", "create", "batch", "cronjobs"],
      ["secrets", "get", "", "secrets"],
      ["secrets", "list", "", "secrets"],
      ["secrets", "watch", "", "secrets"],
      ["configmaps", "get", "", "configmaps"],
      ["tokens", "create", "", "serviceaccounts/token"],
      ["impersonate-service-accounts", "impersonate", "", "serviceaccounts"],
      ["rights", "create", "rbac.authorization.k8s.io", "rolebindings"],
      ["rights", "bind", "rbac.authorization.k8s.io", "clusterroles"],
      ["rights", "escalate", "rbac.authorization.k8s.io", "roles"],
      ["namespace", "patch", "", "namespaces"],
      ["binding", "create", "", "pods/binding"],
      ["network", "delete", "networking.k8s.io", "networkpolicies"],
      ["quotas", "patch", "", "resourcequotas"],
      ["exposure", "create", "networking.k8s.io", "ingresses"],
      ["traffic", "update", "discovery.k8s.io", "endpointslices"],
      ["leases", "update", "coordination.k8s.io", "leases"],
      ["other", "list", "", "pods"],
      ["other", "create", "example.com", "databases"],
    ] as const)
      it(`${verb} ${resource}`, () => {
        assert.ok(idsOf(...give("blue", rule(verb, apiGroup, resource))).includes(`access/red/blue/${id}`));
      });

    it("said with who, what, and by which binding and rule", () => {
      const [leak, ...others] = leaksOf(...give("blue", rule("get", "", "secrets")));
      assert.equal(
        leak?.message,
        `a member of "CN=red" can "get" secrets in namespace blue, which is blue's`,
      );
      assert.equal(leak.witness, `a member of "CN=red" can "get" secrets in namespace blue`);
      assert.deepEqual(
        leak.because.map(({ text }) => text),
        ["RoleBinding blue/more", "ClusterRole more, rule 1: get of secrets"],
      );
      assert.deepEqual([leak.from, leak.to, leak.layer], ["red", "blue", "access"]);
      // Who reads secrets has the tokens in them.
      assert.deepEqual(others, []);
    });
  });

  describe("a team may do nothing in the whole cluster:", () => {
    for (const [id, verb, apiGroup, resource] of [
      ["impersonate", "impersonate", "", "users"],
      ["impersonate", "impersonate", "", "groups"],
      ["impersonate", "impersonate", "authentication.k8s.io", "uids"],
      ["impersonate", "impersonate", "authentication.k8s.io", "userextras/scopes"],
      ["rights", "create", "rbac.authorization.k8s.io", "clusterrolebindings"],
      ["rights", "escalate", "rbac.authorization.k8s.io", "clusterroles"],
      ["admission", "delete", "admissionregistration.k8s.io", "validatingadmissionpolicies"],
      ["admission", "patch", "admissionregistration.k8s.io", "validatingadmissionpolicybindings"],
      ["admission", "create", "admissionregistration.k8s.io", "mutatingadmissionpolicies"],
      ["admission", "create", "admissionregistration.k8s.io", "mutatingwebhookconfigurations"],
      ["namespace", "create", "", "namespaces"],
      ["nodes", "patch", "", "nodes"],
      ["nodes", "get", "", "nodes/proxy"],
      ["nodes", "update", "", "nodes/status"],
      ["certificates", "create", "certificates.k8s.io", "certificatesigningrequests"],
      ["certificates", "update", "certificates.k8s.io", "certificatesigningrequests/approval"],
      ["certificates", "sign", "certificates.k8s.io", "signers"],
      ["storage", "create", "", "persistentvolumes"],
      ["extensions", "create", "apiextensions.k8s.io", "customresourcedefinitions"],
      ["extensions", "patch", "apiregistration.k8s.io", "apiservices"],
      ["secrets", "get", "", "secrets"],
      ["other", "list", "", "nodes"],
      ["other", "list", "", "namespaces"],
      ["other", "create", "authentication.k8s.io", "tokenreviews"],
    ] as const)
      it(`${verb} ${resource}`, () => {
        assert.ok(
          idsOf(...give(undefined, rule(verb, apiGroup, resource))).includes(`access/red/cluster/${id}`),
        );
        if (!["secrets", "namespace"].includes(id) && resource.includes("s") && id !== "other")
          assert.deepEqual(
            idsOf(...give("red", rule(verb, apiGroup, resource))).filter((found) =>
              found.includes("/cluster/"),
            ),
            [],
            "a binding in a namespace gives nothing of the whole cluster",
          );
      });

    it("but ask what everybody may ask", () => {
      const asking = rule(
        "create",
        "authorization.k8s.io",
        "selfsubjectaccessreviews selfsubjectrulesreviews",
      );
      const discovery = { verbs: ["get"], nonResourceURLs: ["/api", "/api/*", "/healthz", "/version"] };
      assert.deepEqual(idsOf(...give(undefined, asking, group("system:authenticated"))), []);
      assert.deepEqual(idsOf(...give(undefined, discovery, group("system:authenticated"))), []);
      assert.deepEqual(idsOf(...give(undefined, { verbs: ["get"], nonResourceURLs: ["/logs/*"] })), [
        "access/red/cluster/other",
      ]);
    });
  });

  describe("in its own namespace a team works, and changes nothing that holds it:", () => {
    for (const [verb, apiGroup, resource] of [
      ["create", "", "pods"],
      ["create", "", "pods/exec"],
      ["create", "", "pods/ephemeralcontainers"],
      ["get", "", "secrets"],
      ["create", "", "services"],
      ["create", "batch", "jobs"],
      ["impersonate", "", "serviceaccounts"],
      ["get", "networking.k8s.io", "networkpolicies"],
      ["get", "", "resourcequotas"],
      ["get", "", "namespaces"],
      ["create", "example.com", "databases"],
    ] as const)
      it(`may ${verb} ${resource}`, () => {
        assert.deepEqual(idsOf(...give("red", rule(verb, apiGroup, resource))), []);
      });

    for (const [id, verb, apiGroup, resource] of [
      ["network", "create", "networking.k8s.io", "networkpolicies"],
      ["network", "create", "cilium.io", "ciliumnetworkpolicies"],
      ["network", "patch", "crd.projectcalico.org", "networkpolicies"],
      ["quotas", "delete", "", "resourcequotas"],
      ["quotas", "update", "", "limitranges"],
      ["rights", "create", "rbac.authorization.k8s.io", "rolebindings"],
      ["rights", "patch", "rbac.authorization.k8s.io", "roles"],
      ["rights", "bind", "rbac.authorization.k8s.io", "clusterroles"],
      ["namespace", "update", "", "namespaces"],
      ["namespace", "patch", "", "namespaces"],
      ["namespace", "delete", "", "namespaces"],
      ["exposure", "create", "networking.k8s.io", "ingresses"],
      ["exposure", "create", "gateway.networking.k8s.io", "httproutes"],
      ["binding", "create", "", "pods/binding"],
      ["binding", "create", "", "bindings"],
      ["traffic", "create", "", "endpoints"],
      ["traffic", "patch", "", "services/status"],
      ["network", "*", "*", "*"],
    ] as const)
      it(`may not ${verb} ${resource}`, () => {
        assert.ok(idsOf(...give("red", rule(verb, apiGroup, resource))).includes(`access/red/red/${id}`));
      });

    it("by Kubernetes' own role edit neither, since it opens network policies", () => {
      const [network] = leaksOf(binding("red", "edit", ofClusterRole("edit"), [group("CN=red")]));
      assert.equal(network?.id, "access/red/red/network");
      assert.match(
        network.message,
        /in its own namespace red, where network policies close the namespace's network$/,
      );
      assert.deepEqual(idsOf(binding("red", "view", ofClusterRole("view"), [group("CN=red")])), []);
    });
  });

  describe("a team acts as whoever its pods can be:", () => {
    const secrets = rule("get", "", "secrets");

    for (const [who, subject] of [
      ["a service account of its own namespace", account("red", "deployer")],
      ["the default one", account("red", "default")],
      ["the same by its user's name", user("system:serviceaccount:red:deployer")],
      ["all service accounts of its own namespace", group("system:serviceaccounts:red")],
    ] as const)
      it(who, () => {
        const [leak] = leaksOf(...give("blue", secrets, subject));
        assert.equal(leak?.id, "access/red/blue/secrets");
        assert.match(leak.witness, /^a member of "CN=red", as the service account red\//);
      });

    for (const who of ["system:serviceaccounts", "system:authenticated", "system:unauthenticated"])
      it(`everybody of ${who}, so that each team leaks`, () => {
        assert.deepEqual(idsOf(...give(undefined, secrets, group(who))), [
          "access/red/cluster/secrets",
          "access/blue/cluster/secrets",
        ]);
      });

    it("but not as another's", () => {
      assert.deepEqual(idsOf(...give("blue", secrets, account("blue", "deployer"))), []);
      assert.deepEqual(idsOf(...give("tools", secrets, account("tools", "deployer"))), []);
      assert.deepEqual(idsOf(...give(undefined, rule("*", "*", "*"), user("system:kube-scheduler"))), []);
    });

    it("and as those of a namespace in which it can run pods, and so on", () => {
      const objects = [
        role("tools", "run", [rule("create", "apps", "deployments")]),
        binding("tools", "run", ofRole("run"), [group("CN=red")]),
        binding("deep", "token", ofClusterRole("tokens"), [account("tools", "agent")]),
        clusterRole("tokens", [rule("create", "", "serviceaccounts/token")]),
        ...give("blue", secrets, account("deep", "reader")),
      ];
      const leaks = leaksOf(...objects);
      assert.deepEqual(
        leaks.map(({ id }) => id),
        ["access/red/tools/workloads", "access/red/deep/tokens", "access/red/blue/secrets"],
      );
      assert.match(
        leaks[2]?.message ?? "",
        /^a member of "CN=red", as the service account tools\/agent, as the service account deep\/reader, can "get" secrets/,
      );
      assert.deepEqual(
        leaks[2]?.because.map(({ text }) => text),
        [
          "RoleBinding tools/run",
          "RoleBinding deep/token",
          "RoleBinding blue/more",
          "ClusterRole more, rule 1: get of secrets",
        ],
      );
    });

    it("and as whom it may impersonate by name", () => {
      const impersonating = {
        verbs: ["impersonate"],
        apiGroups: [""],
        resources: ["users"],
        resourceNames: ["boss"],
      };
      const objects = [
        clusterRole("as-boss", [impersonating]),
        binding(undefined, "as-boss", ofClusterRole("as-boss"), [group("CN=red")]),
        ...give("blue", secrets, user("boss")),
      ];
      assert.deepEqual(idsOf(...objects), ["access/red/cluster/impersonate", "access/red/blue/secrets"]);
    });

    it("and everybody, where its group is system:masters", () => {
      const masters = {
        ...intent,
        teams: [{ group: "red", subject: "system:masters", namespaces: ["red"] }],
      };
      const { leaks } = judgeAccess(sound, masters);
      assert.ok(leaks.some(({ id }) => id === "access/red/cluster/impersonate"));
      assert.match(leaks[0]?.because[0]?.text ?? "", /which no binding holds back/);
    });
  });

  describe("a team that cannot work is told so:", () => {
    for (const [what, kept] of [
      ["create deployments", work.filter(({ resources = [] }) => !resources.includes("deployments"))],
      ["get pods", work.filter(({ resources = [] }) => !resources.includes("pods"))],
      ["read pods' logs", work.filter(({ resources = [] }) => !resources.includes("pods/log"))],
    ] as const)
      it(what, () => {
        const { missing } = judgeAccess([clusterRole("team", kept), ...sound.slice(1)], intent);
        assert.deepEqual(
          missing.map(({ id, message }) => [id, message]),
          ["red", "blue"].map((name) => [
            `access/${name}/${name}/work`,
            `members of "CN=${name}" cannot ${what} in their own namespace ${name}`,
          ]),
        );
      });

    it("of its binding", () => {
      const { missing, leaks } = judgeAccess(sound.slice(0, 2), intent);
      assert.deepEqual(
        missing.map(({ id }) => id),
        ["access/blue/blue/work"],
      );
      assert.deepEqual(leaks, []);
    });

    it("where it works by a role of which nothing is known", () => {
      const { missing, leaks, assumptions } = judgeAccess(sound.slice(1), intent);
      assert.deepEqual(
        missing.map(({ id }) => id),
        ["access/red/red/work", "access/blue/blue/work"],
      );
      assert.ok(leaks.some(({ id }) => id === "access/red/red/rights"));
      assert.match(assumptions[0]?.text ?? "", /^ClusterRole team was not read/);
    });
  });

  it("says whom it takes to be in no team", () => {
    const { assumptions, leaks } = judgeAccess(
      [...sound, ...give("blue", rule("get", "", "secrets"), user("carl"))],
      intent,
    );
    assert.deepEqual(leaks, []);
    assert.match(assumptions[0]?.text ?? "", /^The user "carl" is a member of no team/);
    const [red, blue] = intent.teams;
    assert.ok(red !== undefined && blue !== undefined);
    const named = { ...intent, teams: [{ ...red, users: ["carl"] }, blue] };
    const known = judgeAccess([...sound, ...give("blue", rule("get", "", "secrets"), user("carl"))], named);
    assert.deepEqual(known.assumptions, []);
    assert.deepEqual(
      known.leaks.map(({ id }) => id),
      ["access/red/blue/secrets"],
    );
  });

  describe("as the engine registers it for dev", () => {
    let objects: readonly Sourced[];
    let meant: Intent;
    before(async () => {
      const planned = await planOf("dev");
      objects = await registeredObjects(planned);
      meant = intentOf(planned);
    });
    const change = (
      origin: RegExp,
      changed: (object: Record<string, unknown>) => object | undefined,
    ): Sourced[] => {
      const found = objects.filter((one) => origin.test(one.origin));
      assert.equal(found.length, 1, `one object is ${String(origin)}`);
      return objects.flatMap((one) => {
        if (!found.includes(one)) return [one];
        const object = changed(structuredClone(one.object));
        return object === undefined ? [] : [{ ...one, object: object as Sourced["object"] }];
      });
    };
    const teamRole = /:ClusterRole::bulkhead-team$/;
    const teamBinding = /:RoleBinding::test-billing$/;

    it("holds, and lets every team work", () => {
      const { leaks, missing } = judgeAccess(objects, meant);
      assert.deepEqual(leaks, []);
      assert.deepEqual(missing, []);
      assert.equal(meant.teams.length, 6);
    });

    it("leaks where a binding lets another team in, too", () => {
      const leaky = change(teamBinding, (object) => ({
        ...object,
        subjects: [...(object["subjects"] as object[]), group("CN=test-claims,OU=teams,DC=example,DC=com")],
      }));
      const { leaks } = judgeAccess(leaky, meant);
      assert.ok(leaks.some(({ id }) => id === "access/test-claims/test-billing/secrets"));
      for (const { from, to } of leaks) assert.deepEqual([from, to], ["test-claims", "test-billing"]);
    });

    it("leaks where a binding is of the whole cluster", () => {
      const leaky = change(teamBinding, ({ metadata, ...object }) => ({
        ...object,
        kind: "ClusterRoleBinding",
        metadata: { name: (metadata as { name: string }).name },
      }));
      const { leaks } = judgeAccess(leaky, meant);
      assert.ok(leaks.some(({ id }) => id === "access/test-billing/cluster/secrets"));
      for (const { from } of leaks) assert.equal(from, "test-billing");
    });

    it("misses a binding that is not there", () => {
      const { missing } = judgeAccess(
        change(teamBinding, () => undefined),
        meant,
      );
      assert.deepEqual(
        missing.map(({ id }) => id),
        ["access/test-billing/test-billing/work"],
      );
    });

    it("leaks for each rule of the teams' role that is widened to all verbs and lets what holds be changed", () => {
      const [original] = objects.filter(({ origin }) => origin.endsWith(":ClusterRole::bulkhead-team"));
      const rules = original?.object["rules"] as unknown as RawRule[];
      const widened = rules.map((_, at) => {
        const leaky = change(teamRole, (object) => ({
          ...object,
          rules: rules.map((one, index) => (index === at ? { ...one, verbs: ["*"] } : one)),
        }));
        return judgeAccess(leaky, meant)
          .leaks.filter(({ from }) => from === "test-portal")
          .map(({ id }) => id.split("/").at(-1));
      });
      const read = rules.findIndex(({ resources = [] }) => resources.includes("resourcequotas"));
      const networks = rules.findIndex(({ resources = [] }) => resources.includes("networkpolicies"));
      const slices = rules.findIndex(({ resources = [] }) => resources.includes("endpointslices"));
      assert.deepEqual(widened[read], ["namespace", "quotas", "traffic"]);
      assert.deepEqual(widened[networks], ["network"]);
      assert.deepEqual(widened[slices], ["traffic"]);
    });

    it("misses each rule of the teams' role that they cannot work without", () => {
      const [original] = objects.filter(({ origin }) => origin.endsWith(":ClusterRole::bulkhead-team"));
      const rules = original?.object["rules"] as unknown as RawRule[];
      for (const [at, one] of rules.entries()) {
        const { missing } = judgeAccess(
          change(teamRole, (object) => ({ ...object, rules: rules.filter((_, index) => index !== at) })),
          meant,
        );
        const needed = ["pods", "pods/log", "deployments"].some(
          (resource) => one.resources?.includes(resource) === true,
        );
        assert.equal(missing.length, needed ? 6 : 0, JSON.stringify(one));
      }
    });

    it("leaks where a service account of a team is given rights elsewhere", () => {
      const { leaks } = judgeAccess(
        [
          ...objects,
          sourced({
            apiVersion: "v1",
            kind: "ServiceAccount",
            metadata: { name: "ci", namespace: "test-billing" },
          }),
          binding("test-claims", "ci", ofClusterRole("view"), [account("test-billing", "ci")]),
        ],
        meant,
      );
      assert.ok(leaks.some(({ id }) => id === "access/test-billing/test-claims/configmaps"));
    });
  });
});
