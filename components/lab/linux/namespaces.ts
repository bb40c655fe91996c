import fs from "node:fs";
import { delimiter, join } from "node:path";
import { command, programPath, type Outcome } from "./command.ts";
import { LabError } from "./error.ts";

/** What a lab is made with, and the packages that have it on most distributions. */
const programs: Readonly<Record<string, string>> = {
  flock: "util-linux",
  unshare: "util-linux",
  nsenter: "util-linux",
  ip: "iproute2",
  nft: "nftables",
};

export function requireLinux(): void {
  if (process.platform !== "linux")
    throw new LabError(
      `the lab is made of Linux namespaces, and this is ${process.platform}: use a Linux machine, a virtual one or WSL 2`,
    );
}

export function requirePrograms(): void {
  const folders = programPath(process.env).split(delimiter);
  const missing = Object.keys(programs).filter(
    (program) => !folders.some((folder) => fs.existsSync(join(folder, program))),
  );
  if (missing.length > 0)
    throw new LabError(
      `a lab cannot be made without ${missing.map((program) => `${program} (of ${programs[program] ?? ""})`).join(", ")}: ` +
        "scripts/lab doctor shows how to install what is missing",
    );
}

/** The namespaces of a lab, the same for trying and for making one. */
export const unshare = (asRoot: boolean): string[] => [
  "unshare",
  ...(asRoot ? [] : ["--user", "--map-root-user"]),
  ...["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"],
];

/** Whether namespaces can be made, and how: unprivileged wherever the kernel allows it. */
export async function decideRoot(): Promise<boolean> {
  requireLinux();
  const mayBeRoot = process.getuid?.() === 0;
  const wanted = process.env["BULKHEAD_LAB_AS_ROOT"] ?? "";
  if (mayBeRoot && wanted !== "" && wanted !== "0") return true;
  const unprivileged = await command([...unshare(false), "true"]);
  if (unprivileged.code === 0) return false;
  if (mayBeRoot && (await command([...unshare(true), "true"])).code === 0) return true;
  throw new LabError(whyNoNamespaces(unprivileged, mayBeRoot));
}

/** What `unshare` fails with: the first two were seen, the others are from the systems' documentation. */
export function whyNoNamespaces({ code, stderr }: Pick<Outcome, "code" | "stderr">, isRoot: boolean): string {
  const root = isRoot ? "and as root it fails, too" : "or run the same command with sudo";
  if (code === 127) return "the program unshare is missing; it comes with util-linux";
  if (stderr.includes("No space left on device"))
    return `this machine allows no (more) user namespaces: raise them with \`sysctl user.max_user_namespaces=10000\`, ${root}`;
  if (stderr.includes("uid_map"))
    return (
      "this machine forbids unprivileged user namespaces (AppArmor, as on Ubuntu 24.04): allow them with " +
      `\`sysctl kernel.apparmor_restrict_unprivileged_userns=0\`, ${root}`
    );
  if (/mount .*proc/.test(stderr))
    return `/proc is masked here, as in a container, so a lab cannot have its own: run the container with --security-opt systempaths=unconfined, ${root}`;
  if (/Operation not permitted|EPERM/.test(stderr))
    return (
      "this machine forbids unprivileged user namespaces: allow them with `sysctl kernel.unprivileged_userns_clone=1` " +
      `(in a container, run it with a seccomp profile that allows unshare), ${root}`
    );
  return `namespaces cannot be made here: ${stderr}`;
}
