import type { Origin } from "../network/index.ts";
import { because, explain, type Class, type Reach, type Spot } from "../reach/index.ts";
import { anAddress, intervals, showAddress, showPackets, type Packets } from "../space/index.ts";
import type { Finding } from "../statement/index.ts";
import type { ExpectedParty, Reason } from "./expectation.ts";
import type { Sample, Seen } from "./seen.ts";

/** Two parties of a layer, and what their findings are called. */
export interface Pair extends Pick<Finding, "id" | "layer"> {
  readonly from: ExpectedParty;
  readonly to: ExpectedParty;
}

/** What passes between two parties and must not; none where nothing was seen. */
export function leakFinding(reach: Reach, { id, layer, from, to }: Pair, leak: Seen): Finding[] {
  const example = leak.example();
  if (example === undefined) return [];
  const [sender, receiver] = [from.party.name, to.party.name];
  return [
    {
      id,
      layer,
      from: sender,
      to: receiver,
      message: `${sender} can reach ${receiver} on ${showPackets(leak.packets)}, which no flow allows`,
      packets: leak.packets,
      witness: showSample(example),
      because: because(reach, example.from, example.to, example.packets),
      wayOut:
        "take out what lets it, or write a flow for it in the stack file; an exception there accepts it for a time",
      place: to.place.length > 0 ? to.place : from.place,
    },
  ];
}

/** What has to pass between two parties and does not; none where nothing is lost. */
export function missingFinding(
  reach: Reach,
  { id, layer, from, to }: Pair,
  intents: readonly { readonly reasons: readonly Reason[]; readonly lost: Seen }[],
): Finding[] {
  const losses = intents.flatMap(({ reasons, lost }) => {
    const example = lost.example();
    return example === undefined ? [] : [{ reasons, packets: lost.packets, example }];
  });
  const [first] = losses;
  if (first === undefined) return [];
  const [sender, receiver] = [from.party.name, to.party.name];
  const packets = intervals.unionOf(losses.map((loss) => loss.packets));
  const reasons = losses.flatMap((loss) =>
    loss.reasons.filter((reason) => intervals.intersect(reason.packets, loss.packets).length > 0),
  );
  const whys = [...new Set(reasons.map(({ why }) => why))];
  return [
    {
      id,
      layer,
      from: sender,
      to: receiver,
      message: `${sender} cannot be sure to reach ${receiver} on ${showPackets(packets)}, which is needed: ${whys.join("; ")}`,
      packets,
      witness: showSample(first.example),
      because: obstacles(reach, first.example.from, first.example.to, first.example.packets),
      wayOut: "add what lets it pass at both ends, or take the flow out of the stack file",
      place: from.place.length > 0 ? from.place : to.place,
    },
  ];
}

/** What keeps packets from passing for certain. */
export function obstacles(reach: Reach, from: Class, to: Class, packets: Packets): Origin[] {
  const { stops, unanswered } = explain(reach, from, to, packets, "sure");
  return [
    ...stops.flatMap(({ checkpoint, origin, direction, decisions, near }) => [
      ...decisions
        .filter(({ verdict }) => verdict !== "allow")
        .map(({ verdict, rules, otherwise }): Origin => {
          const rule = otherwise === undefined ? rules.at(-1) : undefined;
          if (rule === undefined)
            return { id: origin.id, text: `${checkpoint}: no rule lets it ${direction}` };
          return verdict === "deny" ? rule : unsure(rule);
        }),
      ...near.filter(({ differs }) => differs === "certainty").map(({ rule }) => unsure(rule)),
    ]),
    ...(unanswered === undefined
      ? []
      : reach
          .path(to, from, "sure")
          .filter(({ checkpoint }) => checkpoint.stateless === true)
          .map(({ checkpoint: { name, origin } }) => ({
            id: origin.id,
            text: `${name}: answers do not all come back`,
          }))),
  ];
}

const unsure = (rule: Origin): Origin => ({
  ...rule,
  text: `${rule.text}: it is not known whether it is about this`,
});

function showSample({ from, to, packets }: Sample): string {
  const [one, other] = apart(from, to);
  return `${showEnd(from, one)} -> ${showEnd(to, other)}, ${showPackets(packets)}`;
}

/** One of each, of two endpoints where there are two. */
function apart(from: Class, to: Class): [Spot | undefined, Spot | undefined] {
  for (const one of from.spots)
    for (const other of to.spots) if (one.nic.endpoint !== other.nic.endpoint) return [one, other];
  return [from.spots[0], to.spots[0]];
}

function showEnd({ outside }: Class, spot: Spot | undefined): string {
  if (spot !== undefined)
    return spot.address === undefined
      ? spot.nic.endpoint
      : `${spot.nic.endpoint} (${showAddress(spot.address)})`;
  const address = outside === undefined ? undefined : anAddress(outside);
  return address === undefined ? "outside" : showAddress(address);
}
