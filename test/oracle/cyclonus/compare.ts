import {
  podNetwork,
  type KubernetesObject,
  type Sourced,
} from "../../../components/proof/kubernetes/index.ts";
import { Reach, type Class } from "../../../components/proof/reach/index.ts";
import {
  intervals,
  noPacket,
  protocol as numbers,
  type Packets,
} from "../../../components/proof/space/index.ts";
import type { Oracle, Situation } from "./oracle.ts";

/** Where Cyclonus and the proof differ, in one direction. */
export interface Difference {
  readonly place: string;
  readonly packet: string;
  /** What we say; Cyclonus says the opposite. */
  readonly ours: "allowed" | "denied";
  readonly itself: boolean;
}

export interface Comparison {
  readonly verdicts: number;
  readonly differences: readonly Difference[];
  /** What ours took: reading the objects, the classes, and who reaches whom among all of them. */
  readonly nanoseconds: number;
}

const protocols: Readonly<Record<string, number>> = {
  TCP: numbers.tcp,
  UDP: numbers.udp,
  SCTP: numbers.sctp,
};

export function compare(situations: readonly Situation[]): Comparison {
  let [verdicts, nanoseconds] = [0, 0];
  const differences: Difference[] = [];
  for (const situation of situations) {
    const objects = [...situation.namespaces, ...situation.pods, ...situation.policies].map(sourced);
    const began = process.hrtime.bigint();
    const judged = judge(objects);
    nanoseconds += Number(process.hrtime.bigint() - began);
    let at = 0;
    for (const { from, to, protocol, port, itself } of questions(situation)) {
      const theirs = situation.verdicts[at++] === "1";
      const [sender, receiver] = [judged.classes.get(from), judged.classes.get(to)];
      if (sender === undefined || receiver === undefined) throw new Error(`there is no ${from} or ${to}`);
      const packets = itself ? [] : judged.between(sender, receiver);
      const number = (protocols[protocol] ?? NaN) * 65536 + port;
      // A pod always reaches itself, of which the network says nothing.
      const ours = itself || intervals.has(packets, number);
      verdicts++;
      if (ours !== theirs)
        differences.push({
          place: `${situation.case} (step ${situation.step})`,
          packet: `${from} -> ${to} ${protocol}/${port}`,
          ours: ours ? "allowed" : "denied",
          itself,
        });
    }
    if (at !== situation.verdicts.length) throw new Error(`${situation.case}: ${at} questions were asked`);
  }
  return { verdicts, differences, nanoseconds };
}

interface Judged {
  readonly classes: ReadonlyMap<string, Class>;
  readonly between: (from: Class, to: Class) => Packets;
}

function judge(objects: readonly Sourced[]): Judged {
  const reach = new Reach(podNetwork(objects));
  const found = new Map<number, Packets>();
  const { length } = reach.classes;
  for (const [from, to, packets] of reach.pairs("maybe")) found.set(from.index * length + to.index, packets);
  const classes = new Map<string, Class>();
  for (const one of reach.classes) for (const { nic } of one.spots) classes.set(nic.id, one);
  return { classes, between: (from, to) => found.get(from.index * length + to.index) ?? noPacket };
}

const sourced = (object: KubernetesObject, index: number): Sourced => ({ object, origin: `case:${index}` });

interface Question {
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
  readonly port: number;
  readonly itself: boolean;
}

function* questions({ pods }: Situation): Generator<Question> {
  const idOf = ({ metadata: { namespace, name } }: Situation["pods"][number]) => `${namespace}/${name}`;
  for (const from of pods)
    for (const to of pods)
      for (const { ports } of to.spec.containers)
        for (const { protocol, containerPort: port } of ports)
          yield { from: idOf(from), to: idOf(to), protocol, port, itself: from === to };
}

export interface Timing {
  readonly what: string;
  readonly verdicts: number;
  /** What its matcher took to judge these verdicts one by one. */
  readonly theirMilliseconds: number;
  /** What we took for all packets between all, at best. */
  readonly ourMilliseconds: number;
}

/** How long both take: for many clusters of nine pods, and for one of the size of a platform. */
export const timings = (oracle: Oracle, rounds = 5): readonly Timing[] =>
  (
    [
      ["the cases of Cyclonus' generator", oracle.situations, oracle.nanoseconds],
      ["a platform of 600 pods", [oracle.platform], oracle.platformNanoseconds],
    ] as const
  ).map(([what, situations, theirs]) => {
    const ours = Array.from({ length: rounds }, () => compare(situations));
    return {
      what,
      verdicts: ours[0]?.verdicts ?? 0,
      theirMilliseconds: theirs / 1e6,
      ourMilliseconds: Math.min(...ours.map(({ nanoseconds }) => nanoseconds)) / 1e6,
    };
  });
