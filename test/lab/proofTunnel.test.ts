import assert from "node:assert/strict";
import { command } from "../../components/lab/linux/command.ts";
import type { Gateway } from "../../components/lab/linux/gateway.ts";
import { plan } from "../../components/plan/index.ts";
import { parseTunnelFacts, tunnelScript } from "../../components/proof/lab/index.ts";
import { parseStackFile, readStackFile } from "../../stacks/config/file.ts";
import { byHand, labOf, ways, withLabs } from "../support/lab.ts";

/** Whose firewalls let the overlay pass between hub and ends. IP-in-IP would take a module that many kernels lack. */
const planned = async () => {
  const environment = parseStackFile(await readStackFile("dev"));
  return plan({ ...environment, network: { ...environment.network, overlay: "vxlan" } });
};

const hub = { name: "manager-1", address: "10.16.0.128" };
/** Workers of two groups, each with an address of the overlay. */
const ends = [
  { name: "test-claims-1", address: "10.16.8.128", overlay: "192.168.1.1" },
  { name: "test-billing-1", address: "10.16.4.128", overlay: "192.168.2.1" },
] as const;

const on = (host: string, ...commands: readonly string[]): string =>
  `nsenter --net=/run/netns/${host} sh -eu <<'E'\n${commands.join("\n")}\nE\n`;

const device = (name: string, id: number, local: string, remote: string): string =>
  `ip link add ${name} type vxlan id ${id} local ${local} remote ${remote} dstport 4789`;

/** A tunnel from each end to the hub, over which it reaches the other's overlay address. */
function tunnels(): string {
  const [one, other] = ends;
  return [[one, other, 1] as const, [other, one, 2] as const]
    .map(([end, far, id]) =>
      [
        on(
          hub.name,
          device(`t${id}`, id, hub.address, end.address),
          `ip address add 192.168.9.${id}/32 dev t${id}`,
          `ip link set t${id} up`,
          `ip route add ${end.overlay}/32 dev t${id}`,
          `echo 0 >/proc/sys/net/ipv4/conf/t${id}/rp_filter`,
        ),
        on(
          end.name,
          device("tunnel", id, end.address, hub.address),
          `ip address add ${end.overlay}/32 dev tunnel`,
          "ip link set tunnel up",
          `ip route add 192.168.9.${id}/32 dev tunnel`,
          `ip route add ${far.overlay}/32 via 192.168.9.${id} dev tunnel`,
        ),
      ].join(""),
    )
    .join("");
}

/** Whether somebody there answers, if only that nobody listens. */
async function reaches({ lab }: Gateway, from: string, to: string): Promise<boolean> {
  const { stdout } = await command([...lab.enter(from), process.execPath, "--eval", knock, to]);
  return stdout.trim() === "ECONNREFUSED";
}

const knock = `
  const socket = require("node:net").connect(9, process.argv[1]);
  socket.on("error", ({ code }) => { console.log(code); process.exit(); });
  setTimeout(() => process.exit(), 1000);`;

const forwards = async (gateway: Gateway): Promise<unknown> =>
  parseTunnelFacts(await byHand(gateway, tunnelScript), [hub.name, ends[0].name]);

const facts = (first: boolean) =>
  new Map([
    [hub.name, { forwards: first }],
    [ends[0].name, { forwards: false }],
  ]);

describe(`a VXLAN tunnel between a lab's hosts`, function () {
  this.timeout(30_000);
  withLabs(ways[0]);

  it("leads no further than its other end, until somebody makes that forward, which the proof sees", async () => {
    const gateway = await labOf(await planned());
    const [one, other] = ends;
    assert.equal(await reaches(gateway, one.name, other.address), false);
    await byHand(gateway, tunnels());

    // The tunnels themselves work.
    assert.equal(await reaches(gateway, one.name, "192.168.9.1"), true);
    assert.equal(await reaches(gateway, other.name, "192.168.9.2"), true);
    assert.equal(await reaches(gateway, one.name, other.overlay), false);
    assert.deepEqual(await forwards(gateway), facts(false));

    // Not the setting for the whole machine, but the one of the device alone is enough.
    await byHand(
      gateway,
      on(hub.name, "for t in t1 t2; do echo 1 >/proc/sys/net/ipv4/conf/$t/forwarding; done"),
    );
    assert.equal(await reaches(gateway, one.name, other.overlay), true);
    assert.deepEqual(await forwards(gateway), facts(true));
  });
});
