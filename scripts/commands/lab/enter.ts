import fs from "node:fs";
import { programPath } from "../../../components/lab/linux/command.ts";
import { Gateway } from "../../../components/lab/linux/gateway.ts";
import { outside } from "../../../components/lab/linux/ruleset.ts";
import { compareNames } from "../../../components/plan/index.ts";
import { handOver } from "../../toolchain/command.ts";
import { requireLab, suggestion } from "./find.ts";

const gateway = "gateway";

/** Runs a command on a host with this process's terminal and input, or a shell where there is none. */
export async function enter(name: string, host: string, words: readonly string[]): Promise<void> {
  const command = words[0] === "--" ? words.slice(1) : words;
  const lab = await requireLab(name);
  const { hosts } = await new Gateway(lab).read();
  const names = [...hosts.map((one) => one.name).sort(compareNames), outside, gateway];
  if (!names.includes(host))
    throw new RangeError(
      `the lab ${name} has no host "${host}".${suggestion(host, names)} It has ${names.join(", ")}`,
    );
  if (command.length === 0 && process.stderr.isTTY)
    console.error(`on ${host} of ${name}, ${addressOf(hosts, host)}; exit leaves it`);

  const [program = "", ...args] = [
    ...lab.enter(host === gateway ? undefined : host),
    // So that it ends with nsenter, which passes no signal on.
    ...["setpriv", "--pdeathsig", "TERM"],
    // With a name of its own, as prompts show it.
    ...[
      "unshare",
      "--uts",
      "sh",
      "-c",
      'hostname "$1" 2>/dev/null; cd "$2" 2>/dev/null; shift 2; exec "$@"',
      "sh",
    ],
    ...[host, process.cwd()],
    ...(command.length === 0 ? [shell()] : command),
  ];
  const env = { ...process.env, PATH: programPath(process.env) };
  process.exitCode = await handOver(program, args, { env });
}

const addressOf = (hosts: readonly { name: string; address: string }[], host: string): string =>
  hosts.find(({ name }) => name === host)?.address ?? "which has no address of its own";

function shell(): string {
  const own = process.env["SHELL"] ?? "";
  return fs.existsSync(own) ? own : "sh";
}
