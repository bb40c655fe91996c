import { spawn } from "node:child_process";
import { delimiter } from "node:path";

export interface Outcome {
  /** 127 where the program is not there, as a shell says it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where programs are: `ip` and `nft` often lie where ordinary users do not look. */
export const programPath = (env: NodeJS.ProcessEnv): string =>
  [...(env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"]
    .filter((folder) => folder !== "")
    .join(delimiter);

/** Runs a program to its end, with this as its standard input. */
export function command(argv: readonly string[], input = ""): Promise<Outcome> {
  const [program = "", ...args] = argv;
  return new Promise((resolve, reject) => {
    const env = { ...process.env, PATH: programPath(process.env) };
    const child = spawn(program, args, { env, stdio: ["pipe", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") resolve({ code: 127, stdout, stderr: `${program}: not found` });
      else reject(error);
    });
    child.on("close", (code) => {
      resolve({ code: code ?? 128, stdout, stderr: stderr.trim() });
    });
    // A program that ends without reading its input is judged by its exit code.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}
