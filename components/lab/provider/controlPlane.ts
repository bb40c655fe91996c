import { randomBytes } from "node:crypto";
import fs from "node:fs";
import https from "node:https";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { apiPort, type Flags } from "../controlPlane/programs.ts";
import { command } from "../linux/command.ts";
import {
  forwarder,
  programs,
  readRecord,
  stoppedPrograms,
  writeRecord,
  type Program,
} from "../linux/controlPlane.ts";
import { LabError } from "../linux/error.ts";
import type { Lab } from "../linux/lab.ts";
import { Services, type Service } from "../linux/services.ts";
import type { Created, Found, Kind } from "./kind.ts";
import type { Labs } from "./labs.ts";
import { flags, paths, text } from "./properties.ts";

export interface ControlPlaneInputs {
  /** The id of the host that it runs on. */
  readonly host: string;
  readonly version: string;
  readonly programs: Readonly<Record<string, Flags>>;
  readonly files: Readonly<Record<string, string>>;
  readonly pki: Readonly<Record<string, string>>;
}

export interface ControlPlaneOutputs extends ControlPlaneInputs {
  readonly endpoint: string;
  readonly stopped: readonly string[];
}

const services = [...programs, forwarder];
// A slow machine that is busy takes half a minute; none takes longer for a reason that goes away.
const patience = 90_000;

/** A Kubernetes control plane on a host; its folder outlives the lab. */
export class ControlPlane implements Kind<ControlPlaneInputs, ControlPlaneOutputs> {
  readonly properties = { host: text, version: text, programs: flags, files: paths, pki: paths };
  readonly fixed = [] as const;
  readonly secrets = ["pki"] as const;
  readonly #labs: Labs;

  constructor(labs: Labs) {
    this.#labs = labs;
  }

  claims({ host }: ControlPlaneInputs) {
    const scope = nameOf(host);
    return [{ property: "host", what: `the control plane of ${scope}`, scope, value: scope }];
  }

  async create(inputs: ControlPlaneInputs): Promise<Created<ControlPlaneOutputs>> {
    const { lab } = await this.#labs.require(inputs.host);
    const program = await findPrograms(inputs.version, this.#labs.env);
    const name = nameOf(inputs.host);
    const folder = this.#labs.controlPlaneFolder(name);
    const left = readRecord(folder);
    if (left !== undefined && (await this.#labs.find(left.host)) !== undefined && left.host !== inputs.host)
      throw new LabError(`the lab ${name} has a control plane already`);
    // What an interrupted create left behind is nobody's.
    await new Services(folder).stop(lab, services);
    fs.rmSync(folder, { recursive: true, force: true });
    const id = `${name}/${randomBytes(4).toString("hex")}`;
    try {
      return { id, outputs: await bringUp(id, folder, lab, inputs, program) };
    } catch (error) {
      await new Services(folder).stop(lab, services);
      fs.rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async read(id: string): Promise<Found<ControlPlaneInputs, ControlPlaneOutputs> | undefined> {
    const folder = this.#folder(id);
    const written = readRecord(folder);
    if (written?.id !== id) return undefined;
    const { host, version, programs: written_, endpoint } = written;
    const inputs = {
      host,
      version,
      programs: written_,
      files: readAll(folder, [...written.files]),
      pki: readAll(join(folder, "pki")),
    };
    return { inputs, outputs: { ...inputs, endpoint, stopped: await stoppedPrograms(folder) } };
  }

  async update(id: string, before: ControlPlaneOutputs, inputs: ControlPlaneInputs) {
    const { lab } = await this.#labs.require(inputs.host);
    const program = await findPrograms(inputs.version, this.#labs.env);
    const folder = this.#folder(id);
    const same = Object.entries(inputs).every(([name, value]) =>
      isDeepStrictEqual(value, before[name as keyof ControlPlaneInputs]),
    );
    // The data are etcd's, which loses none when it is killed; all others keep none.
    if (!same) await new Services(folder).stop(lab, services);
    return bringUp(id, folder, lab, inputs, program);
  }

  async delete(id: string, { host }: ControlPlaneOutputs): Promise<void> {
    const folder = this.#folder(id);
    if (readRecord(folder)?.id !== id) return;
    const gateway = await this.#labs.find(host);
    if (gateway !== undefined) await new Services(folder).stop(gateway.lab, services);
    fs.rmSync(folder, { recursive: true, force: true });
  }

  async damage(id: string) {
    const folder = this.#folder(id);
    if (readRecord(folder)?.id !== id) return "gone" as const;
    return (await stoppedPrograms(folder)).length > 0 ? ({ output: "stopped" } as const) : undefined;
  }

  #folder(id: string): string {
    const name = /^(.+)\/[0-9a-f]{8}$/.exec(id)?.[1];
    if (name === undefined) throw new LabError(`"${id}" is no control plane's id, such as dev/0123abcd`);
    return this.#labs.controlPlaneFolder(name);
  }
}

/** The name of the lab that a host's id begins with. */
const nameOf = (host: string): string => host.split("/")[0]?.replace(/-[0-9a-f]{8}$/, "") ?? "";

/** Writes all files and starts what does not run; returns when the API server answers. */
async function bringUp(
  id: string,
  folder: string,
  lab: Lab,
  inputs: ControlPlaneInputs,
  program: (name: Program) => string,
): Promise<ControlPlaneOutputs> {
  const before = readRecord(folder);
  const wanted = before === undefined ? undefined : Number(new URL(before.endpoint).port);
  fs.mkdirSync(join(folder, "pki"), { recursive: true, mode: 0o700 });
  writeAll(folder, { ...inputs.files, "etcd.json": JSON.stringify(etcdConfiguration(inputs.programs)) });
  writeAll(join(folder, "pki"), inputs.pki);
  const runs = new Services(folder);
  const host = inputs.host.split("/")[1] ?? "";
  const command = (name: Program): Service => ({
    name,
    command: [
      program(name),
      ...(name === "etcd"
        ? ["--config-file=etcd.json"]
        : Object.entries(inputs.programs[name] ?? {}).map(([flag, value]) => `--${flag}=${value}`)),
    ],
  });
  const open = (await runs.running([forwarder])).length > 0;
  const port =
    open && wanted !== undefined ? wanted : await runs.forward(lab, host, forwarder, apiPort, wanted);
  const endpoint = `https://127.0.0.1:${port}`;
  const { host: place, version, programs: written, files } = inputs;
  writeRecord(folder, {
    id,
    host: place,
    version,
    programs: written,
    endpoint,
    files: Object.keys(files),
  });
  await runs.start(lab, host, [command("etcd"), command("kube-apiserver")]);
  await untilReady(endpoint, inputs.pki, runs);
  // Before the API server has made its own roles, the others have no rights, and the controllers give up.
  await runs.start(lab, host, [
    command("kube-controller-manager"),
    command("kube-scheduler"),
    command("kwok"),
  ]);
  return { ...inputs, endpoint, stopped: [] };
}

/** What etcd reads only from a file: its flags and where its certificates are. */
const etcdConfiguration = ({ etcd }: ControlPlaneInputs["programs"]) => {
  const security = {
    "cert-file": "pki/etcd.crt",
    "key-file": "pki/etcd.key",
    "trusted-ca-file": "pki/etcd-ca.crt",
    "client-cert-auth": true,
  };
  return { ...etcd, "client-transport-security": security, "peer-transport-security": security };
};

async function untilReady(endpoint: string, pki: Readonly<Record<string, string>>, runs: Services) {
  const began = Date.now();
  // Anybody that it knows may ask (the role system:public-info-viewer), once it has made its roles.
  const [ca, cert, key] = [pki["ca.crt"], pki["kube-scheduler.crt"], pki["kube-scheduler.key"]];
  for (;;) {
    const why = await new Promise<string | undefined>((resolve) => {
      const request = https.get(
        `${endpoint}/readyz`,
        { ca, cert, key, agent: false, timeout: 5000 },
        (response) => {
          response.resume();
          resolve(response.statusCode === 200 ? undefined : `it answers ${response.statusCode ?? 0}`);
        },
      );
      request.on("timeout", () => request.destroy(new Error("it does not answer")));
      request.on("error", (error) => {
        resolve(error.message);
      });
    });
    if (why === undefined) return;
    if (Date.now() - began > patience) {
      const logs = ["etcd", "kube-apiserver"].map((name) => `${name} wrote last:\n${runs.log(name)}`);
      throw new LabError(
        `the API server is not ready after ${patience / 1000} s: ${why}\n${logs.join("\n")}`,
      );
    }
    await sleep(50);
  }
}

async function findPrograms(version: string, env: NodeJS.ProcessEnv): Promise<(name: Program) => string> {
  const folder = env["BULKHEAD_KUBERNETES_FOLDER"] ?? "";
  const wayOut = "Run scripts/up, or `. scripts/env` before pulumi, which get and name them.";
  if (folder === "")
    throw new LabError(
      `BULKHEAD_KUBERNETES_FOLDER does not name the folder of Kubernetes' programs. ${wayOut}`,
    );
  const { code, stdout, stderr } = await command([join(folder, "kube-apiserver"), "--version"]);
  if (code !== 0) throw new LabError(`${folder}/kube-apiserver does not run: ${stderr}. ${wayOut}`);
  if (stdout.trim() !== `Kubernetes ${version}`)
    throw new LabError(`${folder} has ${stdout.trim()}, and Kubernetes ${version} is wanted. ${wayOut}`);
  return (name) => join(folder, name);
}

function writeAll(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(dirname(join(folder, name)), { recursive: true, mode: 0o700 });
    fs.writeFileSync(join(folder, name), content, { mode: 0o600 });
  }
}

const readAll = (folder: string, names = fs.readdirSync(folder)): Readonly<Record<string, string>> =>
  Object.fromEntries(names.sort().map((name) => [name, fs.readFileSync(join(folder, name), "utf8")]));
