import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { planFirewall, type ZoneFirewall } from "../../components/lab/firewall.ts";
import type { Gateway } from "../../components/lab/linux/gateway.ts";
import { applyFirewall } from "../../components/lab/linux/zone.ts";
import type { Plan } from "../../components/plan/index.ts";
import { afterwards } from "../support/afterwards.ts";
import { byHand, labOf, planOf, ways, withLabs } from "../support/lab.ts";
import { until } from "../support/until.ts";

/** A Node.js program on a host; what it prints, line by line. */
function on({ lab }: Gateway, host: string, program: string, ...args: readonly string[]) {
  const [command = "", ...rest] = [...lab.enter(host), process.execPath, "--eval", program, ...args];
  const child = spawn(command, rest, { stdio: ["pipe", "pipe", "inherit"] });
  afterwards(() => {
    child.kill("SIGKILL");
  });
  const lines: string[] = [];
  createInterface(child.stdout).on("line", (line) => lines.push(line));
  return { lines, say: (text: string) => child.stdin.write(`${text}\n`) };
}

const server = `
  const [host, port] = process.argv.slice(1);
  require("node:net").createServer((socket) => {
    socket.on("data", (data) => { console.log("got " + data); socket.write(data); }).on("error", () => {});
  }).listen(Number(port), host, () => console.log("listens"));`;

/** Connects, says how that went, and sends each line of its input. */
const client = `
  const [host, port] = process.argv.slice(1);
  const socket = require("node:net").connect(Number(port), host);
  socket.on("connect", () => console.log("connected")).on("error", (error) => console.log(error.code));
  socket.on("data", (data) => console.log("back " + data));
  process.stdin.on("data", (line) => socket.write(String(line).trim()));`;

/** Segments that a host had to send again, since nobody answered. */
const resent = async ({ lab }: Gateway, host: string): Promise<number> => {
  const { stdout } = await lab.run(`nsenter --net=/run/netns/${host} cat /proc/net/snmp`);
  const [names = [], values = []] = stdout
    .split("\n")
    .filter((line) => line.startsWith("Tcp:"))
    .map((line) => line.split(" "));
  return Number(values[names.indexOf("RetransSegs")]);
};

for (const way of ways)
  describe(`the compartments of a lab ${way.how}`, function () {
    this.timeout(30_000);
    withLabs(way);
    let planned: Plan;
    let gateway: Gateway;
    beforeEach(async () => {
      planned = await planOf("dev");
      gateway = await labOf(planned);
    });

    const change = (name: string, edit: (firewall: ZoneFirewall) => ZoneFirewall) =>
      gateway.change(`change ${name}`, (now) => {
        const zone = now.zones.find((other) => other.name === name);
        assert.ok(zone !== undefined);
        return applyFirewall(now, zone, "01234567", edit(planFirewall(planned, name)));
      });

    async function connection() {
      const far = on(gateway, "registry-1", server, "10.16.1.0", "443");
      await until("it listens", () => far.lines.includes("listens"));
      const near = on(gateway, "test-billing-1", client, "10.16.1.0", "443");
      await until("it is connected", () => near.lines.includes("connected"));
      const passes = async (text: string) => {
        near.say(text);
        await until(`${text} comes back`, () => near.lines.includes(`back ${text}`));
      };
      await passes("first");
      return { far, near, passes };
    }

    it("keep a connection that stays allowed through any number of updates, without one lost packet", async () => {
      const { passes } = await connection();
      for (let round = 0; round < 10; round++) {
        const more = { [`role/manager -> 192.0.2.9/32: tcp/${1000 + round}`]: "a rule more" };
        await Promise.all([
          change("management", (firewall) => ({ ...firewall, egress: { ...firewall.egress, ...more } })),
          change("test-billing", (firewall) => ({ ...firewall, egress: { ...firewall.egress, ...more } })),
          passes(`round ${round}`),
        ]);
      }
      assert.equal(await resent(gateway, "test-billing-1"), 0);
    });

    it("cut a connection in both directions as soon as its rule goes", async () => {
      const { far, near } = await connection();
      const rule = "role/worker -> role/registry: tcp/443";
      await change("management", ({ ingress, ...rest }) => {
        assert.ok(rule in ingress);
        return {
          ...rest,
          ingress: Object.fromEntries(Object.entries(ingress).filter(([name]) => name !== rule)),
        };
      });
      near.say("after");
      await until("it is sent again in vain", async () => (await resent(gateway, "test-billing-1")) >= 2);
      assert.ok(!far.lines.includes("got after"));
      assert.ok(!near.lines.includes("back after"));
    });

    it("let nobody take another's address, also where it announces that to its neighbours", async () => {
      const { passes } = await connection();
      await byHand(
        gateway,
        [
          "nsenter --net=/run/netns/test-claims-1 sh -eu <<'E'",
          "echo 1 >/proc/sys/net/ipv4/conf/all/arp_notify",
          "ip address add 10.16.1.0/32 dev eth0",
          "ip link set eth0 down",
          "ip link set eth0 up",
          "ip route replace 10.16.8.1/32 dev eth0",
          "ip route replace default via 10.16.8.1",
          "E",
        ].join("\n"),
      );
      const thief = on(gateway, "test-claims-1", server, "10.16.1.0", "443");
      await until("it listens", () => thief.lines.includes("listens"));
      await passes("to the owner still");
      const again = on(gateway, "test-portal-1", client, "10.16.1.0", "443");
      await until("it is connected", () => again.lines.includes("connected"));
      again.say("to the owner, too");
      await until("it comes back", () => again.lines.includes("back to the owner, too"));
      assert.deepEqual(thief.lines, ["listens"]);
    });

    it("are closed to IPv6, also where hosts and gateway are set up for it by hand", async () => {
      const [from, to] = ["test-billing-1", "test-billing-2"];
      const set = (host: string, own: string, port: string) =>
        [
          `nsenter --net=/run/netns/${host} sh -eu <<'E'`,
          "echo 0 >/proc/sys/net/ipv6/conf/all/disable_ipv6",
          `ip -6 address add ${own}/128 dev eth0 nodad`,
          "ip -6 route add fd00::1/128 dev eth0",
          "ip -6 route add default via fd00::1",
          "E",
          `ip -6 address add fd00::1/128 dev ${port} nodad`,
          `ip -6 route add ${own}/128 dev ${port}`,
        ].join("\n");
      await byHand(
        gateway,
        [
          "echo 0 >/proc/sys/net/ipv6/conf/all/disable_ipv6",
          "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding",
          set(from, "fd00::a", "p0a100480"),
          set(to, "fd00::b", "p0a100481"),
        ].join("\n"),
      );
      const far = on(gateway, to, server, "::", "8443");
      await until("it listens", () => far.lines.includes("listens"));
      const four = on(gateway, from, client, "10.16.4.129", "8443");
      await until("IPv4 passes", () => four.lines.includes("connected"));
      const six = on(gateway, from, client, "fd00::b", "8443");
      await until("IPv6 fails", () => six.lines.length > 0, 15_000);
      assert.match(six.lines[0] ?? "", /^E(?:HOSTUNREACH|TIMEDOUT|NETUNREACH)$/);

      // It is the firewall that keeps it closed: without, the same succeeds.
      await byHand(
        gateway,
        "for chain in source forward input; do nft insert rule inet bulkhead $chain accept; done",
      );
      const open = on(gateway, from, client, "fd00::b", "8443");
      await until("IPv6 passes", () => open.lines.includes("connected"), 15_000);
    });
  });
