import assert from "node:assert/strict";
import fc from "fast-check";
import { awsNetwork, describedFacts } from "../../../../components/proof/aws/index.ts";
import { Reach, type Class } from "../../../../components/proof/reach/index.ts";
import {
  hasAddress,
  intervals,
  parseAddress,
  showAddress,
} from "../../../../components/proof/space/index.ts";
import { connects, passes, type Packet, type Party, type World } from "./naive.ts";
import { randomWorld } from "./worlds.ts";

const packets: readonly Packet[] = [
  ...[0, 443, 1024, 8000, 8443, 65535].map((port) => ({ protocol: 6, port })),
  ...[52, 53, 4789].map((port) => ({ protocol: 17, port })),
  ...[8 * 256, 3 * 256 + 4, 0].map((port) => ({ protocol: 1, port })),
  ...[128 * 256, 129 * 256].map((port) => ({ protocol: 58, port })),
  ...[4, 50, 132].map((protocol) => ({ protocol, port: 5 })),
];
const outsiders = ["198.51.100.7", "198.51.100.200", "52.77.0.1", "2001:db8:f::1", "2600::1"];

/** Every address of a network, each with who has it. */
function parties(reach: Reach, world: World): (Party & { class: Class; isTranslated: boolean })[] {
  const enis = new Map(world.NetworkInterfaces.map((eni) => [eni.Attachment.InstanceId, eni]));
  const inside = reach.classes.flatMap((one) =>
    one.spots.map(({ nic, address }) => {
      const eni = enis.get(nic.endpoint);
      assert.ok(eni !== undefined && address !== undefined, nic.id);
      const text = showAddress(address);
      return { eni, address: text, class: one, isTranslated: text.startsWith("52.1.0.") };
    }),
  );
  const outside = outsiders.map((address) => {
    const one = reach.classes.find(
      (each) => each.outside !== undefined && hasAddress(each.outside, parseAddress(address)),
    );
    assert.ok(one !== undefined, address);
    return { address, class: one, isTranslated: false };
  });
  return [...inside, ...outside];
}

describe("the proof of an AWS network", () => {
  it("lets a packet pass exactly where AWS's documentation does, packet by packet", () => {
    const seen = { open: 0, shut: 0, sure: 0 };
    fc.assert(
      fc.property(fc.gen(), (g) => {
        const world = randomWorld(g);
        const reach = new Reach(
          awsNetwork(describedFacts([{ name: "all.json", text: JSON.stringify(world) }])),
        );
        const all = parties(reach, world);
        for (const from of all)
          for (const to of all) {
            if (from === to || (from.eni === undefined && to.eni === undefined)) continue;
            const [maybe, sure] = (["maybe", "sure"] as const).map((how) =>
              reach.between(from.class, to.class, how),
            );
            assert.ok(maybe !== undefined && sure !== undefined);
            assert.ok(intervals.includes(maybe, sure));
            for (const packet of packets) {
              const at = packet.protocol * 65536 + packet.port;
              const name = () =>
                `${from.eni?.Attachment.InstanceId ?? "outside"} ${from.address} -> ${to.eni?.Attachment.InstanceId ?? "outside"} ${to.address}: ${packet.protocol}/${packet.port}`;
              const may = passes(world, from, to, packet);
              assert.equal(intervals.has(maybe, at), may, `may ${name()}`);
              // Whether a NAT gateway's own subnet lets answers through is not asked but where all is open.
              if (!from.isTranslated)
                assert.equal(intervals.has(sure, at), connects(world, from, to, packet), `will ${name()}`);
              seen[may ? "open" : "shut"]++;
              if (intervals.has(sure, at)) seen.sure++;
            }
          }
      }),
      { numRuns: 20, endOnFailure: true },
    );
    assert.ok(seen.open > 600 && seen.sure > 200 && seen.shut > 4000, JSON.stringify(seen));
  });
});
