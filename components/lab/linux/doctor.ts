import fs from "node:fs";
import { command } from "./command.ts";
import { LabError } from "./error.ts";
import { decideRoot, unshare } from "./namespaces.ts";
import { baseRuleset } from "./ruleset.ts";

export interface Finding {
  readonly what: string;
  /** Absent where it works. */
  readonly problem?: string;
}

interface Feature {
  readonly what: string;
  /** Tries it in namespaces of its own. */
  readonly script: string;
  readonly remedy: string;
}

const module = (name: string) =>
  `load the kernel's module as root with \`modprobe ${name}\`, where it has one`;
const tooOld = "the kernel or nft is too old: nft 1.0.6 on Linux 6.18 was tried";
const rule = (match: string) =>
  `nft add table inet t; nft add chain inet t c; nft add rule inet t c ${match}`;

/** Each by itself, from the plain to the particular, so that the first that fails names what is missing. */
const features: readonly Feature[] = [
  {
    what: "named network namespaces",
    script: "mount -t tmpfs t /run; mkdir /run/netns; ip netns add a",
    remedy: "the kernel needs CONFIG_NET_NS",
  },
  {
    what: "cables between them (veth)",
    script: "ip link add p0 type veth peer name p1",
    remedy: module("veth"),
  },
  {
    what: "forwarding",
    script: "echo 1 >/proc/sys/net/ipv4/ip_forward",
    remedy:
      "/proc/sys is read-only here, as in a container: run it with --security-opt systempaths=unconfined",
  },
  {
    what: "a host that has every address",
    script: "ip route add local default dev lo table local",
    remedy: "the kernel refuses a route of type local",
  },
  { what: "nftables", script: "nft add table inet t", remedy: module("nf_tables") },
  {
    what: "firewall rules about connections (conntrack)",
    script: rule("ct state invalid drop"),
    remedy: module("nft_ct"),
  },
  {
    what: "rules by who opened a connection",
    script: rule("ct original ip saddr 10.0.0.1 meta l4proto tcp ct original proto-dst 80 accept"),
    remedy: tooOld,
  },
  {
    what: "sets and maps of addresses",
    script: `nft -f - <<'NFT'\n${baseRuleset("10.0.0.0/8")}NFT`,
    remedy: tooOld,
  },
];

/** Tries all that a lab needs of the kernel; features are tried, never guessed from a version. */
export async function examineMachine(): Promise<Finding[]> {
  const what = "namespaces";
  let asRoot: boolean;
  try {
    asRoot = await decideRoot();
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return [{ what, problem: error.message }];
  }
  const namespaces = { what: `${what}, ${asRoot ? "as root" : "without root"}` };
  return [namespaces, room(), ...(await Promise.all(features.map((feature) => attempt(feature, asRoot))))];
}

// A lab of 60 application groups has 241 hosts, each a network namespace.
const enough = 300;

/** How many hosts the kernel lets this user have, in all labs together. */
function room(): Finding {
  const what = "room for hosts";
  const setting = "user.max_net_namespaces";
  const most = Number(fs.readFileSync(`/proc/sys/${setting.replace(".", "/")}`, "utf8"));
  return most >= enough
    ? { what }
    : {
        what,
        problem: `${setting} is ${most}, and each host takes one: raise it with \`sysctl ${setting}=10000\``,
      };
}

async function attempt({ what, script, remedy }: Feature, asRoot: boolean): Promise<Finding> {
  const { code, stderr } = await command([...unshare(asRoot), "sh", "-eu"], script);
  return code === 0 ? { what } : { what, problem: `${stderr.split("\n")[0] ?? ""}; ${remedy}` };
}
