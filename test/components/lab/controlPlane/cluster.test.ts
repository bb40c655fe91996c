import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { kubernetesVersion, LabCluster, type Flags } from "../../../../components/lab/controlPlane/index.ts";
import { plan, type Plan } from "../../../../components/plan/index.ts";
import { environment } from "../../../support/config.ts";
import { planOf } from "../../../support/lab.ts";
import { recordUnderRoot, valueOf, type Whole } from "../../engine/kubernetes/recorded.ts";

class Host extends pulumi.CustomResource {
  constructor(name: string, opts: pulumi.CustomResourceOptions) {
    super("lab:index:Host", name, {}, opts);
  }
}

const withCluster = (
  planned: Plan,
  use: (cluster: LabCluster) => unknown = () => undefined,
  { preview = false } = {},
): Promise<Whole> =>
  recordUnderRoot(
    async (parent) => {
      const hosts = new Map(planned.hosts.map(({ name }) => [name, new Host(name, { parent })]));
      await use(new LabCluster(planned.environment, { plan: planned, hosts }, { parent }));
    },
    { preview },
  );

interface Inputs {
  readonly host: string;
  readonly version: string;
  readonly programs: Readonly<Record<string, Flags>>;
  readonly files: Readonly<Record<string, string>>;
  readonly pki: unknown;
}
const inputsOf = ({ resources }: Whole): Inputs =>
  (resources.find(({ type }) => type === "lab:index:ControlPlane") ?? assert.fail("there is none"))
    .inputs as unknown as Inputs;

describe("a lab's control plane", () => {
  it("runs on the first manager, with the version that is pinned", async () => {
    const inputs = inputsOf(await withCluster(await planOf("dev")));
    assert.equal(inputs.host, "manager-1-id");
    assert.equal(inputs.version, kubernetesVersion);
    assert.equal(inputs.programs["kube-apiserver"]?.["advertise-address"], "10.16.0.128");
  });

  it("names the first address of the service block, where pods find it", async () => {
    const planned = plan(environment({ "network.serviceCidr": "10.100.0.0/16" }));
    const { resources } = await withCluster(planned);
    const request = resources.find(
      ({ type, name }) => type.endsWith(":CertRequest") && name === "kube-apiserver",
    );
    assert.deepEqual(request?.inputs["ipAddresses"], ["10.16.0.32", "10.100.0.1", "127.0.0.1"]);
  });

  it("is given its keys as a secret, and as nothing else", async () => {
    const { pki, ...others } = inputsOf(await withCluster(await planOf("dev")));
    // How the SDK marks a secret: sdk/nodejs/runtime/rpc.ts, specialSecretSig.
    const mark = (pki as Readonly<Record<string, unknown>>)["4dabf18193072939515e22adb298388d"];
    assert.equal(mark, "1b47061264138c4ac30d75fd1eb44270");
    assert.doesNotMatch(JSON.stringify(others), /privateKeyPem/);
  });

  it("has every file that its flags and its kubeconfigs name", async () => {
    const { programs, files, pki } = inputsOf(await withCluster(await planOf("dev")));
    const keys = (pki as { readonly value: Readonly<Record<string, string>> }).value;
    const there = [...Object.keys(files), ...Object.keys(keys).map((name) => `pki/${name}`)];
    const names = [
      ...Object.values(programs).flatMap((flags) => Object.values(flags)),
      ...Object.values(files).flatMap((text) =>
        [...text.matchAll(/"(pki\/[^"]+)"/g)].map(([, name = ""]) => name),
      ),
    ].filter((value) => /^(?:pki\/)?[a-z-]+\.(?:json|crt|key|pub)$/.test(value));
    assert.ok(names.length > 15);
    assert.deepEqual(
      names.filter((name) => !there.includes(name)),
      [],
    );
  });

  it("has files that are JSON, one document or several", async () => {
    const { files } = inputsOf(await withCluster(await planOf("dev")));
    assert.deepEqual(Object.keys(files).sort(), [
      "audit-policy.json",
      "kube-controller-manager.json",
      "kube-scheduler.json",
      "kwok.json",
      "stages.json",
    ]);
    for (const [name, text] of Object.entries(files))
      for (const part of text.split("---\n")) assert.ok(JSON.parse(part) instanceof Object, name);
  });

  it("tells the engine where it is, and whom to trust", async () => {
    await withCluster(await planOf("dev"), async (cluster) => {
      assert.equal(await valueOf(cluster.clusterId), "dev-id");
      assert.equal(await valueOf(cluster.authority.certPem), "certPem of ca");
      assert.equal(await valueOf(cluster.admin.keyPem), "privateKeyPem of admin");
      assert.equal(await pulumi.isSecret(cluster.authority.certPem), false);
    });
  });

  it("hangs on a component of its own", async () => {
    const { ties } = await withCluster(await planOf("dev"));
    const cluster = "bulkhead:lab:LabCluster dev";
    for (const [name, { parent }] of ties)
      if (name.startsWith("tls:") || name.startsWith("lab:index:ControlPlane"))
        assert.equal(parent, cluster, name);
  });

  it("is not known yet in a preview", async () => {
    await withCluster(
      await planOf("dev"),
      async ({ server, admin }) => {
        assert.equal(await valueOf(server), undefined);
        assert.equal(await valueOf(admin.certPem), undefined);
      },
      { preview: true },
    );
  });

  it("is refused for a plan without a manager", async () => {
    const planned = await planOf("dev");
    const without = { ...planned, hosts: planned.hosts.filter(({ role }) => role !== "manager") };
    await assert.rejects(withCluster(without), { message: "a plan without a manager has no control plane" });
  });
});
