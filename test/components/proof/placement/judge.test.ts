import assert from "node:assert/strict";
import type { Intent } from "../../../../components/proof/access/index.ts";
import type { Sourced } from "../../../../components/proof/kubernetes/objects.ts";
import { judgePlacement, type Plugins } from "../../../../components/proof/placement/index.ts";
import { Unknown } from "../../../../components/proof/resource/index.ts";
import { planOf } from "../../../support/lab.ts";
import { binding, clusterRole, group, ofClusterRole, sourced } from "../access/objects.ts";
import { intentOf, labPlugins, registeredObjects } from "../access/registered.ts";

type Fields = Record<string, unknown>;

const label = "node-restriction.kubernetes.io/collection";
const unknown = new Unknown("nobody knows yet");
const selectorKey = "scheduler.alpha.kubernetes.io/node-selector";
const whitelistKey = "scheduler.alpha.kubernetes.io/tolerationsWhitelist";

/** Without what is to be taken away. */
const merged = (fields: unknown, more: object): object =>
  Object.fromEntries(
    Object.entries({ ...(fields as object), ...more }).filter(([, value]) => value !== undefined),
  );

describe("where pods can run, as the engine registers it for dev", () => {
  let objects: readonly Sourced[];
  let intent: Intent;
  let plugins: Plugins;
  before(async () => {
    const planned = await planOf("dev");
    objects = await registeredObjects(planned);
    intent = intentOf(planned);
    plugins = labPlugins(planned);
  });

  const judge = (some: readonly Sourced[], given = plugins) =>
    judgePlacement(some, { plugins: given }, intent);
  const found = (some: readonly Sourced[], given = plugins) => {
    const { leaks, missing } = judge(some, given);
    return { leaks: leaks.map(({ id }) => id), missing: missing.map(({ id }) => id) };
  };
  /** All objects, of which one is changed, or left out. */
  const change = (
    origin: string,
    changed: (object: Fields & { metadata: Fields; spec: Fields }) => object | undefined,
    from = objects,
  ): Sourced[] => {
    assert.equal(from.filter((one) => one.origin === origin).length, 1, `one object is ${origin}`);
    return from.flatMap((one) => {
      if (one.origin !== origin) return [one];
      const object = changed(
        structuredClone(one.object) as unknown as Fields & { metadata: Fields; spec: Fields },
      );
      return object === undefined ? [] : [{ ...one, object: object as Sourced["object"] }];
    });
  };
  const without = (origin: string, from = objects) => change(origin, () => undefined, from);
  const namespace = (name = "test-billing") => `kubernetes:core/v1:Namespace::${name}`;
  const node = (name: string) => `kubernetes:core/v1:Node::${name}`;
  const podPolicy = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy::bulkhead-pods";
  const podBinding =
    "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding::bulkhead-pods";
  const annotate = (annotations: object, from = objects) =>
    change(
      namespace(),
      (object) => ({
        ...object,
        metadata: {
          ...object.metadata,
          annotations: merged(object.metadata["annotations"], annotations),
        },
      }),
      from,
    );
  const relabel = (origin: string, labels: object, from = objects) =>
    change(
      origin,
      (object) => ({
        ...object,
        metadata: { ...object.metadata, labels: merged(object.metadata["labels"], labels) },
      }),
      from,
    );
  const taint = (name: string, taints: unknown, from = objects) =>
    change(node(name), (object) => ({ ...object, spec: { ...object.spec, taints } }), from);
  const policy = (spec: (spec: Fields) => object, from = objects) =>
    change(podPolicy, (object) => ({ ...object, spec: { ...object.spec, ...spec(object.spec) } }), from);
  const bound = (spec: object, from = objects) =>
    change(podBinding, (object) => ({ ...object, spec: { ...object.spec, ...spec } }), from);

  const collections = [
    "test-billing",
    "test-claims",
    "test-portal",
    "staging-billing",
    "staging-claims",
    "staging-portal",
  ];
  const everywhere = (id: string) => collections.map((name) => `placement/${name}/${id}`).sort();

  it("every namespace holds, by each of its safeguards", () => {
    const { leaks, missing, safeguards, assumptions } = judge(objects);
    assert.deepEqual([leaks, missing, assumptions], [[], [], []]);
    assert.deepEqual(safeguards.map((one) => one.namespace).sort(), [...collections].sort());
    for (const { held } of safeguards) {
      assert.deepEqual(Object.keys(held).sort(), [
        ...["affinity", "closed-in", "closed-out", "label", "limits", "pod-security", "policy", "quota"],
        ...["selector", "taint", "tolerations"],
      ]);
      for (const because of Object.values(held)) assert.ok(because.length > 0);
    }
  });

  describe("a namespace's node selector", () => {
    it("is missed where the annotation is not there, while policies still hold", () => {
      assert.deepEqual(found(annotate({ [selectorKey]: undefined })), {
        leaks: [],
        missing: ["placement/test-billing/selector"],
      });
    });

    it("is missed where it is that of another collection, in which no pod could run then", () => {
      const { missing } = judge(annotate({ [selectorKey]: `${label}=test-claims` }));
      assert.ok(
        missing.some(
          ({ id, message }) =>
            id === "placement/test-billing/selector" &&
            message.endsWith("which its own node test-billing-1 does not have"),
        ),
      );
      assert.ok(missing.some(({ id }) => id === "placement/test-billing/work"));
    });

    it("is missed where other nodes meet it, too", () => {
      const [wrong] = judge(annotate({ [selectorKey]: "kubernetes.io/os=linux" })).missing;
      assert.equal(wrong?.id, "placement/test-billing/selector");
      assert.match(
        wrong.message,
        /^namespace test-billing asks for kubernetes\.io\/os=linux, which the node \S+ has, too$/,
      );
    });

    it("is missed where nobody can know it, and where the API server ignores it", () => {
      assert.ok(
        found(annotate({ [selectorKey]: unknown })).missing.includes("placement/test-billing/selector"),
      );
      const off = { ...plugins, on: plugins.on.filter((name) => name !== "PodNodeSelector") };
      assert.deepEqual(found(objects, off).missing.sort(), everywhere("selector"));
    });

    it("goes by a label that no kubelet can give its own node", () => {
      const other = "example.com/collection";
      let some: readonly Sourced[] = annotate({ [selectorKey]: `${other}=billing` });
      for (const name of ["test-billing-1", "test-billing-2"])
        some = relabel(node(name), { [other]: "billing" }, some);
      // What still holds is that others' nodes have a taint that no kubelet can take away.
      assert.deepEqual(found(some), { leaks: [], missing: ["placement/test-billing/label"] });
      const { leaks } = judge(taint("test-claims-1", [], some));
      assert.deepEqual(
        leaks.map(({ id }) => id),
        ["placement/test-billing/kubelet"],
      );
      assert.match(
        leaks[0]?.message ?? "",
        /can draw pods of namespace test-billing to it, as to the node test-claims-1 of collection test-claims$/,
      );
    });

    it("holds nothing against stolen nodes without the admission plugin NodeRestriction", () => {
      const off = { ...plugins, on: plugins.on.filter((name) => name !== "NodeRestriction") };
      const { leaks, missing } = found(objects, off);
      assert.deepEqual(leaks.sort(), everywhere("kubelet"));
      assert.deepEqual(missing.sort(), everywhere("label"));
    });
  });

  describe("nodes", () => {
    it("are missed where they have no taint", () => {
      assert.deepEqual(found(taint("test-billing-2", [])), {
        leaks: [],
        missing: ["placement/test-billing/taint"],
      });
      assert.deepEqual(found(taint("test-billing-2", unknown)).missing, ["placement/test-billing/taint"]);
      const soft = [{ key: label, value: "test-billing", effect: "PreferNoSchedule" }];
      assert.deepEqual(found(taint("test-billing-2", soft)).missing, ["placement/test-billing/taint"]);
    });

    it("are missed where they have no label of their collection", () => {
      const { leaks, missing } = found(relabel(node("test-billing-1"), { [label]: undefined }));
      assert.deepEqual([leaks, missing], [[], ["placement/test-billing/selector"]]);
    });

    it("with another collection's label are reached by its pods, unless their taint holds", () => {
      const some = relabel(node("test-claims-1"), { [label]: "test-billing" });
      assert.deepEqual(found(some), {
        leaks: [],
        missing: ["placement/test-billing/selector", "placement/test-claims/selector"],
      });
      const { leaks } = judge(taint("test-claims-1", [], some));
      const [leak] = leaks.filter(({ id }) => id.endsWith("/scheduler"));
      assert.equal(leak?.id, "placement/test-billing/test-claims/scheduler");
      assert.equal(
        leak.message,
        "a pod of namespace test-billing can be scheduled on the node test-claims-1 of collection test-claims",
      );
      assert.match(leak.witness, /^a pod with no node selector and no tolerations$/);
      assert.deepEqual(
        leak.because.map(({ text }) => text),
        ["Namespace test-billing", "Node test-claims-1"],
      );
    });

    it("whose labels are not known may have any", () => {
      const some = change(node("test-claims-1"), (object) => ({
        ...object,
        metadata: { ...object.metadata, labels: unknown },
        spec: {},
      }));
      const { leaks } = found(some);
      assert.deepEqual(
        leaks.filter((id) => id.endsWith("/scheduler")).sort(),
        collections
          .filter((name) => name !== "test-claims")
          .map((name) => `placement/${name}/test-claims/scheduler`)
          .sort(),
      );
    });

    it("of no collection are no place for linked pods either", () => {
      const spare = (labels: object) => [
        ...objects,
        sourced({ apiVersion: "v1", kind: "Node", metadata: { name: "spare", labels }, spec: {} }),
      ];
      assert.deepEqual(found(spare({ "kubernetes.io/os": "linux" })), { leaks: [], missing: [] });
      const { leaks } = judge(spare({ "kubernetes.io/os": "linux", [label]: "test-portal" }));
      const ids = leaks.map(({ id }) => id);
      assert.ok(ids.includes("placement/test-portal/spare/scheduler"));
      assert.match(leaks[0]?.message ?? "", /the node spare, which is of no collection$/);
    });

    it("of which nothing is known are missed", () => {
      const { missing } = judge(without(node("test-billing-1")));
      assert.deepEqual(
        missing.map(({ id }) => id),
        ["placement/test-billing/nodes"],
      );
      assert.match(
        missing[0]?.message ?? "",
        /^nothing is known of 1 of the nodes of collection test-billing, such as test-billing-1/,
      );
    });
  });

  describe("tolerations", () => {
    it("are held by the whitelist or by the policy, and missed without both", () => {
      const open = annotate({ [whitelistKey]: undefined });
      assert.deepEqual(found(open), { leaks: [], missing: [] });
      assert.deepEqual(
        found(annotate({ [whitelistKey]: "[]" }, without(podPolicy))).missing.includes(
          "placement/test-billing/tolerations",
        ),
        true,
      );
      assert.equal(found(without(podPolicy)).missing.includes("placement/test-billing/tolerations"), false);
      const everything = JSON.stringify([{ operator: "Exists" }]);
      assert.ok(
        found(annotate({ [whitelistKey]: everything }, without(podPolicy))).missing.includes(
          "placement/test-billing/tolerations",
        ),
      );
    });

    it("let pods onto another's node where its label does not hold either", () => {
      const some = annotate({ [whitelistKey]: undefined, [selectorKey]: undefined }, without(podPolicy));
      const { leaks } = found(some);
      for (const name of collections.filter((one) => one !== "test-billing"))
        assert.ok(leaks.includes(`placement/test-billing/${name}/scheduler`), name);
      assert.equal(
        leaks.some((id) => /^placement\/test-claims\/.*scheduler$/.test(id)),
        false,
      );
    });
  });

  describe("the policy for pods", () => {
    const leaksPast = collections.flatMap((from) =>
      collections.filter((to) => to !== from).map((to) => `placement/${from}/${to}/nodename`),
    );

    for (const [what, some] of [
      ["is not there", () => without(podPolicy)],
      ["has no binding", () => without(podBinding)],
      ["has a binding that only warns", () => bound({ validationActions: ["Warn", "Audit"] })],
      ["has a binding to another policy", () => bound({ policyName: "another" })],
      [
        "has a binding for some namespaces",
        () => bound({ matchResources: { namespaceSelector: { matchLabels: { tier: "test" } } } }),
      ],
      [
        "has a binding for pods with a label, which their writer chooses",
        () => bound({ matchResources: { objectSelector: { matchLabels: { judged: "yes" } } } }),
      ],
      [
        "has a binding that leaves pods out",
        () =>
          bound({
            matchResources: {
              excludeResourceRules: [
                { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] },
              ],
            },
          }),
      ],
      ["has a binding of which nobody knows whether it denies", () => bound({ validationActions: unknown })],
      [
        "is for other namespaces",
        () =>
          policy(({ matchConstraints }) => ({
            matchConstraints: {
              ...(matchConstraints as object),
              namespaceSelector: { matchLabels: { other: "yes" } },
            },
          })),
      ],
      [
        "is for other resources",
        () =>
          policy(() => ({
            matchConstraints: {
              resourceRules: [
                { apiGroups: ["apps"], apiVersions: ["v1"], operations: ["*"], resources: ["*"] },
              ],
            },
          })),
      ],
      [
        "is for pods of some names",
        () =>
          policy(() => ({
            matchConstraints: {
              resourceRules: [
                {
                  apiGroups: [""],
                  apiVersions: ["v1"],
                  operations: ["*"],
                  resources: ["pods"],
                  resourceNames: ["a"],
                },
              ],
            },
          })),
      ],
      [
        "is for what is changed alone",
        () =>
          policy(() => ({
            matchConstraints: {
              resourceRules: [
                { apiGroups: [""], apiVersions: ["v1"], operations: ["UPDATE"], resources: ["pods"] },
              ],
            },
          })),
      ],
      [
        "lets by whoever puts a label on",
        () =>
          policy(() => ({
            matchConditions: [
              {
                name: "x",
                expression: `!has(object.metadata.labels) || !("skip" in object.metadata.labels)`,
              },
            ],
          })),
      ],
      [
        "lets by what controllers make",
        () =>
          policy(() => ({
            matchConditions: [
              {
                name: "x",
                expression: `!request.userInfo.username.startsWith("system:serviceaccount:kube-system:")`,
              },
            ],
          })),
      ],
      [
        "lets the namespace's own service accounts by",
        () =>
          policy(() => ({
            matchConditions: [{ name: "x", expression: `!request.userInfo.username.endsWith(":default")` }],
          })),
      ],
      [
        "can be escaped by a field that its writer chooses",
        () =>
          policy(({ validations }) => ({
            validations: (validations as { expression: string }[]).map(({ expression }) => ({
              expression: `object.spec.?serviceAccountName.orValue("") == "trusted" || (${expression})`,
            })),
          })),
      ],
      [
        "is one of two of its name",
        () => [
          ...objects,
          ...objects.filter(({ origin }) => origin === podPolicy).map((one) => ({ ...one })),
        ],
      ],
      ["has parameters", () => policy(() => ({ paramKind: { apiVersion: "v1", kind: "ConfigMap" } }))],
      [
        "uses what nobody here understands",
        () =>
          policy(() => ({ validations: [{ expression: `authorizer.path("/x").check("get").allowed()` }] })),
      ],
    ] as const)
      it(`holds nothing where it ${what}: pods get past the scheduler`, () => {
        const { leaks, missing } = found(some());
        assert.deepEqual(leaks.sort(), leaksPast.sort());
        assert.deepEqual(missing.sort(), everywhere("policy"));
      });

    it("leaks past the scheduler with a pod for an example", () => {
      const [leak] = judge(without(podPolicy)).leaks;
      assert.match(
        leak?.message ?? "",
        /^a pod of namespace \S+ can be put, past the scheduler, on the node \S+ of collection \S+$/,
      );
      assert.match(leak?.witness ?? "", /^a pod with spec\.nodeName "\S+-1"$/);
    });

    it("says why it is taken to refuse nothing where it is not understood", () => {
      const texts = (some: readonly Sourced[]) => judge(some).assumptions.map(({ text }) => text);
      assert.match(
        texts(policy(() => ({ paramKind: { kind: "x" } })))[0] ?? "",
        /taken to refuse nothing, since it has parameters$/,
      );
      assert.match(
        texts(
          policy(() => ({ validations: [{ expression: `authorizer.path("/x").check("get").allowed()` }] })),
        )[0] ?? "",
        /^ValidatingAdmissionPolicy bulkhead-pods is taken to let pods by where it cannot be evaluated here: /,
      );
    });

    it("still holds where its condition is only about who asks, and no team does", () => {
      const some = policy(() => ({
        matchConditions: [{ name: "x", expression: `request.userInfo.username != "kubernetes-admin"` }],
      }));
      assert.deepEqual(found(some), { leaks: [], missing: [] });
    });

    it("refuses what it fails over, unless its failure policy is to ignore that", () => {
      const failing = {
        validations: [{ expression: `namespaceObject.metadata.annotations["nothing"] == ""` }],
      };
      assert.deepEqual(found(policy(() => failing)).leaks, []);
      assert.deepEqual(
        found(policy(() => ({ ...failing, failurePolicy: "Ignore" }))).leaks.length,
        leaksPast.length,
      );
    });

    it("is missed where it does not judge what is changed", () => {
      const { leaks, missing } = judge(
        policy(({ matchConstraints }) => {
          const { resourceRules, ...constraints } = matchConstraints as { resourceRules: object[] };
          return {
            matchConstraints: {
              ...constraints,
              resourceRules: resourceRules.map((one) => ({ ...one, operations: ["CREATE"] })),
            },
          };
        }),
      );
      assert.deepEqual(leaks, []);
      assert.deepEqual(missing.map(({ id }) => id).sort(), everywhere("policy"));
      assert.match(
        missing[0]?.message ?? "",
        /refuses pods with a toleration of every taint that is added later$/,
      );
    });

    it("is missed without any of its validations, by the name of what nothing refuses then", () => {
      const validations = (
        objects.find(({ origin }) => origin === podPolicy)?.object["spec"] as unknown as {
          validations: object[];
        }
      ).validations;
      const missed = validations.map((_, at) => {
        const { missing } = judge(
          policy(() => ({ validations: validations.filter((__, index) => index !== at) })),
        );
        return missing[0]?.message.replace(/^.*refuses pods with /, "") ?? "";
      });
      assert.deepEqual(missed, [
        `spec.nodeName "another's node"`,
        `nodeSelector ${label}=staging-claims, kubernetes.io/os=linux`.replace(
          ", kubernetes.io/os=linux",
          "",
        ),
        // Every collection of dev has one operating system, so that nothing hangs on this one.
        "",
        `node affinity to ${label}=staging-claims`,
        // Which tolerations there are is held by the one after it.
        "",
        "a toleration of every taint and a toleration of every taint that is added later",
        "hostNetwork: true, hostPID: true and hostIPC: true",
        "priorityClassName system-node-critical",
        "a hostPath volume of /",
      ]);
    });
  });

  describe("a namespace", () => {
    it("whose pods are not held by Pod Security is missed, and leaks what no policy refuses", () => {
      for (const level of [undefined, "privileged", unknown]) {
        const { leaks, missing } = found(
          relabel(namespace(), { "pod-security.kubernetes.io/enforce": level }),
        );
        assert.ok(missing.includes("placement/test-billing/pod-security"));
        if (level !== unknown)
          assert.deepEqual(
            leaks,
            ["privileged", "capabilities", "hostprocess", "hostport"].map(
              (id) => `placement/test-billing/${id}`,
            ),
          );
      }
      assert.deepEqual(found(relabel(namespace(), { "pod-security.kubernetes.io/enforce": "baseline" })), {
        leaks: [],
        missing: ["placement/test-billing/pod-security"],
      });
    });

    it("leaks every way onto the node where neither Pod Security nor a policy holds", () => {
      const { leaks } = judge(
        relabel(namespace(), { "pod-security.kubernetes.io/enforce": undefined }, without(podPolicy)),
      );
      const own = leaks.filter(({ from, to }) => from === "test-billing" && to === "test-billing");
      assert.deepEqual(
        own.map(({ witness }) => witness),
        [
          ...[
            "hostNetwork: true",
            "hostPID: true",
            "hostIPC: true",
            "a hostPath volume of /",
            "a privileged container",
          ],
          ...[
            "a container with the capability SYS_ADMIN",
            "a HostProcess container",
            "a port of the node itself",
          ],
        ].map((what) => `a pod with ${what}`),
      );
    });

    it("that is not labelled as linked is not judged by the policy", () => {
      const { missing, leaks } = found(relabel(namespace(), { "bulkhead/collection": undefined }));
      assert.ok(missing.includes("placement/test-billing/policy"));
      assert.equal(leaks.filter((id) => id.endsWith("/nodename")).length, 5);
    });

    it("whose label names another collection than its annotation lets no pod run", () => {
      const { leaks, missing } = found(relabel(namespace(), { "bulkhead/collection": "test-claims" }));
      assert.deepEqual([leaks, missing], [[], ["placement/test-billing/work"]]);
    });

    for (const [safeguard, origin] of [
      ["quota", "kubernetes:core/v1:ResourceQuota::test-billing/quota"],
      ["affinity", "kubernetes:core/v1:ResourceQuota::test-billing/cross-namespace-affinity"],
      ["limits", "kubernetes:core/v1:LimitRange::test-billing"],
    ] as const)
      it(`is missed without its ${safeguard}`, () => {
        assert.deepEqual(found(without(origin)), {
          leaks: [],
          missing: [`placement/test-billing/${safeguard}`],
        });
      });

    it("is missed where it is not closed to the network in both directions", () => {
      const deny = "kubernetes:networking.k8s.io/v1:NetworkPolicy::test-billing/default-deny";
      const spec = (more: object) =>
        found(change(deny, (object) => ({ ...object, spec: { ...object.spec, ...more } }))).missing;
      assert.deepEqual(found(without(deny)).missing, [
        "placement/test-billing/closed-in",
        "placement/test-billing/closed-out",
      ]);
      assert.deepEqual(spec({ policyTypes: ["Ingress"] }), ["placement/test-billing/closed-out"]);
      assert.deepEqual(spec({ policyTypes: ["Egress"] }), ["placement/test-billing/closed-in"]);
      assert.deepEqual(spec({ podSelector: { matchLabels: { app: "web" } } }).length, 2);
      assert.deepEqual(spec({ podSelector: unknown }).length, 2);
      assert.deepEqual(spec({ ingress: [{}] }), ["placement/test-billing/closed-in"]);
    });

    it("that is not there is missed", () => {
      assert.ok(found(without(namespace())).missing.includes("placement/test-billing/namespace"));
    });

    it("that is linked to nothing must not be a team's to run pods in", () => {
      const free = sourced({ apiVersion: "v1", kind: "Namespace", metadata: { name: "free" } });
      const run = (where: string | undefined) => [
        ...objects,
        free,
        clusterRole("run", [{ verbs: ["create"], apiGroups: ["batch"], resources: ["jobs"] }]),
        binding(where, "run", ofClusterRole("run"), [group("CN=test-billing,OU=teams,DC=example,DC=com")]),
      ];
      assert.deepEqual(found([...objects, free]).leaks, []);
      const { leaks } = judge(run("free"));
      assert.deepEqual(
        leaks.map(({ id }) => id),
        ["placement/test-billing/free/unlinked"],
      );
      assert.match(
        leaks[0]?.message ?? "",
        /can create jobs in namespace free, which is linked to no collection/,
      );
      assert.deepEqual(
        found(run(undefined)).leaks,
        ["default", "free"].map((name) => `placement/test-billing/${name}/unlinked`),
      );
      assert.deepEqual(found(run("test-billing")).leaks, []);
    });
  });

  describe("the API server's admission plugins", () => {
    for (const [plugin, missed] of [
      ["PodNodeSelector", "selector"],
      ["PodSecurity", "pod-security"],
      ["ValidatingAdmissionPolicy", "policy"],
      ["ResourceQuota", "quota"],
      ["LimitRanger", "limits"],
    ] as const)
      it(`are missed where ${plugin} is off`, () => {
        const { missing } = found(objects, {
          on: plugins.on.filter((name) => name !== plugin),
          off: [plugin],
          known: true,
        });
        for (const id of everywhere(missed)) assert.ok(missing.includes(id), id);
      });

    it("hold nothing that is not named where they are not known", () => {
      const { missing, assumptions } = judge(objects, { on: [], off: [], known: false });
      for (const safeguard of ["selector", "policy", "pod-security", "quota", "limits", "label"])
        assert.ok(
          missing.some(({ id }) => id === `placement/test-claims/${safeguard}`),
          safeguard,
        );
      assert.match(assumptions[0]?.text ?? "", /admission plugins are not known/);
    });
  });

  it("what may change pods is taken to take their node selector away, and is said", () => {
    const webhook = sourced({
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "MutatingWebhookConfiguration",
      metadata: { name: "mesh" },
    });
    const { leaks, assumptions } = judge([...objects, webhook]);
    assert.deepEqual(leaks, []);
    assert.match(assumptions[0]?.text ?? "", /^MutatingWebhookConfiguration mesh may change pods/);
    const open = taint("test-claims-1", [], without(podPolicy));
    const scheduled = (some: readonly Sourced[]) =>
      found(some).leaks.filter((id) => id.endsWith("/scheduler")).length;
    assert.equal(scheduled(open), 0);
    assert.ok(scheduled([...open, webhook]) > 0);
  });
});
