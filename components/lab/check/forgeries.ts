import {
  holds,
  icmp,
  ipip,
  leads,
  showTraffic,
  type Outsider,
  type Peer,
  type Plan,
} from "../../plan/index.ts";
import { anyPacket, firstOf, isSeen } from "./packets.ts";
import type { Probe } from "./probe.ts";
import type { Random } from "./random.ts";

/** How many hosts send with others' addresses. */
const forgers = 6;

/** Packets that bear the address of another: one of the same zone, of another zone, outside, or from there one inside. */
export function forgeries(
  { hosts, flows }: Pick<Plan, "hosts" | "flows">,
  outsiders: readonly Outsider[],
  random: Random,
): Probe[] {
  // Nobody lets in those that no flow names, forged or not.
  const callers = outsiders.filter((outsider) => flows.some(({ from }) => holds(from, outsider)));
  return random
    .shuffled(hosts)
    .slice(0, forgers)
    .flatMap((host) => {
      const others = hosts.filter((other) => other !== host);
      const near = others.filter(({ zone }) => zone === host.zone);
      const far = others.filter(({ zone }) => zone !== host.zone);
      const pairs: [readonly Peer[], readonly Peer[]][] = [
        [[host], near],
        [[host], far],
        [[host], callers.length > 0 ? callers : outsiders],
        [outsiders, [host]],
      ];
      return pairs
        .filter(([froms, claimed]) => froms.length > 0 && claimed.length > 0)
        .flatMap(([froms, claimed]) => forge(random.pick(froms), random.pick(claimed)));
    });

  function forge(from: Peer, as: Peer): Probe[] {
    const targets = random.shuffled(hosts).filter((host) => host !== from && host !== as);
    // Where the claimed one may send, so that nothing but the forged address can stop the packet.
    const to = targets.find((target) => flows.some((flow) => leads(flow, as, target))) ?? targets[0];
    if (to === undefined) return [];
    const open = flows
      .filter((flow) => leads(flow, as, to))
      .map(({ traffic }) => firstOf(traffic))
      .filter(isSeen);
    const packets = [...random.shuffled(open).slice(0, 2), icmp, ipip, anyPacket(random)];
    return [...new Map(packets.map((packet) => [showTraffic(packet), packet])).values()].map((packet) => ({
      from,
      to,
      packet,
      because: undefined,
      as,
    }));
  }
}
