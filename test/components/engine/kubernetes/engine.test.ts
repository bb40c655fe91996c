import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
  identityOf,
  KubernetesEngine,
  type Cluster,
} from "../../../../components/engine/kubernetes/index.ts";
import { planQuotas } from "../../../../components/engine/kubernetes/quota.ts";
import { simulateNodes } from "../../../../components/lab/controlPlane/index.ts";
import { plan, type Plan } from "../../../../components/plan/index.ts";
import { addGroup } from "../../../../stacks/config/addGroup.ts";
import { parseStackFile, readStackFile } from "../../../../stacks/config/file.ts";
import { environment } from "../../../support/config.ts";
import { assertGolden } from "../../../support/golden.ts";
import { planOf } from "../../../support/lab.ts";
import { requires } from "../../../support/machine.ts";
import type { Recorded } from "../../../support/record.ts";
import { FakeApiServer, makeIdentity, probes, sound, soundBut, type Identity } from "./apiServer.ts";
import { clusterOf, hurry, recordUnderRoot, valueOf, type Whole } from "./recorded.ts";

interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
const metadataOf = ({ inputs }: Recorded) => inputs["metadata"] as Metadata;
const kindOf = ({ inputs }: Recorded) => String(inputs["kind"]);
const objectsOf = ({ resources }: Whole) => resources.filter(({ type }) => type.startsWith("kubernetes:"));
/** An object as kubectl would name it. */
const objectName = (object: Recorded) => {
  const { name, namespace } = metadataOf(object);
  return `${kindOf(object)} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
};
const byObjectName = (whole: Whole): ReadonlyMap<string, Recorded> =>
  new Map(objectsOf(whole).map((object) => [objectName(object), object]));

/** What of a namespace is judged by a policy. */
const judged = ["daemonsets", "pods", "secrets", "services"];

describe("upstream Kubernetes as an engine", () => {
  let identity: Identity;
  let known: { readonly server: string; readonly identity: Identity };
  before(async function () {
    requires(this, "openssl");
    identity = await makeIdentity();
  });
  beforeEach(async () => {
    known = { server: (await FakeApiServer.start(identity, sound)).url, identity };
  });

  const withEngine = (
    planned: Plan,
    use: (engine: KubernetesEngine, cluster: Cluster) => unknown = () => undefined,
  ): Promise<Whole> =>
    recordUnderRoot(async (root) => {
      const cluster = clusterOf(known);
      const engine = new KubernetesEngine(planned.environment, { plan: planned, cluster }, { parent: root });
      await use(engine, cluster);
    });
  /** With the nodes of a lab, which are as many objects as workers. */
  const withNodes = (planned: Plan): Promise<Whole> =>
    withEngine(planned, ({ provider }, { resource }) => {
      simulateNodes(planned, new Map(), { parent: resource, provider, deletedWith: resource });
    });
  const object = (whole: Whole, name: string): Recorded => {
    const found = byObjectName(whole).get(name);
    assert.ok(found !== undefined, `there is no ${name}`);
    return found;
  };
  const specOf = (whole: Whole, name: string) => object(whole, name).inputs["spec"];

  it("makes these objects in dev, by which an added group's cost is seen, and whose names are pinned", async () => {
    const whole = await withNodes(await planOf("dev"));
    const lines = objectsOf(whole).map(objectName).sort();
    assert.equal(new Set(lines).size, lines.length, "no object is made twice");
    const file = new URL("../../../golden/dev-kubernetes.txt", import.meta.url);
    await assertGolden(file, `${lines.join("\n")}\n`);
  });

  describe("a new group", () => {
    const group = {
      name: "test-audit",
      directoryGroup: "CN=test-audit,DC=example,DC=com",
      workers: { linux: 2 },
      size: "small",
      quota: { cpu: "8", memory: "16Gi", pods: 40 },
      limits: { cpu: "2", memory: "4Gi" },
    } as const;

    for (const [title, name, place] of [
      ["in a zone of its own", "dev", { tier: "test" }],
      ["in a zone that others stand in", "dev-tiers", { zone: "test" }],
    ] as const)
      it(`${title} changes no object of another group, nor one that all share`, async () => {
        const file = await readStackFile(name);
        const more = addGroup(file, { ...group, ...place });
        const before = await withNodes(plan(parseStackFile(file)));
        const after = byObjectName(await withNodes(plan(parseStackFile(more))));
        for (const [which, was] of byObjectName(before)) assert.deepEqual(after.get(which), was, which);
        const added = [...after.keys()].filter((which) => !byObjectName(before).has(which));
        assert.ok(added.length > 0);
        for (const which of added) assert.match(which, /test-audit/);
      });
  });

  describe("a linked namespace", () => {
    const planned = plan(
      environment({
        "groups.red.namespaces.red.samplePods": 3,
        "groups.blue.team.directoryGroup": "blue people",
      }),
    );
    let whole: Whole;
    beforeEach(async () => {
      whole = await withEngine(planned);
    });

    it("says by labels whose it is, which policies go by, and keeps pods from their node's privileges", () => {
      assert.deepEqual(metadataOf(object(whole, "Namespace red")).labels, {
        "bulkhead/group": "red",
        "bulkhead/collection": "red",
        "bulkhead/zone": "red",
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/audit": "restricted",
        "pod-security.kubernetes.io/warn": "restricted",
      });
    });

    it("is linked to its collection's nodes by its annotations", () => {
      const { annotations } = metadataOf(object(whole, "Namespace blue"));
      assert.equal(
        annotations?.["scheduler.alpha.kubernetes.io/node-selector"],
        "node-restriction.kubernetes.io/collection=blue,kubernetes.io/os=linux",
      );
    });

    it("has the quotas that are planned and the limits of the stack file", () => {
      const red = planned.namespaces.find(({ name }) => name === "red") ?? assert.fail();
      const made = objectsOf(whole).filter(
        (one) => kindOf(one) === "ResourceQuota" && metadataOf(one).namespace === "red",
      );
      assert.deepEqual(
        Object.fromEntries(made.map((one) => [metadataOf(one).name, one.inputs["spec"]])),
        planQuotas(red),
      );
      const { limits } = specOf(whole, "LimitRange red/limits") as { limits: Record<string, unknown>[] };
      const [container] = limits.filter(({ type }) => type === "Container");
      assert.deepEqual(container?.["max"], { cpu: "1", memory: "2Gi" });
    });

    it("lets its own team in and nobody else", () => {
      const { inputs } = object(whole, "RoleBinding blue/team");
      assert.deepEqual(inputs["subjects"], [
        { apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "blue people" },
      ]);
      assert.deepEqual(inputs["roleRef"], {
        apiGroup: "rbac.authorization.k8s.io",
        kind: "ClusterRole",
        name: "bulkhead-team",
      });
      const bindings = objectsOf(whole).filter((one) => kindOf(one).endsWith("Binding"));
      assert.deepEqual(bindings.map(objectName).sort(), [
        "RoleBinding blue/team",
        "RoleBinding red/team",
        ...judged.map((kind) => `ValidatingAdmissionPolicyBinding bulkhead-${kind}`),
      ]);
    });

    for (const [title, entrance] of [
      ["lets nobody in", "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding red"],
      ["has no pods of its own", "kubernetes:apps/v1:Deployment red"],
    ] as const) {
      it(`${title} before its quotas, its limits and each of its network policies stand`, () => {
        const compartment = [...whole.ties.keys()].filter((name) =>
          /:(?:ResourceQuota|LimitRange|NetworkPolicy) red(?:\/|$)/.test(name),
        );
        assert.equal(compartment.length, 2 + 1 + 3);
        const { dependsOn = [] } = whole.ties.get(entrance) ?? {};
        for (const name of compartment) assert.ok(dependsOn.includes(name), name);
      });

      it(`${title} before everything stands that judges what is in it, and was seen to be in force`, () => {
        const { dependsOn = [] } = whole.ties.get(entrance) ?? {};
        for (const kind of judged)
          assert.ok(
            dependsOn.some((name) => name.endsWith(`:ValidatingAdmissionPolicyBinding bulkhead-${kind}`)),
            kind,
          );
      });
    }

    it("goes as a whole, in the order in which Kubernetes takes it, and then with the cluster", () => {
      const namespace = "kubernetes:core/v1:Namespace red";
      assert.equal(whole.ties.get(namespace)?.deletedWith, "cluster");
      const inside = [...whole.ties].filter(
        ([name, { parent }]) => name !== namespace && parent === "bulkhead:kubernetes:LinkedNamespace red",
      );
      assert.equal(inside.length, 8);
      for (const [name, { deletedWith }] of inside) assert.equal(deletedWith, namespace, name);
    });

    it("has as many sample pods as the stack file says, and none where it says none", () => {
      const { replicas } = specOf(whole, "Deployment red/sample") as { readonly replicas: number };
      assert.equal(replicas, 3);
      assert.equal(byObjectName(whole).has("Deployment blue/sample"), false);
    });

    it("has sample pods that hold no key to the API server, and whose limits fit its own", () => {
      const { template } = specOf(whole, "Deployment red/sample") as {
        readonly template: {
          readonly spec: {
            readonly automountServiceAccountToken: boolean;
            readonly containers: readonly { readonly resources: { readonly limits: object } }[];
          };
        };
      };
      assert.equal(template.spec.automountServiceAccountToken, false);
      for (const { resources } of template.spec.containers)
        assert.deepEqual(Object.keys(resources.limits).sort(), ["cpu", "memory"]);
    });

    it("says of each network policy why it is there", () => {
      const policies = objectsOf(whole).filter((one) => kindOf(one) === "NetworkPolicy");
      assert.ok(policies.length >= 4);
      for (const policy of policies)
        assert.match(metadataOf(policy).annotations?.["bulkhead/why"] ?? "", /\S/);
    });
  });

  for (const probe of probes)
    it(`lets no team and no pod in where the API server lets pods have ${probe}`, async () => {
      const open = await FakeApiServer.start(
        identity,
        soundBut(probe, { status: 201, body: { kind: "Pod" } }),
      );
      known = { server: open.url, identity };
      hurry();
      const whole = await withEngine(plan(environment({ "groups.red.namespaces.red.samplePods": 3 })));
      const inside = objectsOf(whole).filter((one) => ["RoleBinding", "Deployment"].includes(kindOf(one)));
      assert.deepEqual(inside.map(objectName), []);
      assert.ok(byObjectName(whole).has("Namespace red"), "what shows it is there");
    });

  it("denies what its policies refuse, in every linked namespace", async () => {
    const whole = await withEngine(plan(environment()));
    for (const name of judged.map((kind) => `bulkhead-${kind}`)) {
      assert.ok(byObjectName(whole).has(`ValidatingAdmissionPolicy ${name}`));
      const spec = specOf(whole, `ValidatingAdmissionPolicyBinding ${name}`);
      // Nothing in it narrows down where the policy holds.
      assert.deepEqual(spec, { policyName: name, validationActions: ["Deny"] });
    }
  });

  it("makes each object as the administrator; what is in no namespace goes with the cluster", async () => {
    const whole = await withEngine(await planOf("dev"));
    const ties = [...whole.ties].filter(([name]) => name.startsWith("kubernetes:"));
    assert.ok(ties.length > 40);
    for (const [name, { parent, deletedWith, provider }] of ties) {
      if (parent === "bulkhead:kubernetes:KubernetesEngine dev") assert.equal(deletedWith, "cluster", name);
      // Another would be whatever cluster the user's own kubeconfig names.
      assert.equal(provider, "pulumi:providers:kubernetes dev", name);
    }
    const provider = whole.resources.find(({ type }) => type === "pulumi:providers:kubernetes");
    const kubeconfig = provider?.inputs["kubeconfig"] as { readonly value: string };
    assert.equal(identityOf(kubeconfig.value).cert, identity.cert);
    assert.equal(provider?.inputs["clusterIdentifier"], "the-cluster");
  });

  it("hangs everything on the component that it is of", async () => {
    const { ties, resources } = await withEngine(await planOf("dev"));
    const engine = "bulkhead:kubernetes:KubernetesEngine dev";
    assert.equal(ties.get(engine)?.parent, "test:Root root");
    const ofComponent = (name: string): string => {
      const tie = ties.get(name);
      assert.ok(tie !== undefined, name);
      return tie.parent ?? "";
    };
    for (const { type, name } of resources) {
      const full = `${type} ${name}`;
      if (full === engine) continue;
      const own = /^kubernetes:.*:(?:ValidatingAdmissionPolicy(?:Binding)?|ClusterRole)$/.test(type);
      const owner =
        own || type.startsWith("bulkhead:") || type.startsWith("pulumi:providers:")
          ? engine
          : type.startsWith("tls:")
            ? `bulkhead:kubernetes:Team ${name.replace(/^team-/, "")}`
            : `bulkhead:kubernetes:LinkedNamespace ${name.split("/")[0] ?? ""}`;
      assert.equal(ofComponent(full), owner, full);
    }
  });

  describe("the kubeconfig", () => {
    const planned = plan(environment());

    it("of the administrator reaches the cluster and trusts its authority alone", async () => {
      let text = "";
      await withEngine(planned, async ({ kubeconfig }) => {
        text = await valueOf(kubeconfig);
      });
      assert.deepEqual(identityOf(text), {
        server: known.server,
        ca: identity.cert,
        cert: identity.cert,
        key: identity.key,
      });
      const { clusters, contexts, ...config } = JSON.parse(text) as {
        readonly clusters: readonly { readonly cluster: object }[];
        readonly contexts: readonly { readonly name: string; readonly context: object }[];
        readonly [key: string]: unknown;
      };
      assert.equal(config["current-context"], "sample");
      assert.deepEqual(contexts, [{ name: "sample", context: { cluster: "sample", user: "admin" } }]);
      assert.deepEqual(
        clusters.map(({ cluster }) => Object.keys(cluster).sort()),
        [["certificate-authority-data", "server"]],
        "nothing turns the check of the server's certificate off",
      );
    });

    it("of a team holds its own key, and leads to its own namespace", async () => {
      let text = "";
      const whole = await withEngine(planned, async ({ teamKubeconfigs }) => {
        assert.deepEqual(Object.keys(teamKubeconfigs).sort(), ["blue", "red"]);
        text = await valueOf(teamKubeconfigs["red"] ?? assert.fail("there is none for red"));
      });
      const { cert, key, ca } = identityOf(text);
      assert.deepEqual([cert, key, ca], ["certPem of team-red", "privateKeyPem of team-red", identity.cert]);
      const { contexts } = JSON.parse(text) as { readonly contexts: readonly object[] };
      assert.deepEqual(contexts, [
        { name: "sample", context: { cluster: "sample", user: "team:red", namespace: "red" } },
      ]);

      const request = whole.resources.find(
        ({ type, name }) => type.endsWith(":CertRequest") && name === "team-red",
      );
      assert.deepEqual(request?.inputs["subject"], { commonName: "team:red", organization: "CN=red" });
      const issued = whole.resources.find(
        ({ type, name }) => type.endsWith(":LocallySignedCert") && name === "team-red",
      );
      assert.deepEqual(issued?.inputs["allowedUses"], ["digital_signature", "client_auth"]);
    });

    it("of whomever is a secret", async () => {
      await withEngine(planned, async ({ kubeconfig, teamKubeconfigs }) => {
        for (const one of [kubeconfig, ...Object.values(teamKubeconfigs)])
          assert.equal(await pulumi.isSecret(one), true);
      });
    });

    it("of a team without a namespace leads to none", async () => {
      let text = "";
      await withEngine(plan(environment({ "groups.red.namespaces": {} })), async ({ teamKubeconfigs }) => {
        text = await valueOf(teamKubeconfigs["red"] ?? assert.fail("there is none for red"));
      });
      assert.doesNotMatch(text, /"namespace"/);
    });
  });

  describe("in the preview of a cluster that is yet to be made", () => {
    const preview = (planned: Plan, use: (engine: KubernetesEngine) => unknown = () => undefined) =>
      recordUnderRoot(
        async (root) => {
          const cluster = clusterOf();
          const args = { plan: planned, cluster };
          await use(new KubernetesEngine(planned.environment, args, { parent: root }));
        },
        { preview: true },
      );

    it("shows every object that up makes", async () => {
      const planned = await planOf("dev");
      const shown = await preview(planned);
      const made = await withEngine(planned);
      const names = ({ resources }: Whole) => resources.map(({ type, name }) => `${type} ${name}`);
      assert.deepEqual(names(shown), names(made));
    });

    it("knows no kubeconfig, and asks no API server", async () => {
      await preview(plan(environment()), async ({ kubeconfig, teamKubeconfigs }) => {
        assert.equal(await valueOf(kubeconfig), undefined);
        assert.equal(await valueOf(teamKubeconfigs["red"] ?? assert.fail()), undefined);
        assert.equal(await pulumi.isSecret(kubeconfig), true);
      });
    });
  });
});
