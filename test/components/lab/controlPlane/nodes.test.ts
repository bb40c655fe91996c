import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { collectionKey } from "../../../../components/engine/kubernetes/index.ts";
import { simulateNodes, simulator } from "../../../../components/lab/controlPlane/index.ts";
import { planOf } from "../../../support/lab.ts";
import { recordUnderRoot, type Whole } from "../../engine/kubernetes/recorded.ts";

interface Node {
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly taints: readonly object[] };
}

for (const preview of [false, true])
  describe(`a lab's simulated nodes ${preview ? "in preview" : "in up"}`, () => {
    const simulate = async (environment: string): Promise<Whole> => {
      const planned = await planOf(environment);
      return recordUnderRoot(
        (parent) => {
          const machines = new Map(
            planned.hosts.map(({ name }) => [
              name,
              new pulumi.ComponentResource("test:Host", name, {}, { parent }),
            ]),
          );
          simulateNodes(planned, machines, { parent });
        },
        { preview },
      );
    };
    const nodesOf = ({ resources }: Whole): readonly Node[] =>
      resources.filter(({ type }) => type.endsWith(":Node")).map(({ inputs }) => inputs as unknown as Node);

    for (const environment of ["dev", "dev-tiers"])
      it(`are ${environment}'s workers, each with its address, labels and taint`, async () => {
        const { hosts } = await planOf(environment);
        const workers = hosts.filter(({ role }) => role === "worker");
        const nodes = new Map(nodesOf(await simulate(environment)).map((node) => [node.metadata.name, node]));
        assert.deepEqual([...nodes.keys()].sort(), workers.map(({ name }) => name).sort());
        for (const { name, address, collection } of workers) {
          const { metadata, spec } = nodes.get(name) ?? assert.fail(name);
          assert.equal(metadata.annotations["alpha.kubernetes.io/provided-node-ip"], address);
          assert.equal(metadata.annotations["kwok.x-k8s.io/node"], "fake");
          assert.equal(metadata.labels["kubernetes.io/hostname"], name);
          assert.equal(metadata.labels[collectionKey], collection);
          assert.equal(metadata.labels["kubernetes.io/os"], "linux");
          assert.match(metadata.labels["kubernetes.io/arch"] ?? "", /^(?:amd64|arm64)$/);
          assert.deepEqual(spec.taints, [{ key: collectionKey, value: collection, effect: "NoExecute" }]);
        }
      });

    it("are none of managers and registries", async () => {
      const { hosts } = await planOf("dev");
      const others = hosts.filter(({ role }) => role !== "worker").map(({ name }) => name);
      assert.ok(others.length >= 2);
      const names = nodesOf(await simulate("dev")).map(({ metadata }) => metadata.name);
      assert.deepEqual(
        others.filter((name) => names.includes(name)),
        [],
      );
    });

    it("come after their machines", async () => {
      const { ties } = await simulate("dev");
      const { dependsOn } = ties.get("kubernetes:core/v1:Node test-billing-1") ?? assert.fail();
      assert.deepEqual(dependsOn, ["test:Host test-billing-1"]);
    });

    it("are played by a user that may read pods and nodes, write how they are, and no more", async () => {
      const { resources } = await simulate("dev");
      const role = resources.find(({ type }) => type.endsWith(":ClusterRole"));
      const rules = role?.inputs["rules"] as readonly {
        readonly resources: readonly string[];
        readonly verbs: readonly string[];
      }[];
      const rights = rules.flatMap((rule) =>
        rule.resources.flatMap((resource) => rule.verbs.map((verb) => `${verb} ${resource}`)),
      );
      for (const right of [
        "create pods",
        "get secrets",
        "create nodes",
        "delete nodes",
        "patch rolebindings",
      ])
        assert.ok(!rights.includes(right), right);
      for (const right of rights) assert.doesNotMatch(right, /\*/);
      const binding = resources.find(({ type }) => type.endsWith(":ClusterRoleBinding"));
      assert.deepEqual(binding?.inputs["subjects"], [
        { apiGroup: "rbac.authorization.k8s.io", kind: "User", name: simulator },
      ]);
    });
  });
