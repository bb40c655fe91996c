import type { MachineSetup } from "../setup.ts";
import type { File } from "./file.ts";

/** Calico's own names: felix/dataplane/linux/ipip_mgr.go, felix/dataplane/linux/vxlan_mgr.go, and the default of InterfacePrefix. */
const devices = { ipip: "tunl0", vxlan: "vxlan.calico" } as const;
const pods = "cali*";

/**
 * The host firewall, the same on every Linux machine: a worker of the own zone that has one flow more than another is
 * as good a way round as a manager is. Where nothing has an overlay, no packet matches.
 *
 * It is a table of its own, which Calico, kube-proxy and Docker leave alone as it leaves theirs; a drop is final in
 * nftables whatever a later chain says, an accept is not (nft(8), VERDICT STATEMENTS). Answers pass, since what this
 * machine sends over the overlay, for itself or others (a node port, a bridged container), comes back that way. Nothing
 * else of Kubernetes comes to a machine itself by the overlay: nodes and pods use a node's own address, which no pool of
 * pods' addresses holds.
 */
export const firewall = (overlay: MachineSetup["overlay"]): File => ({
  path: firewallPath,
  content: `# What comes out of the overlay goes to pods of this machine, and nowhere else.
#
# The network lets the overlay's packets pass between this machine and others, and sees only the outer header. Without
# this, whoever has one machine could have its packets unwrapped here, and forwarded to where it may not send itself, or
# taken in at ports of this machine that the network keeps closed to it. Answers to what went the other way pass.
add table inet bulkhead
delete table inet bulkhead
table inet bulkhead {
  chain forward {
    type filter hook forward priority -10; policy accept;
    iifname "${devices[overlay]}" oifname "${pods}" accept
    iifname "${devices[overlay]}" ct direction reply ct state established,related accept
    iifname "${devices[overlay]}" drop
  }
  chain input {
    type filter hook input priority -10; policy accept;
    iifname "${devices[overlay]}" ct direction reply ct state established,related accept
    iifname "${devices[overlay]}" drop
  }
}
`,
});

export const firewallPath = "/etc/bulkhead/firewall.nft";

/** Ordered as nftables' own service is; after it, since that flushes every table. */
export const firewallUnit: File = {
  path: "/etc/systemd/system/bulkhead-firewall.service",
  content: `[Unit]
Description=Host firewall: from the overlay to own pods alone
DefaultDependencies=no
Wants=network-pre.target
Before=network-pre.target shutdown.target
After=local-fs.target nftables.service
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f ${firewallPath}

[Install]
WantedBy=sysinit.target
`,
};
