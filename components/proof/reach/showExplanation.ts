import type { Origin } from "../network/index.ts";
import { showAddress, showCidrs, showPackets } from "../space/index.ts";
import type { Class } from "./classes.ts";
import type { Decision, Explanation, Stop } from "./explain.ts";
import type { Near } from "./near.ts";

/** An explanation as plain text, a line for each thing that is decided. */
export function showExplanation(explanation: Explanation, names: (one: Class) => string = nameOf): string {
  const { from, to, packets, polarity, apart, shortcut, stops, answers, unanswered } = explanation;
  const ends = { from: names(from), to: names(to) };
  const lines = [
    `${ends.from} -> ${ends.to} on ${showPackets(packets)}: ${showVerdict(explanation)}`,
    ...(apart === undefined ? [] : [`  they never meet: ${apart}`]),
    ...(shortcut === undefined ? [] : [`  past all firewalls: ${showRule(shortcut)}`]),
    ...(apart === undefined && shortcut === undefined && stops.length === 0
      ? ["  no firewall stands between them"]
      : []),
    ...stops.flatMap((stop) => showStop(stop, ends)),
  ];
  if (answers !== undefined)
    lines.push(
      `  ${showPackets(answers.packets)} passes as an answer to what may come the other way: ${answers.because.map(showRule).join(", ") || "no firewall stands there"}`,
    );
  if (unanswered !== undefined)
    lines.push(
      `  no answer to ${showPackets(unanswered)} would come back, for want of rules in a stateless firewall`,
    );
  if (polarity === "sure" && explanation.verdict !== "passes")
    lines.push("  what is not known counts as closed");
  return lines.join("\n");
}

function showVerdict({ verdict, passing }: Explanation): string {
  if (verdict === "answers") return "passes, but only as an answer";
  return verdict === "partly" ? `only ${showPackets(passing)} passes` : verdict;
}

function showStop({ checkpoint, direction, decisions, near }: Stop, ends: Ends): string[] {
  const where = direction === "out" ? "out of" : "into";
  return [
    ...decisions.map((decision) => {
      const which = decisions.length === 1 ? "" : `${showPackets(decision.packets)} `;
      return `  ${where} ${checkpoint}: ${which}${showDecision(decision, direction, ends)}`;
    }),
    ...near.map((one) => `    near: ${showNear(one)}`),
  ];
}

interface Ends {
  readonly from: string;
  readonly to: string;
}

function showDecision(
  { packets, verdict, rules, otherwise, answers }: Decision,
  direction: "out" | "in",
  { from, to }: Ends,
): string {
  const by = rules.map(showRule).join(", there ");
  if (answers)
    return `as an answer to what ${by === "" ? "passes the other way" : `is let the other way by ${by}`}`;
  if (verdict === "unsure") return `not for certain, since it is not known whether this is about it: ${by}`;
  if (otherwise === undefined) return `${verdict === "allow" ? "by" : "denied by"} ${by}`;
  const within = by === "" ? "" : ` (after ${by})`;
  if (verdict === "allow") return `no rule denies it${within}`;
  return `no rule lets it ${direction}${within}: needed one from ${from} to ${to} on ${showPackets(packets)}`;
}

const showNear = ({ rule, differs }: Near): string =>
  `${showRule(rule)} ${
    {
      packets: "is for these two, but not on that",
      ends: "is on that, but not for these two",
      certainty: "may be for this, which is not known",
    }[differs]
  }`;

const showRule = ({ text, why }: Origin): string => `"${text}"${why === undefined ? "" : ` (${why})`}`;

/** A class in a few words: its first endpoint or block, and how many more. */
export function nameOf({ spots, outside }: Class): string {
  if (outside !== undefined) return `outside (${shorten(showCidrs(outside), 3)})`;
  const endpoints = [...new Set(spots.map(({ nic }) => nic.endpoint))];
  const addresses = spots.flatMap(({ address }) => (address === undefined ? [] : [showAddress(address)]));
  return endpoints.length > 1 || addresses.length === 0
    ? shorten(endpoints, 1)
    : `${endpoints.join()} (${addresses.join(", ")})`;
}

const shorten = (all: readonly string[], most: number): string =>
  all.length <= most + 1
    ? all.join(" and ")
    : `${all.slice(0, most).join(", ")} and ${all.length - most} more`;
