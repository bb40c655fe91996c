import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { command } from "../../../components/lab/linux/command.ts";
import { requires } from "../../support/machine.ts";
import { bare, fileOf, linux } from "./setups.ts";

const overlays = { ipip: "tunl0", vxlan: "vxlan.calico" } as const;
type Overlay = keyof typeof overlays;

const rulesOf = (overlay: Overlay) => fileOf({ ...bare, overlay }, "/etc/bulkhead/firewall.nft");

const unshared = ["unshare", "--user", "--map-root-user", "--mount", "--net"];

/** A second at most, for whom nobody answers. */
const knock = `
  const socket = require("node:net").connect(9, process.argv[1]);
  socket.on("error", ({ code }) => { console.log(code === "ECONNREFUSED" ? "yes" : code); process.exit(); });
  setTimeout(() => { console.log("no"); process.exit(); }, 700);`;

/**
 * A machine with a pod, a device of the overlay, and a neighbour by its ordinary device. Two other machines send by the
 * overlay. A VXLAN device is a real one; many kernels have no IP-in-IP, so \`tunl0\` is a cable by that name.
 */
const scene = (overlay: Overlay): string => `
  mount -t tmpfs tmpfs /run && mkdir /run/netns
  ip link set lo up && echo 1 >/proc/sys/net/ipv4/ip_forward
  for name in one other pod near; do ip netns add $name; done
  on() { nsenter --net=/run/netns/$1 sh -euc "$2"; }
  cable() { # name device address neighbour
    ip link add "$2" type veth peer name eth0 netns $1
    ip address add $4 peer $3 dev "$2" && ip link set "$2" up
    on $1 "ip link set lo up; ip address add $3 peer $4 dev eth0; ip link set eth0 up"
  }
  cable pod cali1234 192.168.9.9 192.168.9.1
  on pod "ip route add default via 192.168.9.1"
  cable near eth1 10.9.0.9 10.9.0.1
  on near "ip route add default via 10.9.0.1"
${
  overlay === "vxlan"
    ? `
  ip link add vxlan.calico type vxlan id 4096 dstport 4789
  ip address add 192.168.0.1/32 dev vxlan.calico && ip link set vxlan.calico up
  for each in "one 1" "other 2"; do
    set -- $each
    cable $1 node$2 10.0.$2.2 10.0.$2.1
    bridge fdb append 00:00:00:00:00:00 dev vxlan.calico dst 10.0.$2.2
    ip route add 192.168.$2.1/32 dev vxlan.calico
    on $1 "ip link add wire type vxlan id 4096 dstport 4789 local 10.0.$2.2 remote 10.0.$2.1
      ip address add 192.168.$2.1/32 dev wire && ip link set wire up
      ip route add 192.168.0.1/32 dev wire && ip route add default via 192.168.0.1 dev wire"
  done`
    : `
  ip netns add wire
  ip link add tunl0 type veth peer name tunl0 netns wire
  ip address add 192.168.0.1 peer 192.168.0.2 dev tunl0 && ip link set tunl0 up
  on wire "echo 1 >/proc/sys/net/ipv4/ip_forward; ip link set lo up
    ip address add 192.168.0.2 peer 192.168.0.1 dev tunl0; ip link set tunl0 up
    ip route add default via 192.168.0.1"
  for each in "one 1" "other 2"; do
    set -- $each
    ip link add wire$2 netns wire type veth peer name eth0 netns $1
    on wire "ip address add 10.0.$2.1 peer 192.168.$2.1 dev wire$2; ip link set wire$2 up
      # All that comes from a machine goes to the one in the middle, as its own overlay would have it.
      ip rule add iif wire$2 lookup 100"
    on $1 "ip address add 192.168.$2.1 peer 10.0.$2.1 dev eth0; ip link set eth0 up; ip link set lo up
      ip route add default via 10.0.$2.1"
    ip route add 192.168.$2.1/32 via 192.168.0.2 dev tunl0
  done
  on wire "ip route add default via 192.168.0.1 table 100"`
}
  for setting in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$setting; done
  for setting in /proc/sys/net/ipv4/conf/*/send_redirects; do echo 0 >$setting; done
  asks() { nsenter --net=/run/netns/$1 "$node" --eval "$knock" $2; }
  all() {
    echo "overlay to overlay: $(asks one 192.168.2.1)"
    echo "overlay to a neighbour: $(asks one 10.9.0.9)"
    echo "overlay to the machine: $(asks one 192.168.0.1)"
    echo "overlay to a pod: $(asks one 192.168.9.9)"
    echo "the machine to overlay: $("$node" --eval "$knock" 192.168.2.1)"
    echo "pod to overlay: $(asks pod 192.168.2.1)"
    echo "neighbour to overlay: $(asks near 192.168.2.1)"
  }
  all
  nft -f - <<'E'
${rulesOf(overlay)}E
  echo with the firewall
  all
`;

const stays = [
  "overlay to a pod: yes",
  "the machine to overlay: yes",
  "pod to overlay: yes",
  "neighbour to overlay: yes",
];

describe("the host firewall", function () {
  this.timeout(30_000);

  it("is the same on every Linux machine, whatever its role and system", () => {
    for (const family of linux)
      for (const role of ["manager", "registry", "worker"] as const)
        assert.equal(
          fileOf({ ...bare, family, role }, "/etc/bulkhead/firewall.nft"),
          rulesOf("vxlan"),
          `${family} ${role}`,
        );
  });

  for (const overlay of ["ipip", "vxlan"] as const) {
    it(`is read by nft, and says the same when it is loaded again, for ${overlay}`, function () {
      requires(this, "nft", "unshare");
      const twice = `rules=$(cat); for time in 1 2; do echo "$rules" | nft -c -f - && echo "$rules" | nft -f - && nft -n list ruleset && echo ====; done`;
      const { status, stdout, stderr } = spawnSync(
        unshared[0] ?? "",
        [...unshared.slice(1), "sh", "-euc", twice],
        {
          input: rulesOf(overlay),
          encoding: "utf8",
        },
      );
      assert.equal(status, 0, stderr);
      const [once, again] = stdout.split("====\n");
      assert.ok(once?.includes(`iifname "${overlays[overlay]}" drop`) === true, once);
      assert.equal(again, once);
    });

    it(`lets nothing from the overlay go on but to own pods, and hinders nothing else, for ${overlay}`, async function () {
      requires(this, "nft", "unshare", "nsenter", "ip", "bridge");
      const sh = `node=$1 knock=$2\n${scene(overlay)}`;
      const { code, stdout, stderr } = await command([
        ...unshared,
        "sh",
        "-euc",
        sh,
        "sh",
        process.execPath,
        knock,
      ]);
      assert.equal(code, 0, stderr);
      assert.deepEqual(stdout.trim().split("\n"), [
        "overlay to overlay: yes",
        "overlay to a neighbour: yes",
        "overlay to the machine: yes",
        ...stays,
        "with the firewall",
        "overlay to overlay: no",
        "overlay to a neighbour: no",
        "overlay to the machine: no",
        ...stays,
      ]);
    });
  }
});
