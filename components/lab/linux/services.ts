import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { command, programPath } from "./command.ts";
import { LabError } from "./error.ts";
import type { Lab } from "./lab.ts";

/** A program that runs in a host until it is stopped, and is started again whenever it ends by itself. */
export interface Service {
  /** Of its log, too. */
  readonly name: string;
  /** The program and its arguments; paths are those of the services' folder. */
  readonly command: readonly string[];
}

const supervisor = join(import.meta.dirname, "supervise.sh");
const forwarder = join(import.meta.dirname, "forward.ts");
const patience = 10;

/** The services of one host. Their folder is their working directory, and outlives the lab that they run in. */
export class Services {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Starts those that do not run. */
  async start(lab: Lab, host: string, services: readonly Service[]): Promise<void> {
    await this.#start(lab, host, services);
  }

  /**
   * Starts one that passes connections from a port of this machine, at 127.0.0.1, to one of the host's. It takes the
   * port that is wanted, else any that is free. Returns the port.
   */
  async forward(lab: Lab, host: string, name: string, to: number, wanted?: number): Promise<number> {
    const server = net.createServer();
    try {
      server.listen({ host: "127.0.0.1", port: wanted ?? 0, exclusive: true });
      await once(server, "listening");
    } catch (error) {
      throw new LabError(
        `port ${wanted ?? 0} of this machine cannot be had (${message(error)}), which leads to ${host}: end what has it, see \`ss -ltnp\``,
      );
    }
    // Node has no other way to a socket's descriptor, which a child process can inherit.
    const { fd } = (server as unknown as { readonly _handle: { readonly fd: number } })._handle;
    const { port } = server.address() as net.AddressInfo;
    const program = [process.execPath, "--disable-warning=ExperimentalWarning", forwarder, String(to)];
    await this.#start(lab, host, [{ name, command: program }], fd);
    server.close();
    return port;
  }

  /** Ends those that run, at once. */
  async stop(lab: Lab, names: readonly string[]): Promise<void> {
    const running = await this.running(names);
    if (running.length === 0) return;
    const script = [
      `cd ${quote(this.#folder)}`,
      ...running.map((name) => `kill -9 -"$(cat ${name}.pid)" 2>/dev/null || :`),
      ...running.map((name) => `flock -w ${patience} ${name}.lock true`),
    ];
    const { code, stderr } = await lab.run(script.join("\n"));
    if (code !== 0) throw new LabError(`${running.join(", ")} cannot be ended: ${stderr}`);
  }

  /** Which of these run. */
  async running(names: readonly string[]): Promise<readonly string[]> {
    const states = await Promise.all(
      names.map(async (name) => {
        const lock = join(this.#folder, `${name}.lock`);
        return fs.existsSync(lock) && (await command(["flock", "-n", "-E", "75", lock, "true"])).code === 75;
      }),
    );
    return names.filter((_, at) => states[at] === true);
  }

  /** The end of a service's log. */
  log(name: string, lines = 10): string {
    const file = join(this.#folder, `${name}.log`);
    return fs.existsSync(file)
      ? fs.readFileSync(file, "utf8").trim().split("\n").slice(-lines).join("\n")
      : "";
  }

  async #start(lab: Lab, host: string, services: readonly Service[], socket?: number): Promise<void> {
    const running = await this.running(services.map(({ name }) => name));
    const script = [
      `cd ${quote(this.#folder)}`,
      "umask 077",
      ...services
        .filter(({ name }) => !running.includes(name))
        .map(
          ({ name, command: argv }) =>
            `setsid sh ${[supervisor, name, ...argv].map(quote).join(" ")} </dev/null >>${name}.log 2>&1 &`,
        ),
    ];
    const [program = "", ...args] = lab.enter(host);
    const child = spawn(program, [...args, "sh", "-eu"], {
      // Of the maker's environment nothing is passed on: it may hold passphrases and cloud credentials.
      env: { PATH: programPath(process.env) },
      stdio: ["pipe", "ignore", "pipe", ...(socket === undefined ? [] : [socket])],
    });
    let stderr = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(script.join("\n"));
    const [code] = (await once(child, "exit")) as [number | null];
    if (code !== 0) throw new LabError(`cannot start programs in ${host}: ${stderr.trim()}`);
  }
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const message = (error: unknown) => (error instanceof Error ? error.message : String(error));
