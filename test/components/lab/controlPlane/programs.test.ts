import assert from "node:assert/strict";
import { apiPort, auditPolicy, planPrograms } from "../../../../components/lab/controlPlane/index.ts";
import { simulator } from "../../../../components/lab/controlPlane/simulation.ts";
import { planOf } from "../../../support/lab.ts";

describe("the programs of a lab's control plane", () => {
  const flags = async () => planPrograms(await planOf("dev"), "10.16.0.128");
  const apiServer = async () => (await flags())["kube-apiserver"];
  const listOf = (value: string | undefined) => (value ?? "").split(",");

  it("name the admission plugins that keep pods in place, which are off unless they are named", async () => {
    const plugins = listOf((await apiServer())["enable-admission-plugins"]);
    for (const plugin of ["PodNodeSelector", "PodTolerationRestriction", "NodeRestriction"])
      assert.ok(plugins.includes(plugin), plugin);
  });

  it("name the plugin without which an object could block the deletion of one that is not its team's", async () => {
    const plugins = listOf((await apiServer())["enable-admission-plugins"]);
    assert.ok(plugins.includes("OwnerReferencesPermissionEnforcement"));
  });

  it("name no plugin that does what a policy of the engine does for every target", async () => {
    const plugins = listOf((await apiServer())["enable-admission-plugins"]);
    assert.ok(!plugins.includes("DenyServiceExternalIPs"));
  });

  it("turn no admission plugin off, such as the one of Pod Security Standards", async () => {
    assert.equal((await apiServer())["disable-admission-plugins"], undefined);
    assert.equal((await apiServer())["feature-gates"], undefined);
  });

  it("answer nobody who does not say who it is", async () => {
    assert.equal((await apiServer())["anonymous-auth"], "false");
    assert.equal((await apiServer())["insecure-port"], undefined);
    assert.equal((await apiServer())["token-auth-file"], undefined);
  });

  it("let everybody do what roles say, and no more", async () => {
    assert.deepEqual(listOf((await apiServer())["authorization-mode"]), ["Node", "RBAC"]);
    assert.equal((await apiServer())["allow-privileged"], "false");
  });

  it("know their users by the cluster's authority, and etcd its one by an authority of its own", async () => {
    const server = await apiServer();
    assert.equal(server["client-ca-file"], "pki/ca.crt");
    assert.equal(server["etcd-cafile"], "pki/etcd-ca.crt");
    assert.equal(server["etcd-certfile"], "pki/etcd-client.crt");
  });

  it("listen on the host's own loopback, except for the API server", async () => {
    const { etcd, "kube-controller-manager": manager, "kube-scheduler": scheduler } = await flags();
    for (const [name, value] of Object.entries(etcd).filter(([flag]) => flag.endsWith("-urls")))
      assert.match(value, /^https:\/\/127\.0\.0\.1:\d+$/, name);
    assert.deepEqual([manager["bind-address"], scheduler["bind-address"]], ["127.0.0.1", "127.0.0.1"]);
    const server = await apiServer();
    assert.deepEqual([server["advertise-address"], server["secure-port"]], ["10.16.0.128", String(apiPort)]);
  });

  it("show no profiles, by which a program's memory is read", async () => {
    const { "kube-controller-manager": manager, "kube-scheduler": scheduler } = await flags();
    for (const program of [await apiServer(), manager, scheduler])
      assert.equal(program["profiling"], "false");
  });

  it("give each controller its own rights, none those of all", async () => {
    assert.equal((await flags())["kube-controller-manager"]["use-service-account-credentials"], "true");
  });

  it("sign no certificate that somebody asks the API server for, which would make users", async () => {
    const manager = (await flags())["kube-controller-manager"];
    const signing = Object.keys(manager).filter((flag) => flag.startsWith("cluster-signing"));
    assert.deepEqual(signing, []);
  });

  it("take services' and pods' blocks from the plan", async () => {
    const { network } = await planOf("dev");
    assert.equal((await apiServer())["service-cluster-ip-range"], network.serviceCidr);
    assert.equal((await flags()).kwok["cidr"], network.podCidr);
  });

  it("hold no secret, since what a program is told anybody on the machine can read", async () => {
    assert.doesNotMatch(JSON.stringify(await flags()), /PRIVATE KEY|password|token-auth|basic-auth/i);
  });
});

describe("the audit log", () => {
  interface Rule {
    readonly level: string;
    readonly verbs?: readonly string[];
    readonly users?: readonly string[];
    readonly nonResourceURLs?: readonly string[];
    readonly resources?: readonly { readonly group: string; readonly resources: readonly string[] }[];
  }
  const rules: readonly Rule[] = auditPolicy.rules;

  it("never holds what a request or an answer said, as secrets and tokens do", () => {
    for (const { level } of rules) assert.ok(["None", "Metadata"].includes(level), level);
  });

  it("holds who asked for what, for everything that is not left out", () => {
    assert.deepEqual(rules.at(-1), { level: "Metadata" });
    assert.deepEqual(auditPolicy.omitStages, ["RequestReceived"]);
  });

  it("leaves out no change that a person makes, and nothing that anybody reads of secrets", () => {
    const none = rules.filter(({ level }) => level === "None");
    for (const { users, verbs, nonResourceURLs, resources } of none) {
      const ofTheControlPlane =
        users !== undefined &&
        users.every((user) => user.startsWith("system:") || user === simulator) &&
        verbs?.every((verb) => ["get", "list", "watch"].includes(verb)) === true;
      const leases =
        resources?.every(({ group, resources: names }) => {
          return group === "coordination.k8s.io" && names.join() === "leases";
        }) === true;
      assert.ok(ofTheControlPlane || leases || nonResourceURLs !== undefined);
    }
  });
});
