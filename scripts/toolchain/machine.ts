import { delimiter } from "node:path";
import { programPath } from "../../components/lab/linux/command.ts";
import { find, searchPath } from "./command.ts";
import { UserError } from "./report.ts";

// The programs that come with the machine, not from the cache.

type Purpose = "setup" | "build" | "test" | "lab";
const managers = {
  "apt-get": "apt-get install",
  dnf: "dnf install",
  apk: "apk add",
  zypper: "zypper install",
  brew: "brew install",
} as const;
type Manager = keyof typeof managers;

interface Program {
  readonly name: string;
  readonly for: Purpose;
  readonly why: string;
  /** What to install, where it is not called as the program is. */
  readonly packages?: Partial<Record<Manager, string>>;
}

const programs: readonly Program[] = [
  { name: "git", for: "setup", why: "keeps your own encryption salt out of commits" },
  { name: "npm", for: "setup", why: "installs the packages", packages: { brew: "node" } },
  { name: "tar", for: "setup", why: "unpacks what is fetched" },
  {
    name: "awk",
    for: "setup",
    why: "filters the stack files for git",
    packages: { "apt-get": "mawk", dnf: "gawk", apk: "gawk", zypper: "gawk", brew: "gawk" },
  },
  {
    name: "go",
    for: "build",
    why: "builds what no official release can be had of, and the lab's prober",
    packages: { "apt-get": "golang", dnf: "golang" },
  },
  ...["flock", "nsenter", "setpriv", "unshare"].map((name) => ({
    name,
    for: "lab" as const,
    why: "makes and enters namespaces",
    packages: {
      "apt-get": "util-linux",
      dnf: name === "flock" || name === "setpriv" ? "util-linux" : "util-linux-core",
      apk: "util-linux-misc",
      zypper: "util-linux",
    },
  })),
  {
    name: "ip",
    for: "lab",
    why: "connects hosts",
    packages: { "apt-get": "iproute2", dnf: "iproute", apk: "iproute2", zypper: "iproute2" },
  },
  {
    name: "nft",
    for: "lab",
    why: "is the firewall",
    packages: { "apt-get": "nftables", dnf: "nftables", apk: "nftables", zypper: "nftables" },
  },
  {
    name: "shellcheck",
    for: "test",
    why: "checks the shell scripts",
    packages: { dnf: "ShellCheck", zypper: "ShellCheck" },
  },
  { name: "chromium", for: "test", why: "opens the proof's report as its readers do" },
];

export const missing = (names: readonly string[], env: NodeJS.ProcessEnv): readonly string[] =>
  names.filter((name) => find(name, programPath(env).split(delimiter)) === undefined);

export const neededFor = (purpose: Purpose): readonly string[] =>
  programs.filter((program) => program.for === purpose).map((program) => program.name);

/** Every missing program with what it is for, and the one command that installs them all. */
export function explain(names: readonly string[], env: NodeJS.ProcessEnv): string {
  const known = names.map(
    (name): Pick<Program, "name" | "why" | "packages"> =>
      programs.find((program) => program.name === name) ?? { name, why: "" },
  );
  const width = Math.max(...names.map((name) => name.length));
  const lines = known.map(({ name, why }) => `  ${name.padEnd(width)}  ${why}`.trimEnd());
  const manager = (Object.keys(managers) as Manager[]).find(
    (name) => find(name, searchPath(env)) !== undefined,
  );
  if (manager !== undefined) {
    const packages = new Set(known.map((program) => program.packages?.[manager] ?? program.name));
    lines.push(
      `Install ${packages.size === 1 ? "it" : "them"} with:  ${managers[manager]} ${[...packages].join(" ")}`,
    );
  }
  return lines.join("\n");
}

/** Stops with one message about all programs that are needed and not there. */
export function requirePrograms(names: readonly string[], env: NodeJS.ProcessEnv): void {
  const gone = missing(names, env);
  if (gone.length > 0)
    throw new UserError(
      `${gone.length === 1 ? "a program is" : "programs are"} missing:\n${explain(gone, env)}`,
    );
}
