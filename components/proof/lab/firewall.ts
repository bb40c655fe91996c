import { parseRule, type End } from "../../lab/rule.ts";
import { exactly, type Ends, type Known, type Origin, type Rule } from "../network/index.ts";
import { asObject, asText, isUnknown, property, type Resource } from "../resource/index.ts";
import { everyAddress, everyPacket, noPacket, packetsOf, type Packets } from "../space/index.ts";
import { readByHand, type RuleByHand } from "./byHand.ts";
import type { Members } from "./members.ts";

export const anyone: Known<Ends> = exactly({ addresses: everyAddress });
const everything: Known<Packets> = exactly(everyPacket);
/** Of which nothing is known: it may match any packet or none. */
const unknown: Known<Packets> = { sure: noPacket, maybe: everyPacket };

export interface ZoneRules {
  /** Rules that may stand before all others and stop what those let pass. */
  readonly first: readonly Rule[];
  readonly rules: readonly Rule[];
  /** Of what its zone sends: that may pass without the receiver's zone being asked. */
  readonly past: readonly Rule[];
}

/** The rules of one direction of a zone's firewall, in the gateway's order as far as it matters. */
export function zoneRules(
  firewall: Resource,
  direction: "ingress" | "egress",
  zone: string | undefined,
  members: Members,
): ZoneRules {
  const [first, rules, past]: [Rule[], Rule[], Rule[]] = [[], [], []];
  const doubt = (text: string, why?: string) => {
    const origin = originOf(firewall, text, why);
    first.push({ from: anyone, to: anyone, packets: unknown, action: "deny", origin });
    const open: Rule = { from: anyone, to: anyone, packets: unknown, action: "allow", origin };
    rules.push(open);
    if (direction === "egress") past.push(open);
  };
  const free = (packets: Known<Packets>, text: string) => {
    const own = zone === undefined ? { sure: {}, maybe: anyone.maybe } : members.group(`zone/${zone}`);
    rules.push({ from: own, to: own, packets, action: "allow", origin: originOf(firewall, text) });
  };

  const inside = property(firewall, "inside");
  if (inside === "open") free(everything, "inside: open");
  else if (inside !== "flows") free(unknown, "inside: unknown");

  const listed = property(firewall, direction);
  if (listed === undefined || isUnknown(listed)) doubt(`${direction}: unknown`);
  for (const [text, why] of Object.entries(asObject(listed))) {
    const byHand = readByHand(text, (group) => members.group(group));
    const rule = read(text);
    // What a refresh calls the rule of an open zone's one direction where somebody has taken the other's away.
    if (text === "open") free(everything, text);
    else if (byHand !== undefined) for (const one of byHand) takeByHand(one, text);
    else if (rule === undefined) doubt(text, asText(why));
    else
      rules.push({
        from: endsOf(rule.from),
        to: endsOf(rule.to),
        packets: packetsKnown(packetsOf(rule.traffic)),
        action: "allow",
        origin: originOf(firewall, text, asText(why)),
      });
  }
  return { first, rules, past };

  /** Where among the others a rule by hand stands is not known: so one that stops packets may come first. */
  function takeByHand({ verdict, packets, ...ends }: RuleByHand, text: string): void {
    const origin = originOf(firewall, text, "added by hand");
    const possible: Known<Packets> = { sure: noPacket, maybe: packets.maybe };
    const onward = direction === "egress" && "target" in verdict && verdict.target === "inbound";
    if (verdict.kind === "accept" || onward) {
      const rule: Rule = { ...ends, packets, action: "allow", origin };
      rules.push(rule);
      if (direction === "egress" && !onward) past.push(rule);
      return;
    }
    first.push({ ...ends, packets: possible, action: "deny", origin });
    if (verdict.kind === "drop" || verdict.kind === "return") return;
    const open: Rule = { ...ends, packets: possible, action: "allow", origin };
    rules.push(open);
    if (direction === "egress") past.push(open);
  }

  function endsOf(end: End): Known<Ends> {
    return end.kind === "group" ? members.group(end.group) : members.blocks(end.cidrs);
  }
}

/** Undefined where it is not one of ours, such as one that a refresh has found added by hand. */
function read(text: string) {
  try {
    return parseRule(text);
  } catch {
    return undefined;
  }
}

const interned = new Map<string, Known<Packets>>();
function packetsKnown(packets: Packets): Known<Packets> {
  const key = packets.join();
  const known = interned.get(key) ?? exactly(packets);
  interned.set(key, known);
  return known;
}

const originOf = ({ urn }: Resource, text: string, why?: string): Origin => ({
  id: urn,
  text,
  ...(why === undefined || why === "" ? {} : { why }),
});
