import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { programs } from "../../components/lab/linux/controlPlane.ts";
import { command } from "../../components/lab/linux/command.ts";
import { Lab } from "../../components/lab/linux/lab.ts";
import { LabStack } from "../support/stack.ts";
import { ways, withLabs } from "../support/lab.ts";
import { kubernetesFolder } from "../support/tools.ts";
import { traces, untilNothingIsLeft } from "../support/traces.ts";
import { until } from "../support/until.ts";

const execute = promisify(execFile);
const services = [...programs, "forwarder"];

/** A stack of a lab with Kubernetes, which its tests ask with kubectl. */
class ControlPlaneStack extends LabStack {
  readonly #more: NodeJS.ProcessEnv;

  constructor(kubernetes: string) {
    super("dev", { kubernetes: true });
    this.#more = { BULKHEAD_KUBERNETES_FOLDER: kubernetes };
  }

  override async env(): Promise<NodeJS.ProcessEnv> {
    return { ...(await super.env()), ...this.#more };
  }

  set(name: string, value: string): void {
    this.#more[name] = value;
  }

  get cluster(): string {
    return path.join(this.state, "control-planes", this.name);
  }

  get endpoint(): string {
    const { endpoint } = JSON.parse(readFileSync(path.join(this.cluster, "control-plane.json"), "utf8")) as {
      readonly endpoint: string;
    };
    return endpoint;
  }

  /** Asks the API server as one of the users that have a certificate. */
  async kubectl(user: string, ...args: readonly string[]): Promise<string> {
    const { stdout } = await execute(path.join(this.#more["BULKHEAD_KUBERNETES_FOLDER"] ?? "", "kubectl"), [
      ...["--server", this.endpoint, "--certificate-authority", path.join(this.cluster, "pki/ca.crt")],
      ...["--client-certificate", path.join(this.cluster, `pki/${user}.crt`)],
      ...["--client-key", path.join(this.cluster, `pki/${user}.key`), ...args],
    ]);
    return stdout;
  }

  /** The processes of a service, its supervisor first. */
  pids(service: string): readonly number[] {
    const lock = path.join(this.cluster, `${service}.lock`);
    const inode = statSync(lock).ino;
    const pids: number[] = [];
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
      try {
        if (statSync(`/proc/${pid}/fd/9`).ino === inode) pids.push(Number(pid));
      } catch {
        // It has none, or has ended meanwhile.
      }
    return pids;
  }

  program(service: string): number | undefined {
    return this.pids(service).find((pid) => {
      try {
        const [first = ""] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        return path.basename(first) === (service === "forwarder" ? "node" : service);
      } catch {
        // It has ended meanwhile.
        return false;
      }
    });
  }
}

for (const way of ways)
  describe(`the control plane of a lab ${way.how}`, function () {
    this.timeout(300_000);
    withLabs(way);
    let made: ControlPlaneStack | undefined;
    let stack: ControlPlaneStack;
    let before: ReadonlySet<string>;

    beforeEach(async function () {
      if (made === undefined) {
        made = new ControlPlaneStack(kubernetesFolder(this));
        before = traces(made.state);
        await made.up();
      }
      stack = made;
    });
    after(async () => {
      await made?.delete();
    });

    const isReady = () =>
      stack.kubectl("admin", "get", "--raw", "/readyz").then(
        (answer) => answer === "ok",
        () => false,
      );

    it("answers on this machine, as the version that was asked for", async () => {
      assert.match(await stack.kubectl("admin", "version"), /^Server Version: v1\.37\.2$/m);
      assert.match(stack.endpoint, /^https:\/\/127\.0\.0\.1:\d+$/);
    });

    it("is on the manager, where a worker reaches it through the firewall, and outside it listens to nobody", async () => {
      const { lab } = await stack.gateway();
      const ask = (host: string, address: string) =>
        command(
          [...lab.enter(host), process.execPath, "-e"].concat(
            `require("net").connect(6443, "${address}").on("connect", () => process.exit(0)).on("error", () => process.exit(1)).setTimeout(3000, () => process.exit(1))`,
          ),
        ).then(({ code }) => code === 0);
      assert.equal(await ask("test-billing-1", "10.16.0.128"), true);
      assert.equal(await ask("test-billing-1", "10.16.1.0"), false);
    });

    it("knows its users by their certificates, and nobody without one", async () => {
      assert.match(await stack.kubectl("kube-scheduler", "auth", "whoami"), /system:kube-scheduler/);
      await assert.rejects(stack.kubectl("kube-scheduler", "get", "secrets", "-A"), /forbidden/);
      await assert.rejects(stack.kubectl("etcd-client", "get", "nodes"), /Unauthorized|must be logged in/);
      const { stdout } = await execute("curl", ["-sk", `${stack.endpoint}/version`]).catch(() => ({
        stdout: "",
      }));
      assert.match(stdout, /Unauthorized/);
    });

    it("keeps pods within the node selector of their namespace", async () => {
      const kubectl = (...args: string[]) => stack.kubectl("admin", ...args);
      await kubectl("create", "namespace", "linked");
      await kubectl(
        "annotate",
        "namespace",
        "linked",
        "scheduler.alpha.kubernetes.io/node-selector=group=linked",
      );
      await kubectl("create", "serviceaccount", "default", "-n", "linked").catch(() => "");
      const pod = (name: string, group: string) =>
        kubectl(
          ...["run", name, "-n", "linked", "--image=none"],
          `--overrides=${JSON.stringify({ spec: { nodeSelector: { group } } })}`,
        );
      await pod("own", "linked");
      assert.equal(
        await kubectl("get", "pod", "own", "-n", "linked", "-o", "jsonpath={.spec.nodeSelector.group}"),
        "linked",
      );
      await assert.rejects(pod("foreign", "other"), /conflicts with its namespace node label selector/);
    });

    // As root only how a host is entered is otherwise, for which one of them is enough.
    const victims = way.asRoot === "1" ? ["kube-apiserver"] : services;
    for (const service of victims)
      it(`goes on when ${service} is killed, and loses nothing`, async () => {
        await stack.kubectl("admin", "create", "configmap", `before-${service}`, "--from-literal=a=b");
        const pid = stack.program(service);
        assert.ok(pid !== undefined, `${service} does not run`);
        process.kill(pid, "SIGKILL");
        await until(
          `${service} runs again`,
          () => {
            const now = stack.program(service);
            return now !== undefined && now !== pid;
          },
          30_000,
        );
        await until("the API server is ready", isReady, 60_000);
        assert.match(
          await stack.kubectl("admin", "get", "configmaps", "-o", "name"),
          new RegExp(`before-${service}`),
        );
      });

    if (way.asRoot === "") {
      it("changes nothing on a second up", async () => {
        assert.match(await stack.up(), /Resources:\n +\d+ unchanged\n/);
      });

      it("shows what was ended for good on refresh, and up starts it again with its data", async () => {
        for (const pid of stack.pids("kube-scheduler")) process.kill(pid, "SIGKILL");
        await until("it has ended", () => stack.pids("kube-scheduler").length === 0);
        const preview = await stack.succeed("preview", "--diff", "--refresh");
        assert.match(preview, /stopped *: \[\s*[-~+ ]*\[?0?\]?:? *"kube-scheduler"/);
        assert.match(await stack.up(), /ControlPlane dev updated/);
        assert.equal(stack.pids("kube-scheduler").length > 1, true);
      });

      it("takes another flag as an update that shows that flag alone, and keeps its data", async () => {
        const file = "components/lab/controlPlane/programs.ts";
        stack.clone.edit(file, (text) =>
          text.replace('"audit-log-maxsize": "50"', '"audit-log-maxsize": "60"'),
        );
        const diff = await stack.succeed("preview", "--diff");
        assert.match(diff, /~ kube-apiserver *: \{\s*~ audit-log-maxsize *: "50" => "60"\s*\}/);
        assert.match(await stack.up(), /1 updated/);
        const pid = stack.program("kube-apiserver");
        assert.match(readFileSync(`/proc/${pid ?? 0}/cmdline`, "utf8"), /--audit-log-maxsize=60/);
        assert.match(await stack.kubectl("admin", "get", "configmaps", "-o", "name"), /before-etcd/);
      });

      it("has no key in clear in the state, in logs, in a command line or in a file that others may read", () => {
        const keys = readdirSync(path.join(stack.cluster, "pki"))
          .filter((name) => name.endsWith(".key"))
          .map((name) => readFileSync(path.join(stack.cluster, "pki", name), "utf8").split("\n")[1] ?? "");
        assert.ok(keys.length >= 8 && keys.every((key) => key.length > 40));
        const hidden = (place: string, text: string) => {
          for (const key of keys) assert.equal(text.includes(key), false, place);
          assert.equal(text.includes("PRIVATE KEY"), false, place);
        };
        const files = readdirSync(stack.state, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => path.join(entry.parentPath, entry.name));
        for (const file of files) {
          if (file.startsWith(path.join(stack.cluster, "pki")) || file.includes("/data/")) continue;
          hidden(file, readFileSync(file, "utf8"));
        }
        for (const file of files.filter((name) => name.startsWith(stack.cluster)))
          assert.equal(statSync(file).mode & 0o077, 0, file);
        assert.equal(statSync(stack.cluster).mode & 0o077, 0);
        for (const service of services)
          for (const pid of stack.pids(service)) {
            hidden(service, readFileSync(`/proc/${pid}/cmdline`, "utf8"));
            hidden(service, readFileSync(`/proc/${pid}/environ`, "utf8"));
          }
      });
    }

    it("starts again with its data where the whole lab was killed, without a refresh", async () => {
      await stack.kubectl("admin", "create", "configmap", "kept", "--from-literal=a=b");
      const { lab } = await stack.gateway();
      process.kill(Number(readFileSync(path.join(stack.folder, "pid"), "utf8")), "SIGKILL");
      await until("the lab has ended", async () => !(await lab.isAlive()));
      assert.match(await stack.up(), /ControlPlane dev updated/);
      assert.match(await stack.kubectl("admin", "get", "configmaps", "-o", "name"), /configmap\/kept/);
    });

    if (way.asRoot === "") {
      it("says so where the programs are missing or of another version, and leaves what runs alone", async () => {
        const good = (await stack.env())["BULKHEAD_KUBERNETES_FOLDER"] ?? "";
        const file = "components/lab/controlPlane/cluster.ts";
        stack.clone.edit(file, (text) => text.replace('= "v1.37.2"', '= "v1.37.9"'));
        const wrong = await stack.run("up", "--yes", "--skip-preview");
        assert.notEqual(wrong.code, 0, wrong.output);
        assert.match(wrong.output, /has Kubernetes v1\.37\.2, and Kubernetes v1\.37\.9 is wanted/);
        stack.set("BULKHEAD_KUBERNETES_FOLDER", "");
        const none = await stack.run("up", "--yes", "--skip-preview");
        assert.match(none.output, /BULKHEAD_KUBERNETES_FOLDER does not name the folder/);
        stack.set("BULKHEAD_KUBERNETES_FOLDER", good);
        stack.clone.git("checkout", "--", file);
        assert.equal(await isReady(), true);
      });
    }

    it("is gone after destroy, with its data", async () => {
      await stack.destroy();
      assert.equal(existsSync(stack.cluster), false);
      assert.equal(await Lab.find(stack.folder), undefined);
      await untilNothingIsLeft(stack.state, before);
    });
  });
