import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterwards } from "../support/afterwards.ts";
import { Folder } from "../support/folder.ts";
import { requires } from "../support/machine.ts";
import { Project, type Outcome } from "../support/project.ts";
import { LabStack } from "../support/stack.ts";
import { kubernetesFolder, pluginsFolder } from "../support/tools.ts";
import { until } from "../support/until.ts";

const execute = promisify(execFile);

/** What the tests need of a lab: a control plane and a node. */
const environment = `config:
  bulkhead:target: lab
  bulkhead:engine: kubernetes
  bulkhead:network: { cidr: 10.16.0.0/16 }
  bulkhead:management: { managers: { count: 1, size: small } }
  bulkhead:zones: { test-one: { slot: 1, tier: test } }
  bulkhead:groups:
    test-one:
      owner: one@example.com
      team: { directoryGroup: "CN=test-one,DC=example,DC=com" }
      collections: { test-one: { zone: test-one, workers: { linux: { count: 1, size: small } } } }
`;

/** Makes the objects of a file, each with the class of its kind. */
const program = `
import { readFileSync } from "node:fs";
import { Provider } from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";

const read = (name) => JSON.parse(readFileSync(new URL("../" + name, import.meta.url), "utf8"));
const kubeconfig = pulumi.secret(readFileSync(read("cluster.json").kubeconfig, "utf8"));
const provider = new Provider("cluster", { kubeconfig, clusterIdentifier: "the lab" });
export const strategies = {};
for (const [name, { kind, ...args }] of Object.entries(read("objects.json"))) {
  const [type] = kind.split("/").slice(-1);
  const file = kind.replace(/[^/]+$/, type[0].toLowerCase() + type.slice(1));
  const { [type]: Class } = await import("@pulumi/kubernetes/" + file + ".js");
  const { spec } = new Class(name, args, { provider });
  strategies[name] = spec?.strategy?.type;
}
`;

interface Metadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
}

type Objects = Readonly<
  Record<string, { readonly kind: string; readonly metadata: Metadata; readonly [property: string]: unknown }>
>;

interface Live {
  readonly metadata: Required<Metadata> & {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly deletionTimestamp?: string;
    readonly managedFields: readonly {
      readonly manager: string;
      readonly operation: string;
      readonly fieldsV1: Fields;
    }[];
  };
  readonly status?: { readonly availableReplicas?: number };
  readonly roleRef?: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
}

interface Fields {
  readonly [name: string]: Fields;
}

interface Request {
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly objectRef?: { readonly resource: string; readonly namespace?: string; readonly name?: string };
}

const up = ["up", "--yes", "--skip-preview"] as const;
const destroy = ["destroy", "--yes", "--skip-preview"] as const;
const rbac = "rbac.authorization.k8s.io";
const manager = /^pulumi-kubernetes-[0-9a-f]{8}$/;
const text = ({ stdout, stderr }: Outcome) => stdout + stderr;
const base64 = (clear: string) => Buffer.from(clear).toString("base64");

const namespace = (name: string, metadata: Metadata = {}) => ({
  kind: "core/v1/Namespace",
  metadata: { name, ...metadata },
});

const binding = (metadata: Metadata, role: string) => ({
  kind: "rbac/v1/RoleBinding",
  metadata,
  roleRef: { apiGroup: rbac, kind: "ClusterRole", name: role },
  subjects: [{ apiGroup: rbac, kind: "Group", name: "a team" }],
});

const deployment = (metadata: Metadata, app = "a", nodeSelector: Readonly<Record<string, string>> = {}) => ({
  kind: "apps/v1/Deployment",
  metadata,
  spec: {
    replicas: 1,
    selector: { matchLabels: { app } },
    template: {
      metadata: { labels: { app } },
      spec: {
        nodeSelector,
        tolerations: [{ operator: "Exists" }],
        containers: [{ name: "one", image: "none.invalid/one" }],
      },
    },
  },
});

describe("the plugin kubernetes, on a real API server", function () {
  this.timeout(120_000);
  let plugins: string;
  let programs: string;
  let stack: LabStack | undefined;
  let files: Folder;
  let kubeconfig: string;
  let key = "";

  before(async function () {
    requires(this, "unshare", "nsenter", "flock", "ip", "nft");
    plugins = pluginsFolder(this);
    programs = kubernetesFolder(this);
    stack = new LabStack("dev", { kubernetes: true });
    stack.edit(() => environment);
    await stack.up();
    files = new Folder();
    kubeconfig = path.join(files.path, "kubeconfig");
    const content = await stack.succeed("stack", "output", "kubeconfig", "--show-secrets");
    writeFileSync(kubeconfig, content, { mode: 0o600 });
    key = /"client-key-data": "([^"]+)"/.exec(content)?.[1] ?? assert.fail("it has no key");
  });
  after(async () => {
    await stack?.delete();
    (files as Folder | undefined)?.delete();
    // The plugin leaves one each time that it is started (writeKubeconfigToFile of its provider/util.go).
    for (const name of readdirSync(tmpdir()).filter((file) => /^kubeconfig\d+$/.test(file)))
      if (key !== "") removeWhereItHas(key, path.join(tmpdir(), name));
  });

  async function kubectl(...args: readonly string[]): Promise<string> {
    const { stdout } = await execute(path.join(programs, "kubectl"), ["--kubeconfig", kubeconfig, ...args]);
    return stdout;
  }

  /** The object of a kind and name, as the API server has it. */
  async function live(resource: string, within = "default"): Promise<Live> {
    const options = ["-n", within, "-o", "json", "--show-managed-fields"];
    return JSON.parse(await kubectl("get", resource, ...options)) as Live;
  }

  /** As `live`, for several in this order. */
  async function allLive(resources: readonly string[], within: string): Promise<readonly Live[]> {
    const options = ["-n", within, "-o", "json", "--show-managed-fields"];
    const list = await kubectl("get", ...resources, ...options);
    return (JSON.parse(list) as { readonly items: readonly Live[] }).items;
  }

  const names = async (resource: string, within: string) =>
    (await kubectl("get", resource, "-n", within, "-o", "name")).split("\n").filter((line) => line !== "");

  /** What the plugin has asked of the API server to change, in order. */
  function requests(resource: string, within: string): readonly Request[] {
    const log = path.join(stack?.state ?? "", "control-planes", "dev", "audit.log");
    return readFileSync(log, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Request)
      .filter(
        ({ verb, userAgent, objectRef }) =>
          userAgent?.startsWith("pulumi-kubernetes/") === true &&
          objectRef?.resource === resource &&
          objectRef.namespace === within &&
          !["get", "list", "watch"].includes(verb),
      );
  }

  const write = (project: Project, objects: Objects): void => {
    project.folder.write({ "objects.json": JSON.stringify(objects) });
  };

  async function projectOf(objects: Objects, config = kubeconfig): Promise<Project> {
    const project = await Project.withStack({ plugins, program });
    project.folder.write({ "cluster.json": JSON.stringify({ kubeconfig: config }) });
    write(project, objects);
    return project;
  }

  /** Starts a command of which something is to be seen before it ends. */
  function start(project: Project, ...args: readonly string[]) {
    const cli = project.start(args);
    const running = { output: "", hasEnded: false };
    for (const stream of [cli.stdout, cli.stderr])
      stream?.on("data", (chunk: Buffer) => (running.output += chunk.toString()));
    const ended = once(cli, "close").then(([code]) => {
      running.hasEnded = true;
      return code as number | null;
    });
    afterwards(async () => {
      cli.kill("SIGKILL");
      await ended;
    });
    const shows = (what: string) =>
      until(
        `pulumi ${args.join(" ")} shows "${what}"`,
        () => {
          assert.equal(running.hasEnded, false, `it has ended:\n${running.output}`);
          return running.output.includes(what);
        },
        30_000,
      );
    return { running, ended, shows };
  }

  it("applies each kind that is used here as a field manager of its own, and leaves alone what others have set", async () => {
    const within = { namespace: "kinds" };
    const named = { name: "of-kinds" };
    const objects = (labels: Readonly<Record<string, string>>): Objects => {
      const inside = { ...named, ...within, labels };
      const outside = { ...named, labels };
      return {
        namespace: namespace("of-kinds", { labels }),
        quota: { kind: "core/v1/ResourceQuota", metadata: inside, spec: { hard: { pods: "9" } } },
        limits: {
          kind: "core/v1/LimitRange",
          metadata: inside,
          spec: { limits: [{ type: "Container", max: { cpu: "1" }, default: { cpu: "1" } }] },
        },
        secret: { kind: "core/v1/Secret", metadata: inside, stringData: { a: "b" } },
        policy: {
          kind: "networking/v1/NetworkPolicy",
          metadata: inside,
          spec: { podSelector: {}, policyTypes: ["Ingress"] },
        },
        role: {
          kind: "rbac/v1/ClusterRole",
          metadata: outside,
          rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }],
        },
        everywhere: { ...binding(outside, "view"), kind: "rbac/v1/ClusterRoleBinding" },
        binding: binding(inside, "view"),
        node: { kind: "core/v1/Node", metadata: outside, spec: { unschedulable: true } },
        deployment: deployment(inside),
        admission: {
          kind: "admissionregistration/v1/ValidatingAdmissionPolicy",
          metadata: outside,
          spec: {
            matchConstraints: {
              resourceRules: [
                { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] },
              ],
            },
            validations: [{ expression: "true" }],
          },
        },
        admitted: {
          kind: "admissionregistration/v1/ValidatingAdmissionPolicyBinding",
          metadata: outside,
          spec: { policyName: named.name, validationActions: ["Deny"] },
        },
      };
    };
    await kubectl("create", "namespace", "kinds");
    const project = await projectOf(objects({ dropped: "1", kept: "1" }));
    await project.succeed(...up);
    const resources = Object.values(objects({})).map(
      ({ kind, metadata }) => `${kind.split("/").at(-1)?.toLowerCase() ?? ""}/${metadata.name ?? ""}`,
    );
    await kubectl("label", ...resources, "-n", "kinds", "--field-manager=somebody", "foreign=1");
    write(project, objects({ kept: "2" }));
    assert.match(await project.succeed(...up), /~ 12 updated/);
    const managers = new Set<string>();
    for (const [at, { metadata }] of (await allLive(resources, "kinds")).entries()) {
      const name = resources[at];
      const { labels, managedFields } = metadata;
      const own = managedFields.filter((entry) => manager.test(entry.manager));
      assert.deepEqual(
        own.map(({ operation }) => operation),
        ["Apply"],
        name,
      );
      managers.add(own[0]?.manager ?? "");
      assert.deepEqual(Object.keys(own[0]?.fieldsV1["f:metadata"]?.["f:labels"] ?? {}), ["f:kept"], name);
      const { kept, dropped, foreign } = labels;
      assert.deepEqual({ kept, dropped, foreign }, { kept: "2", dropped: undefined, foreign: "1" }, name);
    }
    assert.equal(managers.size, resources.length);
  });

  it("reports a conflict with the field and with who else set it, in preview too, overwrites nothing, and takes the field where the object says so", async () => {
    const objects = (owner: string, annotations = {}): Objects => ({
      contested: namespace("contested", { labels: { owner, other: owner }, annotations }),
    });
    const project = await projectOf(objects("first"));
    await project.succeed(...up);
    const label = ["label", "namespace", "contested", "--overwrite", "--field-manager=somebody"];
    await kubectl(...label, "owner=theirs");
    const before = await live("namespace/contested");

    write(project, objects("second"));
    for (const command of [["preview"], up]) {
      const refused = await project.pulumi(...command);
      assert.notEqual(refused.code, 0, command[0]);
      assert.match(text(refused), /"contested"/);
      assert.match(text(refused), /1 conflict: conflict with "somebody" using v1: \.metadata\.labels\.owner/);
      assert.deepEqual(await live("namespace/contested"), before);
    }

    write(project, objects("second", { "pulumi.com/patchForce": "true" }));
    await project.succeed(...up);
    const { labels, managedFields } = (await live("namespace/contested")).metadata;
    assert.deepEqual([labels["owner"], labels["other"]], ["second", "second"]);
    assert.deepEqual(
      managedFields.filter(({ manager: name }) => name === "somebody"),
      [],
    );
  });

  it("previews with a dry run on the server, which refuses what up would refuse and knows the defaults, and changes nothing", async () => {
    await kubectl("create", "namespace", "previewed");
    const metadata = { name: "one", namespace: "previewed" };
    const project = await projectOf({ one: deployment(metadata) });
    assert.match(await project.succeed("preview", "--diff"), /strategies: \{\s+one: "RollingUpdate"/);
    assert.deepEqual(await names("deployments", "previewed"), []);
    await project.succeed(...up);

    write(project, { one: deployment({ ...metadata, labels: { colour: "green" } }) });
    const dryRuns = () =>
      requests("deployments", "previewed").filter(({ requestURI }) => requestURI.includes("dryRun=All"));
    const dryRunsBefore = dryRuns().length;
    const before = await live("deployment/one", "previewed");
    const preview = await project.succeed("preview", "--diff");
    assert.match(preview, /~ metadata: \{\s+\+ labels: \{\s+\+ colour: "green"\s+\}\s+\}/);
    assert.match(preview, /~ 1 to update/);
    assert.ok(dryRuns().length > dryRunsBefore, "there was no dry run");

    write(project, { one: deployment({ ...metadata, labels: { colour: "not a colour" } }) });
    const refused = await project.pulumi("preview");
    assert.notEqual(refused.code, 0);
    assert.match(text(refused), /"one" is invalid: metadata\.labels: Invalid value: "not a colour"/);
    assert.deepEqual(await live("deployment/one", "previewed"), before);
  });

  it("replaces an object of which a field changes that cannot, and deletes one with a fixed name first", async () => {
    await kubectl("create", "namespace", "fixed");
    const metadata = { name: "one", namespace: "fixed" };
    const project = await projectOf({ role: binding(metadata, "view"), selector: deployment(metadata) });
    await project.succeed(...up);
    const uids = async () =>
      (await allLive(["rolebinding/one", "deployment/one"], "fixed")).map((object) => object.metadata.uid);
    const before = await uids();

    write(project, { role: binding(metadata, "edit"), selector: deployment(metadata, "b") });
    const output = await project.succeed("up", "--yes", "--diff");
    assert.match(output, /\+-2 to replace/);
    assert.match(output, /~ roleRef: \{\s+~ name: "view" => "edit"/);
    assert.match(output, /~ selector: \{\s+~ matchLabels: \{\s+~ app: "a" => "b"/);
    assert.match(output, /\+-2 replaced/);
    const after = await uids();
    assert.ok(after.every((uid) => !before.includes(uid)));
    assert.equal((await live("rolebinding/one", "fixed")).roleRef?.name, "edit");
    assert.deepEqual(
      requests("rolebindings", "fixed")
        .filter(({ requestURI }) => !requestURI.includes("dryRun=All"))
        .map(({ verb }) => (verb === "delete" ? "delete" : "make")),
      ["make", "delete", "make"],
    );
  });

  it("waits in up until a deployment is ready", async () => {
    await kubectl("create", "namespace", "waiting");
    const project = await projectOf({
      one: deployment({ name: "one", namespace: "waiting" }, "a", { waiting: "no-more" }),
    });
    const { ended, running, shows } = start(project, ...up);
    await shows("(0/1 Pods available)");
    assert.deepEqual((await live("deployment/one", "waiting")).status?.availableReplicas, undefined);
    await kubectl("label", "node", "test-one-1", "waiting=no-more");
    assert.equal(await ended, 0, running.output);
    assert.equal((await live("deployment/one", "waiting")).status?.availableReplicas, 1);
  });

  it("fails when a deployment is not ready in its time, says which and what its pods lack, and the next up goes on with it", async () => {
    for (const name of ["forbidden", "without-image"]) await kubectl("create", "namespace", name);
    await kubectl("create", "quota", "nothing", "-n", "forbidden", "--hard=pods=0");
    const annotations = { "pulumi.com/timeoutSeconds": "5" };
    const image = deployment({ name: "image", namespace: "without-image", annotations }, "a", {
      late: "but-here",
    });
    const project = await projectOf({
      quota: deployment({ name: "quota", namespace: "forbidden", annotations }),
      image,
    });
    const { ended, running } = start(project, ...up);
    await until("there is a pod", async () => (await names("pods", "without-image")).length === 1, 20_000);
    const [pod = ""] = await names("pods", "without-image");
    const why = "Back-off pulling image none.invalid/one";
    const status = {
      conditions: [
        { type: "PodScheduled", status: "True" },
        { type: "Initialized", status: "True" },
        { type: "Ready", status: "False", reason: "ContainersNotReady", message: "it has no image" },
      ],
      containerStatuses: [
        {
          ...{ name: "one", image: "none.invalid/one", imageID: "", ready: false, restartCount: 0 },
          state: { waiting: { reason: "ImagePullBackOff", message: why } },
        },
      ],
    };
    const patch = ["--subresource=status", "--type=merge", "-p", JSON.stringify({ status })];
    await kubectl("patch", pod, "-n", "without-image", ...patch);
    assert.notEqual(await ended, 0);
    for (const name of ["quota", "image"])
      assert.ok(running.output.includes(`'${name}' timed out waiting to be Ready`), running.output);
    assert.match(
      running.output,
      /\[MinimumReplicasUnavailable\] Deployment does not have minimum availability/,
    );
    assert.match(running.output, /Minimum number of live Pods was not attained/);
    assert.ok(running.output.includes(`${pod.replace("pod/", "without-image/")}]: `), running.output);
    assert.ok(running.output.includes(`[ImagePullBackOff] ${why}`), running.output);

    const { uid } = (await live("deployment/image", "without-image")).metadata;
    await kubectl("label", "node", "test-one-1", "late=but-here");
    write(project, { image });
    await project.succeed(...up);
    const repaired = await live("deployment/image", "without-image");
    assert.deepEqual([repaired.metadata.uid, repaired.status?.availableReplicas], [uid, 1]);
  });

  it("waits in destroy until an object is gone", async () => {
    await kubectl("create", "namespace", "held");
    const metadata = { name: "one", namespace: "held", finalizers: ["example.com/held"] };
    const project = await projectOf({ one: binding(metadata, "view") });
    await project.succeed(...up);
    const { ended, running, shows } = start(project, ...destroy);
    await shows("Resource scheduled for deletion");
    assert.notEqual((await live("rolebinding/one", "held")).metadata.deletionTimestamp, undefined);
    assert.match(await project.succeed("stack", "--show-ids"), /RoleBinding/);
    assert.equal(running.hasEnded, false);
    const patch = ["--type=merge", "-p", '{"metadata":{"finalizers":null}}'];
    await kubectl("patch", "rolebinding/one", "-n", "held", ...patch);
    assert.equal(await ended, 0, running.output);
    assert.deepEqual(await names("rolebindings", "held"), []);
  });

  it("plans without a cluster that cannot be reached, fails to refresh and destroy with the way out, and forgets what was in it where it is told to", async () => {
    const address = new URL(
      (await kubectl("config", "view", "-o", "jsonpath={.clusters[0].cluster.server}")).trim(),
    );
    const sockets = new Set<net.Socket>();
    const door = net.createServer((client) => {
      const server = net.connect(Number(address.port), address.hostname);
      for (const [from, to] of [
        [client, server],
        [server, client],
      ] as const) {
        sockets.add(from);
        from.pipe(to);
        from.on("error", () => to.destroy());
      }
    });
    door.listen(0, "127.0.0.1");
    await once(door, "listening");
    const close = () => {
      door.close();
      for (const socket of sockets) socket.destroy();
    };
    afterwards(close);
    const through = path.join(files.path, "through-the-door");
    const { port } = door.address() as net.AddressInfo;
    const content = readFileSync(kubeconfig, "utf8").replace(address.host, `127.0.0.1:${port}`);
    writeFileSync(through, content, { mode: 0o600 });

    const objects = { there: namespace("out-of-reach") };
    const project = await projectOf(objects, through);
    await project.succeed(...up);
    close();

    write(project, {
      there: namespace("out-of-reach", { labels: { a: "b" } }),
      another: namespace("another"),
    });
    const preview = await project.succeed("preview", "--diff");
    assert.match(preview, /\+ 1 to create\n +~ 1 to update/);
    const failure = /configured Kubernetes cluster is unreachable: .*connection refused/;
    const wayOut = /with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"/;
    for (const command of [["preview", "--refresh"], destroy]) {
      const failed = await project.pulumi(...command);
      assert.notEqual(failed.code, 0, command[0]);
      assert.match(text(failed), failure);
      assert.match(text(failed), wayOut);
    }
    const forgotten = await forget(project);
    assert.match(forgotten, /Deleting the unreachable resource from Pulumi state/);
    assert.match(await project.succeed("stack"), /No resources currently in this stack/);
    assert.equal((await live("namespace/out-of-reach")).metadata.deletionTimestamp, undefined);
  });

  it("shows no secret in any output and keeps none in clear in the state", async () => {
    await kubectl("create", "namespace", "secret");
    const canaries = ["first", "second"].flatMap((when) => [`${when} canary`, `${when} bird`]);
    const secrets = new Map([["the administrator's key", key]]);
    for (const canary of canaries) secrets.set(canary, canary).set(`${canary} in base64`, base64(canary));
    const objects = (when: string): Objects => ({
      one: {
        kind: "core/v1/Secret",
        metadata: { name: "one", namespace: "secret" },
        stringData: { song: `${when} canary` },
        data: { other: base64(`${when} bird`) },
      },
    });
    const project = await projectOf(objects("first"));
    const outputs: string[] = [];
    const run = async (...args: readonly string[]) => {
      const outcome = await project.pulumi(...args);
      assert.equal(outcome.code, 0, text(outcome));
      outputs.push(text(outcome));
    };
    await run("up", "--yes", "--diff");
    write(project, objects("second"));
    await run("up", "--yes", "--diff");
    assert.match(outputs.at(-1) ?? "", /~ song *: \[secret\] => \[secret\]/);
    await run("stack", "export");
    const shown = await project.succeed("stack", "export", "--show-secrets");

    const folders = ["state", "home"].map((name) => path.join(project.folder.path, name));
    const kept = folders
      .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), "utf8"));
    assert.ok(kept.some((content) => content.includes("core/v1:Secret")));
    for (const [name, secret] of secrets)
      assert.ok(![...outputs, ...kept].some((place) => place.includes(secret)), name);
    for (const name of ["the administrator's key", "second canary in base64", "second bird in base64"])
      assert.ok(shown.includes(secrets.get(name) ?? "-"), `the search would not find ${name}`);
  });

  it("gives an object without a name one that stays, and makes its replacement before it deletes it", async () => {
    await kubectl("create", "namespace", "unnamed");
    const metadata = { namespace: "unnamed" };
    const project = await projectOf({ one: binding(metadata, "view") });
    await project.succeed(...up);
    const name = async () => {
      const [only, ...others] = await names("rolebindings", "unnamed");
      assert.deepEqual(others, []);
      return only?.split("/")[1] ?? "";
    };
    const first = await name();
    assert.match(first, /^one-[0-9a-f]{8}$/);
    write(project, { one: binding({ ...metadata, labels: { a: "b" } }, "view") });
    assert.match(await project.succeed(...up), /~ 1 updated/);
    assert.equal(await name(), first);

    write(project, { one: binding(metadata, "edit") });
    await project.succeed(...up);
    const second = await name();
    assert.notEqual(second, first);
    const order = requests("rolebindings", "unnamed").map(
      ({ verb, objectRef }) => `${verb === "delete" ? "delete" : "make"} ${objectRef?.name ?? ""}`,
    );
    assert.deepEqual(order.slice(-2), [`make ${second}`, `delete ${first}`]);
  });
});

function removeWhereItHas(content: string, file: string): void {
  try {
    if (readFileSync(file, "utf8").includes(content)) rmSync(file);
  } catch {
    // It is another user's, or gone.
  }
}

/** Destroys a project's stack without what was in a cluster that cannot be reached. */
async function forget({ folder }: Project): Promise<string> {
  const { stdout } = await execute("pulumi", [...destroy, "--non-interactive", "--color=never"], {
    cwd: folder.path,
    env: {
      ...process.env,
      PATH: [process.env["BULKHEAD_PLUGINS_FOLDER"], process.env["PATH"]].join(path.delimiter),
      PULUMI_HOME: path.join(folder.path, "home"),
      PULUMI_BACKEND_URL: `file://${path.join(folder.path, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "correct horse",
      PULUMI_STACK: "dev",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_K8S_DELETE_UNREACHABLE: "true",
    },
  });
  return stdout;
}
