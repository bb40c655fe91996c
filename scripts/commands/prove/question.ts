import { parseTraffic, trafficForms } from "../../../components/plan/index.ts";
import type { Ends } from "../../../components/proof/network/index.ts";
import {
  explain,
  nameOf,
  Reach,
  showExplanation,
  type Class,
} from "../../../components/proof/reach/index.ts";
import {
  everyPacket,
  oneAddress,
  packets,
  packetsOf,
  parseAddress,
  parseCidr,
  protocol,
  showPackets,
  type Packets,
} from "../../../components/proof/space/index.ts";
import { didYouMean } from "../../../stacks/config/problem.ts";
import type { Found } from "./source.ts";

export interface Question {
  readonly from: string;
  readonly to: string;
  readonly traffic?: string;
}

type Asked = Found["layers"][number];

/** As many pairs of classes are explained one by one. */
const atMost = 4;

/** Explains whether some can reach others, at each layer that knows both. */
export function answer({ layers }: Found, question: Question, format: string): string {
  const traffic = question.traffic === undefined ? everyPacket : parse(question.traffic);
  const known = layers.flatMap((layer) => {
    const [from, to] = [endsOf(layer, question.from), endsOf(layer, question.to)];
    return from === undefined || to === undefined ? [] : [{ layer, from, to }];
  });
  if (known.length === 0) throw unknown(layers, question);
  const answers = known.flatMap(({ layer, from, to }) => {
    const reach = new Reach(layer.network, [from, to]);
    const pairs = reach.within(from).flatMap((one) => reach.within(to).map((other) => [one, other] as const));
    return pairs
      .filter(([one, other]) => !isItself(one, other))
      .map(([one, other]) => ({
        layer: layer.name,
        explanation: explain(reach, one, other, traffic, "maybe"),
      }));
  });
  if (format === "json")
    return `${JSON.stringify(
      answers.map(({ layer, explanation: { from, to, passing, verdict, stops } }) => ({
        layer,
        from: nameOf(from),
        to: nameOf(to),
        verdict,
        passing: showPackets(passing),
        stops: stops.map(({ checkpoint, direction, decisions }) => ({
          checkpoint,
          direction,
          decisions: decisions.map((one) => ({
            verdict: one.verdict,
            packets: showPackets(one.packets),
            rules: one.rules,
          })),
        })),
      })),
      null,
      2,
    )}\n`;
  const shown = answers
    .slice(0, atMost)
    .map(({ layer, explanation }) => `${layer}: ${showExplanation(explanation)}`);
  const others = answers.length - shown.length;
  return `${[...shown, ...(others > 0 ? [`and ${others} more pairs: ask for one machine or pod to see them`] : [])].join("\n\n")}\n`;
}

function parse(text: string): Packets {
  const [, first, last] = /^sctp\/(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  if (first !== undefined) return packets(protocol.sctp, Number(first), Number(last ?? first));
  if (text === "tcp" || text === "udp" || text === "sctp") return packets(protocol[text]);
  try {
    return packetsOf(parseTraffic(text));
  } catch (error) {
    throw new RangeError(
      `--traffic ${text}: ${error instanceof Error ? error.message : String(error)} (here also tcp, udp and sctp/<port>; others are ${trafficForms})`,
      { cause: error },
    );
  }
}

const isItself = (from: Class, to: Class) => from === to && from.spots.length === 1;

/** An endpoint, a party, or addresses. */
function endsOf({ network, expectation }: Asked, name: string): Ends | undefined {
  const own = network.nics.filter(({ endpoint }) => endpoint === name);
  if (own.length > 0) return { nics: new Set(own.map(({ id }) => id)) };
  const party = expectation?.parties.find(
    ({ party: { name: called } }) => called === name || called === `namespace ${name}`,
  );
  if (party !== undefined) return party.ends;
  if (!/^[\d.]+$|:/.test(name) && !name.includes("/")) return undefined;
  try {
    return { addresses: name.includes("/") ? parseCidr(name) : oneAddress(parseAddress(name)) };
  } catch {
    return undefined;
  }
}

function unknown(layers: readonly Asked[], { from, to }: Question): RangeError {
  const names = layers.flatMap(({ network, expectation }) => [
    ...network.endpoints.map(({ id }) => id),
    ...(expectation?.parties ?? []).map(({ party }) => party.name),
  ]);
  const bad = [from, to].filter((name) => layers.every((layer) => endsOf(layer, name) === undefined));
  const which = bad.map((name) => `"${name}"${didYouMean(name, names)}`).join(" or ");
  return new RangeError(
    bad.length === 0
      ? `${from} and ${to} are at different layers: ask about two machines, or about two pods`
      : `nothing here is called ${which}; there are ${names.slice(0, 20).join(", ")}${names.length > 20 ? ", ..." : ""}, and addresses`,
  );
}
