import type { Lab } from "./lab.ts";
import { batch, nft } from "./shell.ts";
import { baseRuleset, outside } from "./ruleset.ts";
import type { Snapshot } from "./snapshot.ts";

// The gateway, and beyond it "outside", a host that has every address which is not the network's.

const [inner, outer] = ["169.254.0.1", "169.254.0.2"];

/** Makes a lab that has just been started one network without zones. */
export const createNetwork = (lab: Lab, cidr: string): Promise<boolean> =>
  lab.change(
    `make the network ${cidr}`,
    [
      nft(baseRuleset(cidr).split("\n")),
      `ip address add ${inner}/32 dev lo`,
      createOutside(cidr),
      "[ ! -e /proc/sys/net/ipv6 ] || echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6",
      // Last, since until then nothing is forwarded, whatever the firewall says.
      "echo 1 >/proc/sys/net/ipv4/ip_forward",
      "nft -j -n list ruleset >/run/base",
      "",
    ].join("\n"),
  );

const createOutside = (cidr: string): string =>
  [
    batch([
      `netns add ${outside}`,
      `link add ${outside} type veth peer name eth0 netns ${outside}`,
      `link set ${outside} up`,
    ]),
    `nsenter --net=/run/netns/${outside} sh -eu <<'OUTSIDE'`,
    batch([
      "link set lo up",
      `address add ${outer}/32 dev eth0`,
      "link set eth0 up",
      // Whatever is not the network's is at home here; in the table of addresses that are, for answers bear them.
      `route add ${inner}/32 dev eth0 table local`,
      `route add ${cidr} via ${inner} table local`,
      "route add local default dev lo table local",
    ]),
    `for setting in all eth0; do echo 0 >/proc/sys/net/ipv4/conf/$setting/rp_filter; done`,
    `[ ! -e /proc/sys/net/ipv6 ] || echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6`,
    "OUTSIDE",
    `ip route add default via ${outer} dev ${outside} onlink`,
    "",
  ].join("\n");

/** Puts right what somebody has changed by hand in what all zones share. */
export function repairNetwork(now: Snapshot, cidr: string): string {
  const { byHand, hasOutside, strayNamespaces } = now;
  const remains = [
    `ip link delete ${outside} 2>/dev/null || :\n`,
    ...(strayNamespaces.includes(outside) ? [`ip netns delete ${outside}\n`] : []),
  ];
  return [
    nft(byHand.flatMap(({ repair }) => repair)),
    ...(hasOutside ? [] : [...remains, createOutside(cidr)]),
  ].join("");
}
