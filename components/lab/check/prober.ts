import * as v from "valibot";
import { covers, icmp, isOutsider, type Peer, type Plan } from "../../plan/index.ts";
import type { Probe } from "./probe.ts";

// What the program that sends the packets reads on its standard input and writes on its standard output, as JSON.

/** The host that has every address outside. */
export const outsideHost = "outside";

/** What became of a probe. */
export interface Outcome {
  readonly arrived: boolean;
  /** Undefined where no answer is to be expected, which only TCP and echo requests have. */
  readonly answered?: boolean;
}

export interface Outcomes {
  readonly outcomes: ReadonlyMap<Probe, Outcome>;
  /** How long sending and waiting took. */
  readonly millis: number;
}

export interface ProberOptions {
  /** The folder of the hosts' network namespaces, as the prober sees it. */
  readonly netns: string;
  /** How long nothing must have come before what is missing counts as dropped. */
  readonly settleMillis?: number;
}

/** What the prober reads: what must not arrive as the first phase, and the rest as the second. */
export function encodeProbes(
  { hosts }: Pick<Plan, "hosts">,
  probes: readonly Probe[],
  { netns, settleMillis = 100 }: ProberOptions,
): string {
  const names = [...hosts.map(({ name }) => name), outsideHost];
  const indexes = new Map(names.map((name, index) => [name, index]));
  const indexOf = (peer: Peer) => indexes.get(isOutsider(peer) ? outsideHost : peer.name);
  const phases = phasesOf(probes).map((phase) =>
    phase.map(({ from, to, packet, as = from }) => [
      indexOf(from),
      as.address,
      indexOf(to),
      to.address,
      ...(packet.kind === "ip" ? [packet.number, 0] : [packet.protocol === "tcp" ? 6 : 17, packet.from]),
    ]),
  );
  return JSON.stringify({ settleMillis, netns, hosts: names, phases });
}

const written = v.object({
  arrived: v.array(v.pipe(v.string(), v.regex(/^[01]*$/))),
  answered: v.array(v.pipe(v.string(), v.regex(/^[01-]*$/))),
  millis: v.number(),
});

/** What became of each probe. Throws where what the prober wrote cannot be about these. */
export function decodeOutcomes(text: string, probes: readonly Probe[]): Outcomes {
  const { arrived, answered, millis } = v.parse(written, JSON.parse(text));
  const phases = phasesOf(probes);
  const sizes = phases.map((phase) => phase.length).join("+");
  for (const [what, strings] of Object.entries({ arrived, answered })) {
    const found = strings.map((string) => string.length).join("+");
    if (found !== sizes)
      throw new Error(`the prober was given ${sizes} probes and wrote ${found} as ${what}`);
  }
  const outcomes = new Map<Probe, Outcome>();
  phases.forEach((phase, number) => {
    phase.forEach((probe, index) => {
      const answer = answered[number]?.[index];
      if ((answer !== "-") !== hasAnswer(probe))
        throw new Error(`the prober wrote "${answer}" as the answer to probe ${index} of phase ${number}`);
      outcomes.set(probe, {
        arrived: arrived[number]?.[index] === "1",
        ...(answer === "-" ? {} : { answered: answer === "1" }),
      });
    });
  });
  return { outcomes, millis };
}

const phasesOf = (probes: readonly Probe[]): readonly (readonly Probe[])[] => [
  probes.filter(({ because }) => because === undefined),
  probes.filter(({ because }) => because !== undefined),
];

const hasAnswer = ({ packet }: Probe): boolean =>
  packet.kind === "ip" ? covers(icmp, packet) : packet.protocol === "tcp";
