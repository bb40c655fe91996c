import assert from "node:assert/strict";
import fc from "fast-check";
import type { Network } from "../../../../components/proof/network/index.ts";
import { Reach, type Polarity } from "../../../../components/proof/reach/index.ts";
import { inside, Naive, type Concrete } from "./naive.ts";
import { networkArb, type Kinds } from "./networks.ts";
import { classOf, concretes, doubts, knownWorld, samplePackets, worlds } from "./worlds.ts";

const numRuns = Number(process.env["RUNS"] ?? 80);

function compare(
  network: Network,
  check: (
    found: Readonly<Record<Polarity, readonly number[]>>,
    from: Concrete,
    to: Concrete,
    samples: readonly number[],
  ) => void,
): void {
  const reach = new Reach(network);
  const samples = samplePackets(network);
  const all = concretes(network).map((concrete) => [concrete, classOf(reach, concrete)] as const);
  const known = new Map<string, Readonly<Record<Polarity, readonly number[]>>>();
  for (const [from, fromClass] of all)
    for (const [to, toClass] of all) {
      if (from.address.family !== to.address.family) continue;
      const key = `${fromClass.index} ${toClass.index}`;
      const found = known.get(key) ?? {
        sure: reach.between(fromClass, toClass, "sure"),
        maybe: reach.between(fromClass, toClass, "maybe"),
      };
      known.set(key, found);
      // Between two of the samples nothing changes, so what is right for all of them is right throughout.
      for (const point of [...found.sure, ...found.maybe])
        assert.ok(samples.includes(point) || point === 256 * 65536, `cut at ${showPacket(point)}`);
      check(found, from, to, samples);
    }
}

const showEnd = ({ nic = "outside", address }: Concrete) => `${nic} ${address.family}:${address.value}`;
const showPacket = (packet: number) => `${Math.floor(packet / 65536)}/${packet % 65536}`;

function holds(kinds: Kinds, check: (network: Network) => void, runs = numRuns): void {
  fc.assert(fc.property(networkArb(kinds), check), {
    numRuns: runs,
    interruptAfterTimeLimit: 40_000,
    markInterruptAsFailure: false,
  });
}

describe("who reaches whom", () => {
  it("is exactly what packet by packet passes, where all is known", () => {
    holds({ answers: false, unaddressed: false }, (network) => {
      const samples = samplePackets(network);
      const naive = new Naive(network, knownWorld(network), samples);
      compare(network, ({ sure, maybe }, from, to) => {
        for (const packet of samples) {
          const passes = naive.passes(from, to, packet);
          const what = `${showEnd(from)} -> ${showEnd(to)} ${showPacket(packet)}`;
          assert.equal(inside(maybe, packet), passes, `maybe ${what}`);
          assert.equal(inside(sure, packet), passes, `sure ${what}`);
        }
      });
    });
  });

  it("is with answers all that may pass, and for sure only what is answered", () => {
    holds({ answers: true, unaddressed: false }, (network) => {
      const samples = samplePackets(network);
      const naive = new Naive(network, knownWorld(network), samples);
      compare(network, ({ sure, maybe }, from, to) => {
        for (const packet of samples) {
          const what = `${showEnd(from)} -> ${showEnd(to)} ${showPacket(packet)}`;
          assert.equal(inside(maybe, packet), naive.passes(from, to, packet), `maybe ${what}`);
          assert.equal(inside(sure, packet), naive.isAnswered(from, to, packet), `sure ${what}`);
        }
      });
    });
  });

  it("holds whatever turns out to be the case of what is not known", () => {
    holds({ doubt: { oneIn: 12 }, answers: true, unaddressed: true }, (network) => {
      const samples = samplePackets(network);
      const naives = [...worlds(network, 16)].map((world) => new Naive(network, world, samples));
      compare(network, ({ sure, maybe }, from, to) => {
        for (const packet of samples) {
          const [certain, possible] = [inside(sure, packet), inside(maybe, packet)];
          if (possible && !certain) continue;
          const what = `${showEnd(from)} -> ${showEnd(to)} ${showPacket(packet)}`;
          for (const naive of naives) {
            if (!possible) assert.ok(!naive.passes(from, to, packet), `passes, unforeseen: ${what}`);
            if (certain) assert.ok(naive.isAnswered(from, to, packet), `was promised: ${what}`);
          }
        }
      });
    });
  });

  it("is no wider and no narrower than what is not known makes it, where that is whether rules match", () => {
    holds({ doubt: { oneIn: 25, decisive: true }, answers: false, unaddressed: false }, (network) => {
      fc.pre(doubts(network).length <= 4);
      const samples = samplePackets(network);
      const naives = [...worlds(network, 16)].map((world) => new Naive(network, world, samples));
      compare(network, ({ sure, maybe }, from, to) => {
        for (const packet of samples) {
          const what = `${showEnd(from)} -> ${showEnd(to)} ${showPacket(packet)}`;
          const passes = naives.map((naive) => naive.passes(from, to, packet));
          assert.equal(inside(maybe, packet), passes.includes(true), `maybe ${what}`);
          assert.equal(inside(sure, packet), !passes.includes(false), `sure ${what}`);
        }
      });
    });
  });

  it("lists every two classes between which anything passes, once each, and no others", () => {
    for (const kinds of [
      { answers: true, unaddressed: true },
      { answers: true, unaddressed: true, doubt: { oneIn: 8 } },
    ])
      holds(kinds, (network) => {
        const reach = new Reach(network);
        for (const polarity of ["sure", "maybe"] as const) {
          const all = reach.classes.flatMap((from) =>
            reach.classes.flatMap((to) => {
              const packets = reach.between(from, to, polarity);
              return packets.length === 0 ? [] : [[from.index, to.index, packets.join()].join(" ")];
            }),
          );
          const listed = [...reach.pairs(polarity)].map(([from, to, packets]) =>
            [from.index, to.index, packets.join()].join(" "),
          );
          assert.deepEqual(listed.sort(), all.sort());
        }
      });
  });

  it("is written in one way only, so that what is equal compares as equal", () => {
    holds({ answers: true, unaddressed: true, doubt: { oneIn: 8 } }, (network) => {
      const reach = new Reach(network);
      const sets = (["sure", "maybe"] as const).flatMap((polarity) =>
        [...reach.pairs(polarity)].map(([, , packets]): readonly (number | bigint)[] => packets),
      );
      const parts = reach.classes.flatMap(({ outside }) => (outside === undefined ? [] : [outside]));
      for (const points of [...sets, ...parts.flatMap(({ v4, v6 }) => [v4, v6])]) {
        assert.equal(points.length % 2, 0);
        for (const [at, point] of points.slice(1).entries()) assert.ok((points[at] ?? point) < point);
      }
    });
  });
});
