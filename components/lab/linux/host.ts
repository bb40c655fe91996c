import { addGroup, table } from "./ruleset.ts";
import { batch, nft } from "./shell.ts";
import { label, portOf, type LiveHost, type Snapshot } from "./snapshot.ts";
import { gatewayOf } from "./zone.ts";

/** A host to make: a network namespace with one cable to the gateway. */
export type HostSpec = Pick<LiveHost, "name" | "instance" | "address" | "groups">;

/** Connects a host that has nothing but its address. One that has its name or its address gives way. */
export function createHost(now: Snapshot, host: HostSpec, zone: string): string {
  const { name, instance, address, groups } = host;
  const [port, gateway] = [portOf(address), gatewayOf(zone)];
  const before = now.hosts.filter((other) => other.name === name || other.address === address);
  return [
    ...before.map(removeHost),
    ...(now.strayNamespaces.includes(name) ? [removeNamespace(name)] : []),
    batch([
      `netns add ${name}`,
      `link add ${port} type veth peer name eth0 netns ${name}`,
      `link set ${port} alias ${label(name, instance)}`,
      `link set ${port} up`,
      `route add ${address}/32 dev ${port}`,
    ]),
    `nsenter --net=/run/netns/${name} sh -eu <<'HOST'\n`,
    batch([
      "link set lo up",
      `address add ${address}/32 dev eth0`,
      "link set eth0 up",
      `route add ${gateway}/32 dev eth0`,
      `route add default via ${gateway}`,
    ]),
    // A new network namespace has the machine's IPv4 settings: a container host's forwards.
    "echo 0 >/proc/sys/net/ipv4/ip_forward\n",
    "[ ! -e /proc/sys/net/ipv6 ] || echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6\n",
    "HOST\n",
    nft([
      `add element ${table} ports { ${port} . ${address} }`,
      ...groups.map(addGroup),
      ...groups.map((group) => memberCommand("add", group, address)),
    ]),
  ].join("");
}

/** Gives a host these groups in place of those that it has, at once. */
export function updateHost(now: Snapshot, { name, instance, groups }: Omit<HostSpec, "address">): string {
  const host = find(now, { name, instance });
  if (host === undefined) return "";
  return nft([
    ...groups.map(addGroup),
    ...groups
      .filter((group) => !host.groups.includes(group))
      .map((group) => memberCommand("add", group, host.address)),
    ...host.groups
      .filter((group) => !groups.includes(group))
      .map((group) => memberCommand("delete", group, host.address)),
  ]);
}

export function deleteHost(now: Snapshot, spec: Pick<HostSpec, "name" | "instance">): string {
  const host = find(now, spec);
  if (host !== undefined) return removeHost(host);
  // Its cable was taken away by hand.
  return now.strayNamespaces.includes(spec.name) ? removeNamespace(spec.name) : "";
}

const find = (now: Snapshot, { name, instance }: Pick<HostSpec, "name" | "instance">): LiveHost | undefined =>
  now.hosts.find((host) => host.name === name && host.instance === instance);

const removeHost = ({ name, address, port, groups, maySend, hasNamespace }: LiveHost): string =>
  [
    nft([
      ...(maySend ? [`delete element ${table} ports { ${port} . ${address} }`] : []),
      ...groups.map((group) => memberCommand("delete", group, address)),
    ]),
    batch([`link delete ${port}`]),
    ...(hasNamespace ? [removeNamespace(name)] : []),
  ].join("");

/** Ends what runs in a host as well, since that would keep it. */
const removeNamespace = (name: string): string =>
  `ip netns pids ${name} | xargs -r kill -KILL 2>/dev/null || :\nip netns delete ${name}\n`;

const memberCommand = (verb: "add" | "delete", group: string, address: string): string =>
  `${verb} element ${table} ${group} { ${address} }`;
