import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import type { Kubeconfigs } from "../../components/engine/kubernetes/breach/index.ts";
import { afterwards } from "../support/afterwards.ts";
import { temporaryFolder } from "../support/folder.ts";
import { ways, withLabs } from "../support/lab.ts";
import { LabStack } from "../support/stack.ts";
import { kubernetesFolder } from "../support/tools.ts";
import { until } from "../support/until.ts";

const execute = promisify(execFile);

/** A stack of a lab with Kubernetes, asked as a user would: with kubectl and its kubeconfigs. */
class Cluster extends LabStack {
  readonly #programs: string;

  constructor(programs: string, name: string) {
    super(name, { kubernetes: true });
    this.#programs = programs;
  }

  async kubeconfigs(): Promise<Kubeconfigs & Readonly<Record<string, string>>> {
    const text = await this.succeed("stack", "output", "--json", "--show-secrets");
    return JSON.parse(text) as Kubeconfigs & Readonly<Record<string, string>>;
  }

  /** kubectl with a kubeconfig; gives what it prints, or throws with it. */
  async kubectl(kubeconfig: string, ...args: readonly string[]): Promise<string> {
    const file = path.join(temporaryFolder({ kubeconfig }).path, "kubeconfig");
    const { stdout } = await execute(path.join(this.#programs, "kubectl"), ["--kubeconfig", file, ...args]);
    return stdout;
  }

  async admin(...args: readonly string[]): Promise<string> {
    return (await this.clone.succeed(`scripts/kubectl ${this.name} ${args.join(" ")} 2>&1`)).trim();
  }

  check(): Promise<{ code: number | null; output: string }> {
    return this.clone.sh(`scripts/lab check ${this.name} --only kubernetes 2>&1`);
  }
}

const [way] = ways;

describe("Kubernetes in a lab", function () {
  this.timeout(300_000);
  withLabs(way);
  let made: Cluster | undefined;
  let stack: Cluster;

  beforeEach(async function () {
    if (made === undefined) {
      made = new Cluster(kubernetesFolder(this), "dev");
      await made.up();
    }
    stack = made;
  });
  after(async () => {
    await made?.delete();
  });

  it("has a node for each worker, with its address, and none for the manager or the registry", async () => {
    const nodes = (
      await stack.admin(
        "get nodes -o jsonpath='{range .items[*]}{.metadata.name} {.status.addresses[0].address}{\"\\n\"}{end}'",
      )
    ).split("\n");
    assert.equal(nodes.length, 12);
    assert.ok(nodes.includes("test-billing-1 10.16.4.128"));
    assert.deepEqual(
      nodes.filter((node) => /manager|registry/.test(node)),
      [],
    );
  });

  it("runs each namespace's sample pods on its own collection's nodes, within its quota", async () => {
    const pods = (
      await stack.admin(
        "get pods -A -o jsonpath='{range .items[*]}{.metadata.namespace} {.spec.nodeName} {.status.phase}{\"\\n\"}{end}'",
      )
    ).split("\n");
    assert.equal(pods.length, 12);
    for (const pod of pods) assert.match(pod, /^(\S+) \1-\d Running$/);
    const used = await stack.admin(
      "get quota -A --field-selector metadata.name=quota -o jsonpath={.items[*].status.used.pods}",
    );
    assert.equal(used, "2 2 2 2 2 2");
  });

  it("changes nothing on a second up", async () => {
    assert.match(await stack.up(), /Resources:\n +\d+ unchanged\n/);
  });

  it("lets a member of a team work in its own namespace, and nowhere else", async () => {
    const { teamKubeconfigs } = await stack.kubeconfigs();
    const team = teamKubeconfigs["test-billing"] ?? "";
    const billing = (...args: readonly string[]) => stack.kubectl(team, ...args);
    assert.match(await billing("get", "pods"), /^sample-.*Running/m);
    await billing("create", "configmap", "prices", "--from-literal=bread=3");
    assert.match(await billing("get", "configmap", "prices", "-o", "jsonpath={.data.bread}"), /^3$/);
    await billing("delete", "configmap", "prices");
    for (const refused of [
      ["get", "pods", "-n", "test-claims"],
      ["create", "configmap", "prices", "-n", "test-claims"],
      ["delete", "pods", "--all", "-n", "test-claims"],
      ["get", "nodes"],
      ["annotate", "namespace", "test-billing", "scheduler.alpha.kubernetes.io/node-selector-"],
      ["create", "rolebinding", "more", "--clusterrole=cluster-admin", "--user=anybody"],
      ["delete", "networkpolicy", "default-deny"],
    ])
      await assert.rejects(
        billing(...refused),
        /forbidden: User "team:test-billing" cannot/,
        refused.join(" "),
      );
  });

  it("runs a DaemonSet of a team on all nodes of its collection, and says what one needs", async () => {
    const { teamKubeconfigs } = await stack.kubeconfigs();
    const kubeconfig = teamKubeconfigs["test-billing"] ?? "";
    const restricted = {
      securityContext: { runAsNonRoot: true, runAsUser: 1, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: "agent",
          image: "agent",
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        },
      ],
    };
    const daemonSet = (more: object) =>
      JSON.stringify({
        apiVersion: "apps/v1",
        kind: "DaemonSet",
        metadata: { name: "agent" },
        spec: {
          selector: { matchLabels: { app: "agent" } },
          template: { metadata: { labels: { app: "agent" } }, spec: { ...restricted, ...more } },
        },
      });
    const create = (text: string) =>
      stack.kubectl(
        kubeconfig,
        "create",
        "-f",
        path.join(temporaryFolder({ "agent.json": text }).path, "agent.json"),
      );
    const key = "node-restriction.kubernetes.io/collection";
    await assert.rejects(
      create(daemonSet({})),
      /write in spec\.template\.spec nodeSelector: \{node-restriction\.kubernetes\.io\/collection: test-billing\}, tolerations: \[\{key: node-restriction\.kubernetes\.io\/collection, operator: Equal, value: test-billing, effect: NoExecute\}\]/,
    );
    await create(
      daemonSet({
        nodeSelector: { [key]: "test-billing" },
        tolerations: [{ key, operator: "Equal", value: "test-billing", effect: "NoExecute" }],
      }),
    );
    await until("its pods run", async () => {
      const nodes = await stack.admin(
        "get pods -n test-billing -l app=agent --field-selector=status.phase=Running -o jsonpath={.items[*].spec.nodeName}",
      );
      return nodes.split(" ").sort().join() === "test-billing-1,test-billing-2";
    });
    await stack.kubectl(kubeconfig, "delete", "daemonset", "agent");
  });

  it("lets a team open no port of a node and no load balancer, and take over no address", async () => {
    const { teamKubeconfigs } = await stack.kubeconfigs();
    const service = (...args: readonly string[]) =>
      stack.kubectl(teamKubeconfigs["test-billing"] ?? "", "create", "service", ...args, "--tcp=80");
    await assert.rejects(
      service("nodeport", "a"),
      /services that are reached from outside are exposures of the environment/,
    );
    await assert.rejects(
      service("loadbalancer", "b"),
      /services that are reached from outside are exposures of the environment/,
    );
    const external = JSON.stringify({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "c" },
      spec: { ports: [{ port: 80 }], externalIPs: ["10.16.8.128"] },
    });
    const file = path.join(temporaryFolder({ "service.json": external }).path, "service.json");
    await assert.rejects(
      stack.kubectl(teamKubeconfigs["test-billing"] ?? "", "create", "-f", file),
      /spec\.externalIPs would take over the traffic to these addresses/,
    );
    await service("clusterip", "d");
    await stack.admin("delete service d -n test-billing");
  });

  it("gets no pod onto another collection's nodes and no team into another's namespace", async () => {
    const { code, output } = await stack.check();
    assert.equal(code, 0, output);
    assert.match(output, /60 pods asked for another collection's nodes, 480 requests were made/);
    assert.match(output, /^no surprises: pods stay on their own collection's nodes/m);
  });

  it("is proved to hold as it runs, and not once a team has been given more", async () => {
    const prove = () => stack.clone.sh("scripts/prove --stack dev --live");
    const sound = await prove();
    assert.equal(sound.code, 0, sound.output);
    const group = "CN=test-portal,OU=teams,DC=example,DC=com";
    await stack.admin(`create clusterrolebinding more --clusterrole=view --group=${group}`);
    const leaking = await prove();
    await stack.admin("delete clusterrolebinding more");
    assert.equal(leaking.code, 1, leaking.output);
    assert.ok(leaking.output.includes(`a member of "${group}" can "get" configmaps in every namespace`));
  });

  it("leaves nothing behind where that was tried", async () => {
    assert.equal(await stack.admin("get pods,daemonsets -n test-billing -l bulkhead/check -o name"), "");
    await until(
      "its namespace is gone",
      async () => (await stack.admin("get namespaces -l bulkhead/check -o name")) === "",
      60_000,
    );
  });

  const holes: readonly (readonly { what: string; open: string; close?: string; found: RegExp }[])[] = [
    [
      {
        what: "an admission policy that is not bound any more",
        open: "delete validatingadmissionpolicybinding bulkhead-pods",
        found: /breach: a pod of test-billing with spec\.nodeName.*its pod was put on test-claims-1/,
      },
      {
        what: "a role of teams that may change network policies",
        open: `patch clusterrole bulkhead-team --type=json -p '[{"op":"add","path":"/rules/-","value":{"apiGroups":["networking.k8s.io"],"resources":["networkpolicies"],"verbs":["delete"]}}]'`,
        // Pulumi's provider of Kubernetes sees no drift in rules that somebody else has written.
        close: "delete clusterrole bulkhead-team",
        found: /breach: the team of test-billing, delete a network policy in test-billing/,
      },
    ],
    [
      {
        what: "a namespace that has lost its link",
        open: "annotate namespace staging-claims scheduler.alpha.kubernetes.io/node-selector-",
        found:
          /cannot be told: a pod of staging-claims with node selector.*refused for another reason: .*bulkhead-pods/,
      },
      {
        what: "a team that was given rights in another's namespace",
        open: "create rolebinding hole -n test-claims --clusterrole=view '--group=CN=test-billing,OU=teams,DC=example,DC=com'",
        close: "delete rolebinding hole -n test-claims",
        found: /breach: the team of test-billing, list pods in test-claims/,
      },
      {
        what: "a team that has lost its rights",
        open: "delete rolebinding team -n staging-portal",
        found: /closed, though it is theirs: the team of staging-portal, list pods in staging-portal/,
      },
      {
        what: "a quota that lets a team keep others from nodes",
        open: "delete quota cross-namespace-affinity -n staging-billing",
        found: /breach: a pod of staging-billing with anti-affinity to pods of all namespaces/,
      },
    ],
  ];
  for (const together of holes)
    it(`finds ${together.map(({ what }) => what).join(", ")}, and an up with a refresh puts it right`, async () => {
      for (const { open } of together) await stack.admin(open);
      let last = "";
      await until(
        "the check finds all of it",
        async () => {
          const { code, output } = await stack.check();
          last = output;
          return code === 1 && together.every(({ found }) => found.test(output));
        },
        60_000,
      ).catch((error: unknown) => {
        throw new Error(last, { cause: error });
      });
      for (const { close } of together) if (close !== undefined) await stack.admin(close);
      await stack.succeed("up", "--yes", "--skip-preview", "--refresh", "--suppress-outputs");
      await until("the check finds nothing", async () => (await stack.check()).code === 0, 60_000);
    });

  it("tells no key in state, output, log or command line, neither as text nor as kubeconfigs hold it", async () => {
    const { kubeconfig, teamKubeconfigs } = await stack.kubeconfigs();
    const keys = [kubeconfig, ...Object.values(teamKubeconfigs)].map(
      (text) => /"client-key-data": "([^"]+)"/.exec(text)?.[1] ?? "",
    );
    assert.equal(keys.length, 7);
    const canaries = keys.flatMap((key) => [
      key.slice(60, 120),
      Buffer.from(key, "base64").toString().split("\n")[1] ?? "",
    ]);
    assert.ok(canaries.every((canary) => canary.length >= 60));
    const hidden = (place: string, text: string) => {
      for (const canary of canaries) assert.equal(text.includes(canary), false, place);
    };
    hidden("preview", await stack.succeed("preview", "--diff", "--show-sames"));
    hidden("output", await stack.succeed("stack", "output", "--json"));
    hidden("export", await stack.succeed("stack", "export"));
    for (const entry of readdirSync(stack.state, { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name);
      // There the control plane's own keys are, which nobody else may read; a test of the control plane has that.
      if (!entry.isFile() || /\/pki\/|\/data\//.test(file)) continue;
      hidden(file, readFileSync(file, "utf8"));
    }
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
      try {
        hidden(`process ${pid}`, readFileSync(`/proc/${pid}/cmdline`, "utf8"));
        hidden(`process ${pid}`, readFileSync(`/proc/${pid}/environ`, "utf8"));
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
      }
  });
});

describe("a Kubernetes that does not keep namespaces to their nodes", function () {
  this.timeout(300_000);
  withLabs(way);

  it("stops up, which says so and gives no team access, until its plugin is on", async function () {
    const stack = new Cluster(kubernetesFolder(this), "dev-tiers");
    afterwards(() => stack.delete());
    const file = "components/lab/controlPlane/programs.ts";
    stack.clone.edit(file, (text) => text.replace("PodNodeSelector,", ""));
    // The proof sees it by the flags, before there is a server.
    const proved = await stack.run("up", "--yes", "--skip-preview");
    assert.notEqual(proved.code, 0);
    assert.match(
      proved.output,
      /namespace test-billing asks for no node selector that is known to be enforced.*turn the admission plugin PodNodeSelector on/s,
    );

    // Without a proof the server itself is asked.
    const env = await stack.env();
    env["BULKHEAD_SKIP_PROOF"] = "a server that is other than its flags";
    const { code, output } = await stack.run("up", "--yes", "--skip-preview");
    delete env["BULKHEAD_SKIP_PROOF"];
    assert.notEqual(code, 0);
    assert.match(
      output,
      /the API server does not keep namespace "[a-z-]+" in its compartment\. It did not refuse a pod that asks for another collection's nodes .* Turn on its admission plugin PodNodeSelector/s,
    );
    assert.doesNotMatch(output, /at .*enforcement\.ts:\d+/);
    assert.doesNotMatch(await stack.admin("get rolebindings -A -o name"), /\/team$/m);

    stack.clone.git("checkout", "--", file);
    stack.clone.edit("stacks/program.ts", withStolenKubelet);
    await stack.up();
    const checked = await stack.check();
    assert.equal(checked.code, 0, checked.output);

    // A stolen kubelet may do with its node what every kubelet may, and no more.
    const { stolen = "" } = await stack.kubeconfigs();
    const [node = ""] = (await stack.admin("get nodes -o name")).split("\n");
    const relabel = (label: string) => stack.kubectl(stolen, "label", node, "--overwrite", label);
    await relabel("example.com/rack=7");
    await assert.rejects(
      relabel("node-restriction.kubernetes.io/collection=another"),
      /is not allowed to modify labels: node-restriction\.kubernetes\.io\/collection/,
    );
    await assert.rejects(
      stack.kubectl(stolen, "taint", ...node.split("/"), "node-restriction.kubernetes.io/collection-"),
      /is not allowed to modify taints/,
    );
    await stack.destroy();
  });
});

/** The program with the kubeconfig of one node as a further output. */
const withStolenKubelet = (text: string): string =>
  text.replace(
    "  return { kubeconfig:",
    `  const { issueCertificate } = await import("../components/certificate/index.ts");
  const { kubeconfig: write } = await import("../components/engine/kubernetes/kubeconfig.ts");
  const node = planned.hosts.filter(({ role }) => role === "worker").map(({ name }) => name).sort()[0];
  const subject = { commonName: "system:node:" + node, organization: "system:nodes", uses: ["client_auth"] };
  const stolen = issueCertificate("stolen", subject, cluster.authority, { parent });
  return { stolen: write(cluster, "lab", "stolen", stolen), kubeconfig:`,
  );
