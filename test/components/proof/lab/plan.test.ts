import assert from "node:assert/strict";
import { labNetwork } from "../../../../components/proof/lab/index.ts";
import { Reach, type Class } from "../../../../components/proof/reach/index.ts";
import { Resources } from "../../../../components/proof/resource/index.ts";
import {
  hasAddress,
  intervals,
  packetsOf,
  parseAddress,
  type Packets,
} from "../../../../components/proof/space/index.ts";
import { packetTable } from "../../../../components/lab/check/packets.ts";
import { pickOutsiders } from "../../../../components/lab/check/outsiders.ts";
import { Random } from "../../../../components/lab/check/random.ts";
import { allowedBy, ip, isOutsider, showTraffic, type Peer } from "../../../../components/plan/index.ts";
import { planOf } from "../../../support/lab.ts";
import { registered } from "./resources.ts";

for (const environment of ["dev", "dev-tiers"])
  describe(`the proof of the lab's resources for ${environment}`, () => {
    it("lets pass what the plan allows, between every two, and nothing else", async () => {
      const planned = await planOf(environment);
      const network = labNetwork(new Resources(registered(planned)));
      const reach = new Reach(network);
      const peers: Peer[] = [...planned.hosts, ...pickOutsiders(planned, new Random(7))];
      const classes = new Map(peers.map((peer) => [peer, classOf(reach.classes, peer)]));
      const table = [...packetTable(planned.flows), ...[0, 2, 50, 51, 132, 255].map(ip)];
      let [open, shut] = [0, 0];
      for (const from of peers)
        for (const to of peers) {
          if (from === to || (isOutsider(from) && isOutsider(to))) continue;
          const [a, b] = [classes.get(from), classes.get(to)];
          assert.ok(a !== undefined && b !== undefined);
          const [sure, maybe] = [reach.between(a, b, "sure"), reach.between(a, b, "maybe")];
          for (const packet of table) {
            const may = allowedBy(planned, from, to, packet) !== undefined;
            const answers =
              packet.kind === "ip" &&
              packet.number !== 1 &&
              packet.number !== 58 &&
              allowedBy(planned, to, from, packet) !== undefined;
            const name = () => `${nameOf(from)} -> ${nameOf(to)}: ${showTraffic(packet)}`;
            assert.equal(passes(sure, packetsOf(packet)), may, name());
            assert.equal(passes(maybe, packetsOf(packet)), may || answers, name());
            if (may) open++;
            else shut++;
          }
        }
      assert.ok(open > 500 && shut > 500, `${open} open and ${shut} shut`);
    });
  });

const nameOf = (peer: Peer) => (isOutsider(peer) ? peer.address : peer.name);

/** All or none of the packets of one port or protocol pass. */
function passes(passing: Packets, packets: Packets): boolean {
  const common = intervals.intersect(passing, packets);
  assert.ok(common.length === 0 || intervals.equals(common, packets));
  return common.length > 0;
}

const classOf = (classes: readonly Class[], peer: Peer) =>
  classes.find(({ spots, outside }) =>
    isOutsider(peer)
      ? outside !== undefined && hasAddress(outside, parseAddress(peer.address))
      : spots.some(({ nic }) => nic.id === peer.name),
  );
