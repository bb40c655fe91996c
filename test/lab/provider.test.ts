import assert from "node:assert/strict";
import { Gateway } from "../../components/lab/linux/gateway.ts";
import { createNetwork } from "../../components/lab/linux/network.ts";
import { createZone } from "../../components/lab/linux/zone.ts";
import { Firewall } from "../../components/lab/provider/firewall.ts";
import { Host } from "../../components/lab/provider/host.ts";
import { Labs } from "../../components/lab/provider/labs.ts";
import { Zone } from "../../components/lab/provider/zone.ts";
import { temporaryFolder } from "../support/folder.ts";
import { byHand, emptyLab, ways, withLabs } from "../support/lab.ts";

describe("what the lab's provider cannot make", function () {
  this.timeout(20_000);
  withLabs(ways[0]);
  let gateway: Gateway;
  let labs: Labs;
  const network = "dev-0123abcd";
  const zone = `${network}/red`;
  const host = { zone, name: "red-1", address: "10.1.0.10", groups: ["role/worker"] };
  beforeEach(async () => {
    const state = temporaryFolder().path;
    labs = new Labs({ BULKHEAD_STATE: state });
    const lab = await emptyLab("dev", state);
    await createNetwork(lab, "10.1.0.0/16");
    gateway = new Gateway(lab);
    await gateway.change("make red", (now) =>
      createZone(now, { name: "red", instance: "1", cidr: "10.1.0.0/24" }),
    );
  });
  afterEach(async () => {
    const { hosts, strayNamespaces, strayChains, byHand: found } = await gateway.read();
    assert.deepEqual([hosts, strayNamespaces, strayChains, found], [[], [], [], []], "nothing is half made");
  });

  it("is a zone that is not in the network's block", async () => {
    await assert.rejects(
      new Zone(labs).create({ network, name: "blue", cidr: "10.2.0.0/24" }),
      /^LabError: the zone's block 10\.2\.0\.0\/24 is not in the network's, 10\.1\.0\.0\/16$/,
    );
  });

  for (const address of ["10.1.1.10", "10.1.0.1"])
    it(`is a host with the address ${address}, which is not the zone's to give`, async () => {
      await assert.rejects(
        new Host(labs).create({ ...host, address }),
        /^LabError: the address \S+ is not one of the zone's: write one of 10\.1\.0\.0\/24 other than the gateway's, 10\.1\.0\.1$/,
      );
    });

  it("is anything in a zone that is gone, or in a lab that is", async () => {
    const gone = { ...host, zone: `${network}/blue` };
    await assert.rejects(
      new Host(labs).create(gone),
      /the zone dev-0123abcd\/blue is gone: `pulumi refresh` shows it/,
    );
    const firewall = { zone: gone.zone, inside: "open", ingress: {}, egress: {} } as const;
    await assert.rejects(new Firewall(labs).create(firewall), /the zone dev-0123abcd\/blue is gone/);
    await assert.rejects(
      new Host(labs).create({ ...host, zone: "dev-99999999/red" }),
      /the lab dev-99999999 has ended: run the same command again, which makes it anew/,
    );
  });

  it("is a host whose device's name somebody has taken, and then nothing of it stays", async () => {
    await byHand(gateway, "ip link add p0a01000a type veth peer name other");
    await assert.rejects(new Host(labs).create(host), /^LabError: cannot make the host red-1: .*File exists/);
    await byHand(gateway, "ip link delete p0a01000a");
  });
});
