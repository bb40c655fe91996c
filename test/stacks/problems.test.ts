import assert from "node:assert/strict";
import { checkEnvironment, showProblem } from "../../stacks/config.ts";
import { edited, group } from "../support/config.ts";

const problems = (raw: Readonly<Record<string, unknown>>): string[] => {
  const result = checkEnvironment("sample", raw);
  return "problems" in result ? result.problems.map((problem) => showProblem(problem)) : [];
};

interface Case {
  readonly title: string;
  readonly edits: Readonly<Record<string, unknown>>;
  readonly says: readonly string[];
}

const subnet = (cidr: string, availabilityZone = "a") => ({
  id: `subnet-${cidr}`,
  cidr,
  availabilityZone,
});
const windows = (name: string) => group(name, { zone: "red", slot: 2, workers: { windows: { count: 2 } } });
const flow = (from: string, to: string, traffic = ["tcp/8443"]) => ({
  from,
  to,
  traffic,
  why: "orders",
  owner: "red",
});

const accepted = { why: "until the firewall is renewed", owner: "red", expires: "2027-01-31" };

const cases: readonly Case[] = [
  {
    title: "an unknown key, with the one that was meant",
    edits: { "zones.red.slots": 3 },
    says: ['zones.red.slots: unknown key (did you mean "slot"?); allowed here: slot, tier, inside'],
  },
  {
    title: "an unknown section",
    edits: { zone: {} },
    says: [
      'zone: unknown key (did you mean "zones"?); allowed here: target, engine, network, management, machines, aws, zones, groups, flows, exceptions, expiresAfter',
    ],
  },
  {
    title: "a missing section",
    edits: { engine: undefined },
    says: ['engine: "engine" is missing: what runs its containers'],
  },
  {
    title: "a value of the wrong kind",
    edits: { "management.managers.count": "three" },
    says: ['management.managers.count: "three": the number of managers is a whole number from 1 to 7'],
  },
  {
    title: "a target that does not exist",
    edits: { target: "gcp" },
    says: ['target: "gcp": where the environment runs is one of lab, aws, azure'],
  },
  {
    title: "a missing slot, with the next free one",
    edits: { "zones.red.slot": undefined },
    says: [
      "zones.red.slot: a zone's slot is missing: it fixes the zone's addresses; the next free slot is 1",
    ],
  },
  {
    title: "a doubled slot, with the next free one",
    edits: { "zones.red.slot": 2 },
    says: ['zones.blue.slot: 2: this is already the slot of zone "red"; the next free slot is 1'],
  },
  {
    title: "two missing slots, with a slot for each",
    edits: { "zones.red.slot": undefined, "zones.blue.slot": undefined },
    says: [
      "zones.red.slot: a zone's slot is missing: it fixes the zone's addresses; the next free slot is 1",
      "zones.blue.slot: a zone's slot is missing: it fixes the zone's addresses; the next free slot is 2",
    ],
  },
  {
    title: "a slot beyond the network's block",
    edits: { "zones.red.slot": 64 },
    says: ["zones.red.slot: 64: network.cidr has slots up to 63 for zones of /22; the next free slot is 1"],
  },
  {
    title: "a CIDR block without its prefix length",
    edits: { "network.cidr": "10.16.0.0" },
    says: ['network.cidr: "10.16.0.0": the prefix length is missing: did you mean 10.16.0.0/32?'],
  },
  {
    title: "a CIDR block that begins elsewhere",
    edits: { "network.cidr": "10.16.3.0/16" },
    says: ['network.cidr: "10.16.3.0/16": the address is not the block\'s first: did you mean 10.16.0.0/16?'],
  },
  {
    title: "a CIDR block that is too small for a zone",
    edits: { "network.cidr": "10.16.0.0/24" },
    says: [
      'network.cidr: "10.16.0.0/24": it is too small for a single zone of /22; choose a block of /18 or larger, or a longer zonePrefix',
      "zones.red.slot: 1: network.cidr has slots up to 0 for zones of /22; no slot is free: choose a larger network.cidr",
      "zones.blue.slot: 2: network.cidr has slots up to 0 for zones of /22; no slot is free: choose a larger network.cidr",
    ],
  },
  {
    title: "a CIDR block that is too small for all zones",
    edits: { "network.cidr": "10.16.0.0/21" },
    says: [
      'network.cidr: "10.16.0.0/21": it is too small: it has room for 2 zones of /22 and there are 3 with management; choose a larger block, or choose a longer zonePrefix',
      "zones.blue.slot: 2: network.cidr has slots up to 1 for zones of /22; no slot is free: choose a larger network.cidr",
    ],
  },
  {
    title: "a CIDR block that AWS does not take",
    edits: { "network.cidr": "10.0.0.0/9" },
    says: [
      'network.cidr: "10.0.0.0/9": AWS takes no block larger than /16; choose a smaller one, and a longer zonePrefix if zones then lack room',
      'network.serviceCidr: "10.96.0.0/16": it overlaps 10.0.0.0/9, network.cidr; choose addresses that nothing else uses',
    ],
  },
  {
    title: "overlapping CIDR blocks",
    edits: { "network.podCidr": "10.16.128.0/17", "network.serviceCidr": "172.17.0.0/24" },
    says: [
      'network.podCidr: "10.16.128.0/17": it overlaps 10.16.0.0/16, network.cidr; choose addresses that nothing else uses',
      'network.serviceCidr: "172.17.0.0/24": it overlaps 172.17.0.0/16, the container engine\'s default bridge; choose addresses that nothing else uses',
    ],
  },
  {
    title: "an even number of managers",
    edits: { "management.managers.count": 2 },
    says: [
      "management.managers.count: 2: managers agree by majority (Raft), so an even number survives no more failures than one less; use 1 or 3",
    ],
  },
  {
    title: "an even number of registry replicas",
    edits: { "management.registry.count": 4 },
    says: [
      "management.registry.count: 4: registry replicas agree by majority (RethinkDB), so an even number survives no more failures than one less; use 3 or 5",
    ],
  },
  {
    title: "managers that do not fit",
    edits: { "network.zonePrefix": 25, "management.managers.count": 5 },
    says: [
      "management: 5 machines do not fit: a window in this zone has room for 3; choose a shorter network.zonePrefix (or a larger subnet, where it exists), or fewer machines",
    ],
  },
  {
    title: "too many managers",
    edits: { "management.managers.count": 9 },
    says: ["management.managers.count: 9: the number of managers is a whole number from 1 to 7"],
  },
  {
    title: "IP-in-IP on Azure",
    edits: { target: "azure", "network.overlay": "ipip" },
    says: [
      'network.overlay: "ipip": Azure\'s fabric drops IP-in-IP packets whatever a security group allows (learn.microsoft.com, virtual-networks-faq); write vxlan, or leave overlay out',
    ],
  },
  {
    title: "IP-in-IP with Windows workers",
    edits: { "network.overlay": "ipip", "groups.win": windows("win") },
    says: [
      'network.overlay: "ipip": Calico has no IP-in-IP on Windows, and collection "win" has Windows workers; write overlay: vxlan',
    ],
  },
  {
    title: "MKE in the lab",
    edits: { target: "lab" },
    says: [
      'engine: "mke": the lab runs upstream Kubernetes, since MKE needs a licence and its vendor\'s images; write kubernetes',
    ],
  },
  {
    title: "a collection in a zone that does not exist",
    edits: { "groups.red.collections.red.zone": "rad" },
    says: [
      'groups.red.collections.red.zone: "rad": there is no such zone (did you mean "red"?); add it under zones, or name one of red, blue',
    ],
  },
  {
    title: "a collection without workers",
    edits: { "groups.red.collections.red.workers": {} },
    says: [
      "groups.red.collections.red.workers: a collection needs workers; write, for example, linux: { count: 2 }",
    ],
  },
  {
    title: "a collection with no workers left",
    edits: { "groups.red.collections.red.workers.linux.count": 0 },
    says: [
      "groups.red.collections.red.workers.linux.count: 0: the number of workers is a whole number from 1 to 999",
    ],
  },
  {
    title: "a group without a collection",
    edits: { "groups.red.collections": {} },
    says: [
      "groups.red.namespaces.red.collection: a namespace needs a collection to run on, and its group has none; add one to the group",
      "groups.red.collections: a group needs at least one collection, else it has no machines; add one",
    ],
  },
  {
    title: "more workers than a collection has addresses for",
    edits: { "groups.red.collections.red.workers.linux.count": 40 },
    says: [
      "groups.red.collections.red.workers: 40 machines do not fit: a window in this zone has room for 31; choose a shorter network.zonePrefix (or a larger subnet, where it exists), or fewer machines",
    ],
  },
  {
    title: "a name too long for Windows workers",
    edits: { "network.overlay": "vxlan", "groups.accounting-dept": windows("accounting-dept") },
    says: [
      "groups.accounting-dept.collections.accounting-dept: a collection with Windows workers has a name of at most 12 characters, since Windows' computer names end at 15; this has 15",
    ],
  },
  {
    title: "two collections of one name",
    edits: {
      "groups.green": { ...group("green"), collections: group("red")["collections"], namespaces: {} },
    },
    says: [
      'groups.green.collections.red: group "red" has a collection of this name; collections are unique in an environment, choose another name',
    ],
  },
  {
    title: "two collections in one window of a zone, with the next free slot",
    edits: { "groups.green": group("green", { zone: "red" }) },
    says: [
      'groups.green.collections.green.slot: 1: collection "red" has this slot of zone "red" (1 where none is written); the next free slot is 2',
    ],
  },
  {
    title: "two namespaces of one name",
    edits: { "groups.blue.namespaces.red": (group("red")["namespaces"] as Record<string, unknown>)["red"] },
    says: [
      'groups.blue.namespaces.red: group "red" has a namespace of this name; namespaces are unique in an environment, choose another name',
    ],
  },
  {
    title: "a namespace on another group's collection",
    edits: { "groups.red.namespaces.red.collection": "blue" },
    says: [
      'groups.red.namespaces.red.collection: "blue": this collection belongs to group "blue"; a namespace runs on its own group\'s: red',
    ],
  },
  {
    title: "a namespace on a collection that does not exist",
    edits: { "groups.red.namespaces.red.collection": "rde" },
    says: [
      'groups.red.namespaces.red.collection: "rde": there is no such collection (did you mean "red"?); the group\'s are red',
    ],
  },
  {
    title: "a namespace without a collection where its group has several",
    edits: { "groups.red.collections.red2": { zone: "red", slot: 2, workers: { linux: { count: 1 } } } },
    says: [
      "groups.red.namespaces.red.collection: the group has several collections; name the one that the namespace runs on: red, red2",
    ],
  },
  {
    title: "a team that would be Kubernetes' own administrators",
    edits: { "groups.red.team.directoryGroup": "system:masters" },
    says: [
      'groups.red.team.directoryGroup: "system:masters": groups whose names begin with "system:" are Kubernetes\' own, with rights over the whole cluster; name the team\'s own group',
    ],
  },
  {
    title: "more sample pods than the namespace has room for",
    edits: { "groups.red.namespaces.red.samplePods": 21 },
    says: [
      "groups.red.namespaces.red.samplePods: 21: the namespace's quota has room for 20 pods; ask for no more",
    ],
  },
  {
    title: "sample pods that are no whole number, or none to count",
    edits: {
      "groups.red.namespaces.red.samplePods": 1.5,
      "groups.blue.namespaces.blue.samplePods": -1,
    },
    says: [
      "groups.red.namespaces.red.samplePods: 1.5: how many pods of a small deployment show that the namespace works is a whole number from 0 to 100",
      "groups.blue.namespaces.blue.samplePods: -1: how many pods of a small deployment show that the namespace works is a whole number from 0 to 100",
    ],
  },
  {
    title: "a namespace that is Kubernetes' own",
    edits: {
      "groups.red.namespaces.kube-system": (group("red")["namespaces"] as Record<string, unknown>)["red"],
    },
    says: ["groups.red.namespaces.kube-system: this namespace is Kubernetes' own; choose another name"],
  },
  {
    title: "a name with a capital letter",
    edits: { "zones.Red": { slot: 3 } },
    says: [
      "zones.Red: a zone's name has 1 to 24 lower-case letters, digits and hyphens, begins with a letter and does not end in a hyphen",
    ],
  },
  {
    title: "a name that AWS refuses",
    edits: { "zones.sg-red": { slot: 3 } },
    says: ['zones.sg-red: AWS refuses security groups whose names begin with "sg-"; choose another name'],
  },
  {
    title: "a name that AWS's load balancers refuse",
    edits: { "zones.internal-red": { slot: 3 } },
    says: [
      'zones.internal-red: AWS refuses load balancers whose names begin with "internal-"; choose another name',
    ],
  },
  {
    title: "a name that Azure reserves",
    edits: { "zones.my-windows": { slot: 3 }, "zones.azure": { slot: 4 } },
    says: [
      "zones.my-windows: Azure reserves this word in names; choose another name for the zone",
      "zones.azure: Azure reserves this word in names; choose another name for the zone",
    ],
  },
  {
    title: "a name that means something else",
    edits: { "zones.worker": { slot: 3 } },
    says: ['zones.worker: "worker" has a meaning of its own in flows; choose another name for the zone'],
  },
  {
    title: "a port out of range",
    edits: { flows: [flow("red", "blue", ["tcp/70000"])] },
    says: [
      'flows[0].traffic[0]: "tcp/70000": tcp ports must satisfy 1 <= from <= to <= 65535, got 70000-70000',
    ],
  },
  {
    title: "traffic that is written otherwise",
    edits: { flows: [flow("red", "blue", ["ipip"])] },
    says: [
      'flows[0].traffic[0]: "ipip": traffic is written as tcp/<port>, udp/<port>, tcp/<first>-<last>, icmp or ip/<protocol number>',
    ],
  },
  {
    title: "a flow from a zone to itself",
    edits: { flows: [flow("red", "red")] },
    says: [
      'flows[0]: "red -> red": a flow leads from one place to another; inside a zone write inside: open, or flows between its collections as zone/collection',
    ],
  },
  {
    title: "a flow to a zone that does not exist",
    edits: { flows: [flow("red", "bleu")] },
    says: [
      'flows[0].to: "bleu": there is no such zone (did you mean "blue"?); write a zone, zone/collection, manager, registry, worker or a CIDR block',
    ],
  },
  {
    title: "a flow to a collection in another zone",
    edits: { flows: [flow("red", "red/blue")] },
    says: [
      'flows[0].to: "red/blue": collection "blue" stands in zone "blue"; write blue/blue',
      'flows[0]: "red -> red/blue": one end holds the other; name two collections as zone/collection',
    ],
  },
  {
    title: "a flow inside a zone that is open",
    edits: {
      "groups.red.collections.red2": { zone: "red", slot: 2, workers: { linux: { count: 1 } } },
      "groups.red.namespaces": {},
      flows: [flow("red/red", "red/red2")],
    },
    says: [
      'flows[0]: "red/red -> red/red2": zone "red" is open inside, so this adds nothing; take it out, or write inside: flows for the zone',
    ],
  },
  {
    title: "a flow between two outside addresses",
    edits: { flows: [flow("10.0.0.0/24", "10.1.0.0/24")] },
    says: [
      'flows[0]: "10.0.0.0/24 -> 10.1.0.0/24": both ends are outside the environment; one must be inside',
    ],
  },
  {
    title: "a flow to everybody",
    edits: { flows: [flow("red", "0.0.0.0/0")] },
    says: [
      'flows[0].to: "0.0.0.0/0": this is a great part of all addresses there are; name the networks that are meant, each /8 or smaller',
    ],
  },
  {
    title: "a flow to addresses inside the network",
    edits: { flows: [flow("red", "10.16.8.0/24")] },
    says: [
      'flows[0].to: "10.16.8.0/24": this stands for addresses outside the environment and overlaps network.cidr (10.16.0.0/16); name blocks without it, or in flows a zone or collection',
    ],
  },
  {
    title: "a flow that is there twice",
    edits: { flows: [flow("red", "blue"), flow("red", "blue")] },
    says: ['flows[1]: "red -> blue tcp/8443": flows[0] opens this already; take one of them out'],
  },
  {
    title: "a flow without a reason and an owner",
    edits: { flows: [{ from: "red", to: "blue", traffic: ["tcp/1"] }] },
    says: [
      'flows[0].why: "why" is missing: why it is needed: it becomes the firewall rule\'s description',
      'flows[0].owner: "owner" is missing: who answers for the flow',
    ],
  },
  {
    title: "a front door for everybody",
    edits: { "network.frontDoor": ["0.0.0.0/0", "128.0.0.0/1"] },
    says: [
      'network.frontDoor[0]: "0.0.0.0/0": this is a great part of all addresses there are; name the networks that are meant, each /8 or smaller',
      'network.frontDoor[1]: "128.0.0.0/1": this is a great part of all addresses there are; name the networks that are meant, each /8 or smaller',
    ],
  },
  {
    title: "a service that does not say what it is",
    edits: { "network.services.syslog": { addresses: ["10.9.0.0/24"] } },
    says: ["network.services.syslog: say its traffic and why; only dns, time, packages have both by default"],
  },
  {
    title: "a service inside the network",
    edits: { "network.services.dns": { addresses: ["10.16.0.2/32"] } },
    says: [
      'network.services.dns.addresses[0]: "10.16.0.2/32": this stands for addresses outside the environment and overlaps network.cidr (10.16.0.0/16); name blocks without it, or in flows a zone or collection',
    ],
  },
  {
    title: "an availability zone twice",
    edits: { "network.availabilityZones": ["a", "a"] },
    says: ['network.availabilityZones[1]: "a": this availability zone is named twice; name it once'],
  },
  {
    title: "an availability zone that Azure lacks",
    edits: { target: "azure", "network.availabilityZones": ["a", "d"] },
    says: ['network.availabilityZones[1]: "d": Azure\'s regions have three availability zones: a, b and c'],
  },
  {
    title: "a spread over availability zones that the network lacks",
    edits: { "management.managers.spread": ["b"] },
    says: [
      'management.managers.spread[0]: "b": the network has availability zones a; name one of them, or add it to network.availabilityZones',
    ],
  },
  {
    title: "an existing network with missing subnets",
    edits: {
      "network.existing": {
        id: "vpc-1",
        subnets: { management: [subnet("10.16.0.0/24")], red: [subnet("10.16.1.0/24")] },
      },
    },
    says: ["network.existing.subnets.blue: the zone's subnets are missing; name their ids and CIDR blocks"],
  },
  {
    title: "an existing network with overlapping, small, foreign and stray subnets",
    edits: {
      "network.existing": {
        id: "vpc-1",
        subnets: {
          management: [subnet("10.16.0.0/24")],
          red: [subnet("10.16.0.128/25")],
          blue: [subnet("10.99.0.0/29", "b")],
          bleu: [subnet("10.16.2.0/24")],
        },
      },
    },
    says: [
      "groups.blue.collections.blue.workers: 2 machines do not fit: a window in this zone has room for 0; choose a shorter network.zonePrefix (or a larger subnet, where it exists), or fewer machines",
      'network.existing.subnets.bleu: there is no such zone (did you mean "blue"?); add it under zones, or take its subnets out',
      'network.existing.subnets.blue[0].cidr: "10.99.0.0/29": it is too small: /27 is the least',
      'network.existing.subnets.blue[0].cidr: "10.99.0.0/29": it lies outside network.cidr (10.16.0.0/16)',
      "network.existing.subnets.blue: availability zone a needs exactly one subnet here: write its id, cidr and availabilityZone: a",
      'network.existing.subnets.red[0].cidr: "10.16.0.128/25": it overlaps 10.16.0.0/24 of zone "management"; zones share no addresses',
    ],
  },
  {
    title: "an existing network in the lab",
    edits: { target: "lab", engine: "kubernetes", "network.existing": { id: "vpc-1", subnets: {} } },
    says: ["network.existing: the lab makes its own network; take this out, or choose target aws or azure"],
  },
  {
    title: "exposures that answer at the same address, or to everybody",
    edits: {
      "groups.red.namespaces.red.exposures": {
        web: { host: "red.example.com", via: "ingress", from: ["10.0.0.0/8"] },
        api: { host: "red.example.com", via: "gateway", from: ["0.0.0.0/0"] },
      },
    },
    says: [
      'groups.red.namespaces.red.exposures.api: "red.example.com:443": exposure red.web answers there already; choose another host or port',
      'groups.red.namespaces.red.exposures.api.from[0]: "0.0.0.0/0": this is a great part of all addresses there are; name the networks that may connect, each /8 or smaller',
    ],
  },
  {
    title: "an exposure whose host is no DNS name",
    edits: {
      "groups.red.namespaces.red.exposures": { web: { host: "Red", via: "ingress", from: ["10.0.0.0/8"] } },
    },
    says: ['groups.red.namespaces.red.exposures.web.host: "Red": write a DNS name, such as shop.example.com'],
  },
  {
    title: "an expiry that is no time",
    edits: { expiresAfter: "soon" },
    says: ['expiresAfter: "soon": write hours or days after the last update, such as 72h or 14d'],
  },
  {
    title: "quantities that Kubernetes does not read",
    edits: { "groups.red.namespaces.red.quota": { cpu: "lots", memory: "8GB", pods: 20 } },
    says: [
      'groups.red.namespaces.red.quota.cpu: "lots": write processors that the namespace may use, such as 8',
      'groups.red.namespaces.red.quota.memory: "8GB": write memory that the namespace may use, such as 16Gi',
    ],
  },
  {
    title: "names that JavaScript gives a meaning of their own",
    edits: { "zones.constructor": { slot: 3 }, "groups.prototype": group("prototype") },
    says: [
      "zones.constructor: JavaScript gives this word a meaning of its own; choose another name",
      "groups.prototype: JavaScript gives this word a meaning of its own; choose another name",
    ],
  },
  {
    title: "Windows workers where no overlay is written",
    edits: { "groups.win": windows("win") },
    says: [
      'network.overlay: Calico has no IP-in-IP on Windows, and collection "win" has Windows workers; write overlay: vxlan',
    ],
  },
  {
    title: "Windows workers in the lab",
    edits: { target: "lab", engine: "kubernetes", "network.overlay": "vxlan", "groups.win": windows("win") },
    says: [
      "groups.win.collections.win.workers.windows: the lab's machines share one Linux kernel, so it has no Windows workers; choose target aws or azure",
    ],
  },
  {
    title: "more Windows workers than their names have room for",
    edits: {
      "network.overlay": "vxlan",
      "network.zonePrefix": 18,
      "groups.twelve-chars": group("twelve-chars", {
        zone: "red",
        slot: 2,
        workers: { windows: { count: 100 } },
      }),
    },
    says: [
      "groups.twelve-chars.collections.twelve-chars: a collection with Windows workers has a name of at most 10 characters, since Windows' computer names end at 15; this has 12",
    ],
  },
  {
    title: "pods' and services' blocks that are too small",
    edits: { "network.podCidr": "192.168.0.0/24", "network.serviceCidr": "10.96.0.0/28" },
    says: [
      'network.podCidr: "192.168.0.0/24": it is too small for the engine; choose a block of /20 or larger',
      'network.serviceCidr: "10.96.0.0/28": it is too small for the engine; choose a block of /24 or larger',
    ],
  },
  {
    title: "a network that is no addresses",
    edits: { "network.cidr": "0.0.0.0/16" },
    says: [
      'network.cidr: "0.0.0.0/16": it overlaps 0.0.0.0/8, addresses of this network; choose addresses that nothing else uses',
    ],
  },
  {
    title: "a front door that holds the environment, or is named twice",
    edits: { "network.frontDoor": ["10.0.0.0/8", "10.200.0.0/16", "10.200.0.0/16"] },
    says: [
      'network.frontDoor[0]: "10.0.0.0/8": this stands for addresses outside the environment and overlaps network.cidr (10.16.0.0/16); name blocks without it, or in flows a zone or collection',
      'network.frontDoor[2]: "10.200.0.0/16": this block is named twice; name it once',
    ],
  },
  {
    title: "a flow to pods' addresses",
    edits: { flows: [flow("red", "192.168.5.0/24")] },
    says: [
      'flows[0].to: "192.168.5.0/24": this stands for addresses outside the environment and overlaps network.podCidr (192.168.0.0/16); name blocks without it, or in flows a zone or collection',
    ],
  },
  {
    title: "IP-in-IP for a flow on Azure",
    edits: { target: "azure", flows: [flow("red", "blue", ["ip/4"])] },
    says: [
      'flows[0].traffic: "ip/4": Azure\'s fabric drops IP-in-IP packets, so this opens nothing; take it out',
    ],
  },
  {
    title: "a reason of several lines, which would forge what reviewers read",
    edits: { flows: [{ ...flow("red", "blue"), why: "x\nzone red -> zone blue" }] },
    says: [
      'flows[0].why: "x\\nzone red -> zone blue": write why it is needed: it becomes the firewall rule\'s description: one line of at most 500 characters',
    ],
  },
  {
    title: "a service that is named like the front door",
    edits: { "network.services.front-door": { addresses: ["10.9.0.0/24"], traffic: ["tcp/1"], why: "x" } },
    says: [
      "network.services.front-door: a service's name has lower-case letters, digits and hyphens, and is no role's and not front-door",
    ],
  },
  {
    title: "a label that Kubernetes does not take, or keeps for itself",
    edits: {
      "groups.red.collections.red.workers.linux.labels": { tier: "a b" },
      "groups.blue.collections.blue.workers.linux.labels": { "kubernetes.io/hostname": "x" },
    },
    says: [
      'groups.red.collections.red.workers.linux.labels.tier: "a b": a label\'s value has up to 63 letters, digits, dots, hyphens and underscores',
      'groups.blue.collections.blue.workers.linux.labels: {"kubernetes.io/hostname":"x"}: a label\'s name has up to 63 letters, digits, dots, hyphens and underscores, with a DNS name and a slash before it if you like, but not one of kubernetes.io or k8s.io',
    ],
  },
  {
    title: "memory in thousandths and no processors",
    edits: { "groups.red.namespaces.red.limits": { cpu: 0, memory: "500m" } },
    says: [
      'groups.red.namespaces.red.limits.cpu: "0": write processors that one container may use, such as 2',
      'groups.red.namespaces.red.limits.memory: "500m": write memory that one container may use, such as 4Gi',
    ],
  },
  {
    title: "a spread that names an availability zone twice",
    edits: { "management.managers.spread": ["a", "a"] },
    says: ['management.managers.spread[1]: "a": this availability zone is named twice; name it once'],
  },
  {
    title: "several slips in one section, all of them",
    edits: {
      "network.bogus": 1,
      "network.podCidr": "10.16.0.0/20",
      "network.availabilityZones": ["a", "a"],
      "management.registry.siz": "small",
      "management.managers.count": 4,
    },
    says: [
      "network.bogus: unknown key; allowed here: cidr, zonePrefix, availabilityZones, overlay, workerMesh, podCidr, serviceCidr, frontDoor, services, existing",
      'management.registry.siz: unknown key (did you mean "size"?); allowed here: count, size, labels, spread',
      'network.podCidr: "10.16.0.0/20": it overlaps 10.16.0.0/16, network.cidr; choose addresses that nothing else uses',
      'network.availabilityZones[1]: "a": this availability zone is named twice; name it once',
      "management.managers.count: 4: managers agree by majority (Raft), so an even number survives no more failures than one less; use 3 or 5",
    ],
  },
  {
    title: "a missing slot beside a zone with a slip, whose slot is not offered",
    edits: { "zones.red.slots": 3, "zones.blue.slot": undefined },
    says: [
      'zones.red.slots: unknown key (did you mean "slot"?); allowed here: slot, tier, inside',
      "zones.blue.slot: a zone's slot is missing: it fixes the zone's addresses; the next free slot is 2",
    ],
  },
  {
    title: "an existing network whose subnet is larger than it",
    edits: {
      "network.existing": {
        id: "vpc-1",
        subnets: {
          management: [subnet("10.16.0.0/15")],
          red: [subnet("10.18.1.0/24")],
          blue: [subnet("10.16.2.0/24")],
        },
      },
    },
    says: [
      'network.existing.subnets.management[0].cidr: "10.16.0.0/15": it lies outside network.cidr (10.16.0.0/16)',
      'network.existing.subnets.red[0].cidr: "10.18.1.0/24": it lies outside network.cidr (10.16.0.0/16)',
      'network.existing.subnets.blue[0].cidr: "10.16.2.0/24": it overlaps 10.16.0.0/15 of zone "management"; zones share no addresses',
    ],
  },
  {
    title: "an exception that is about nothing, about too much, or without an end",
    edits: {
      exceptions: [
        { ...accepted },
        { ...accepted, from: "red", to: "blue" },
        { ...accepted, finding: "access/red/nodes", from: "red" },
        { ...accepted, from: "red", to: "bleu", traffic: ["tcp/22"] },
        { ...accepted, finding: "access/red/nodes", expires: "2027-02-30" },
        { why: accepted.why, owner: accepted.owner, finding: "access/red/nodes" },
      ],
    },
    says: [
      'exceptions[4].expires: "2027-02-30": there is no such day in the calendar',
      'exceptions[5].expires: "expires" is missing: the last day on which it holds, such as 2027-01-31',
      "exceptions[0]: an exception is either about traffic, with from, to and traffic, or about one finding of the proof, with finding; from and to and traffic are missing",
      "exceptions[1]: an exception is either about traffic, with from, to and traffic, or about one finding of the proof, with finding; traffic is missing",
      'exceptions[2].from: "red": an exception is either about traffic, with from, to and traffic, or about one finding of the proof, with finding; take one out',
      'exceptions[3].to: "bleu": there is no such zone (did you mean "blue"?); write a zone, zone/collection, manager, registry, worker or a CIDR block',
    ],
  },
  {
    title: "a target AWS of which nothing is said",
    edits: { aws: undefined },
    says: [
      "aws: the target is aws, and its section is missing: write its region, its account and images.linux, such as { id: ami-0123456789abcdef0 }",
    ],
  },
  {
    title: "a section for AWS that AWS would refuse, each slip of it",
    edits: {
      aws: {
        region: "Frankfurt",
        account: "1234",
        images: { linux: { id: "ubuntu" } },
        egress: "internet",
        flowLogDays: 31,
      },
    },
    says: [
      'aws.region: "Frankfurt": write the region, such as eu-central-1',
      'aws.account: "1234": write the account\'s twelve digits, in quotes, such as "111122223333"',
      'aws.images.linux.id: "ubuntu": write an image\'s id, such as ami-0123456789abcdef0',
      'aws.egress: "internet": how machines reach what is no service is one of nat, proxy, none',
      "aws.flowLogDays: 31: how many days flow logs are kept is one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653",
    ],
  },
  {
    title: "machines without an image, by their operating system",
    edits: {
      "aws.images": {},
      "network.overlay": "vxlan",
      "groups.win": windows("win"),
    },
    says: [
      "aws.images.linux: there are Linux machines and no image for them; write its id, such as { id: ami-0123456789abcdef0 }",
      "aws.images.windows: there are Windows machines and no image for them; write its id, such as { id: ami-0123456789abcdef0 }",
    ],
  },
  {
    title: "Windows workers for an engine that has none",
    edits: { engine: "kubernetes", "network.overlay": "vxlan", "groups.win": windows("win") },
    says: [
      'engine: "kubernetes": Windows workers are set up for mke alone; write mke, or take the Windows workers out',
    ],
  },
  {
    title: "packages and mirrors that are not taken over TLS, or would need quoting",
    edits: {
      "machines.packages": { repository: "http://repos.example.com", channel: "stable 25" },
      "machines.registryMirrors": ["https://mirror.example.com/$(id)"],
    },
    says: [
      'machines.packages.repository: "http://repos.example.com": write where the container engine\'s packages are, such as https://repos.mirantis.com',
      'machines.packages.channel: "stable 25": write the packages\' channel, such as stable-25.0.14',
      'machines.registryMirrors[0]: "https://mirror.example.com/$(id)": write a mirror\'s URL, such as https://mirror.example.com',
    ],
  },
  {
    title: "a way out by a proxy that is not named",
    edits: { "aws.egress": "proxy" },
    says: ['aws.egress: "proxy": no proxy is named; write machines.proxy with its url and addresses'],
  },
  {
    title: "a proxy with a password, or inside the environment",
    edits: {
      "machines.proxy": { url: "http://user:secret@proxy.example.com:3128", addresses: ["10.16.9.0/24"] },
    },
    says: [
      "machines.proxy.url: every process of a machine can read this: let the proxy know machines by their addresses, and take the name and password out",
      'machines.proxy.addresses[0]: "10.16.9.0/24": this stands for addresses outside the environment and overlaps network.cidr (10.16.0.0/16); name blocks without it, or in flows a zone or collection',
    ],
  },
  {
    title: "gateways for a network that exists already and has its own",
    edits: {
      "network.frontDoor": ["10.128.0.0/9"],
      "network.existing": {
        id: "vpc-1",
        subnets: {
          management: [subnet("10.16.0.0/24")],
          red: [subnet("10.16.1.0/24")],
          blue: [subnet("10.16.2.0/24")],
        },
      },
      "aws.egress": "nat",
      "aws.loadBalancers": "internet-facing",
      "aws.transitGateway": { id: "tgw-0123456789abcdef0", blocks: ["10.128.0.0/9"] },
    },
    says: [
      'aws.egress: "nat": a network that exists already has its own routes, so nothing is made there; write proxy or none',
      "aws.transitGateway: a network that exists already has its own routes, so none is attached; take it out",
      'aws.loadBalancers: "internet-facing": a network that exists already has its own routes, and no subnets with public addresses are named; write internal',
    ],
  },
  {
    title: "load balancers with public addresses that nobody may reach",
    edits: { "aws.loadBalancers": "internet-facing" },
    says: [
      'aws.loadBalancers: "internet-facing": without network.frontDoor there are no load balancers; name who may reach them, or take this out',
    ],
  },
  {
    title: "the whole world at a load balancer, or behind a transit gateway",
    edits: {
      "network.frontDoor": ["0.0.0.0/0"],
      "aws.transitGateway": { id: "tgw-0123456789abcdef0", blocks: ["0.0.0.0/0"] },
    },
    says: [
      'network.frontDoor[0]: "0.0.0.0/0": this is a great part of all addresses there are; name the networks that are meant, each /8 or smaller',
      'aws.transitGateway.blocks[0]: "0.0.0.0/0": this is a great part of all addresses there are; name the networks that are meant, each /8 or smaller',
    ],
  },
  {
    title: "a slot that the network's edge needs",
    edits: { "aws.egress": "nat", "zones.red.slot": 63 },
    says: [
      "zones.red.slot: 63: network.cidr has slots up to 62 for zones of /22, the one after that being the network's edge with its gateways; the next free slot is 1",
    ],
  },
  {
    title: "tags that others write, and a family of Linux for Windows",
    edits: {
      "aws.tags": { Name: "x", "aws:x": "y", "bulkhead:zone": "z", fine: "yes" },
      "aws.images.windows": { id: "ami-0123456789abcdef0", family: "rhel" },
    },
    says: [
      'aws.images.windows.family: "rhel": Windows is no family of Linux; take it out',
      "aws.tags.Name: AWS, Kubernetes or Bulkhead write this tag themselves; choose another name",
      "aws.tags.aws:x: AWS, Kubernetes or Bulkhead write this tag themselves; choose another name",
      "aws.tags.bulkhead:zone: AWS, Kubernetes or Bulkhead write this tag themselves; choose another name",
    ],
  },
];

describe("a configuration", () => {
  for (const { title, edits, says } of cases)
    it(`is refused for ${title}`, () => {
      assert.deepEqual(problems(edited(edits)), says);
    });

  it("is refused on AWS with more zones than its largest block has room for, and told that groups may share zones", () => {
    const names = Array.from({ length: 512 }, (_, index) => `z${index}`);
    const zones = Object.fromEntries(names.map((name, index) => [name, { slot: index + 1 }]));
    const [first] = problems(
      edited({ "network.zonePrefix": 25, zones: { ...zones, red: { slot: 1 }, blue: { slot: 2 } } }),
    );
    assert.equal(
      first,
      'network.cidr: "10.16.0.0/16": it is too small: it has room for 512 zones of /25 and there are 515 with management; let groups share a zone, each with a collection in a slot of its own',
    );
  });

  it("is refused on AWS where its environment's name is too long for what begins with it", () => {
    const said = (name: string, edits: Readonly<Record<string, unknown>>) => {
      const result = checkEnvironment(name, edited(edits));
      return "problems" in result ? result.problems.map((problem) => showProblem(problem)) : [];
    };
    assert.deepEqual(said("platform-production", {}), [
      'target: "aws": on AWS an environment\'s name has at most 18 characters, since load balancers\' names begin with it; "platform-production" has 19',
    ]);
    assert.deepEqual(said("platform-productio", {}), []);
    assert.deepEqual(said("platform-production", { target: "azure" }), []);
  });

  it("tells all its problems at once, those of its shape and those of its meaning", () => {
    assert.deepEqual(
      problems(
        edited({
          "zones.red.slots": 3,
          "zones.blue.slot": undefined,
          "network.podCidr": "10.16.0.0/20",
          "management.managers.count": 4,
          "groups.blue.namespaces.blue.collection": "red",
          flows: [{ from: "red" }, flow("red", "green"), flow("blue", "blue")],
        }),
      ).map((line) => line.split(": ", 1)[0]),
      [
        "zones.red.slots",
        "flows[0].to",
        "flows[0].traffic",
        "flows[0].why",
        "flows[0].owner",
        "network.podCidr",
        "management.managers.count",
        "zones.blue.slot",
        "groups.blue.namespaces.blue.collection",
        "flows[1].to",
        "flows[2]",
      ],
    );
  });

  it("may fill a namespace's whole quota with sample pods, and name a team of any directory", () => {
    assert.deepEqual(
      problems(
        edited({
          "groups.red.namespaces.red.samplePods": 20,
          "groups.red.team.directoryGroup": "CN=system:masters,DC=example,DC=com",
        }),
      ),
      [],
    );
  });

  it("offers no slot that stands in a zone with a problem", () => {
    const edits = { "zones.red.tier": "A B", "zones.blue.slot": undefined };
    assert.match(problems(edited(edits)).join("\n"), /zones\.blue\.slot: .*the next free slot is 2$/);
  });

  it("takes no zone for unknown only because the zone itself has a problem", () => {
    assert.deepEqual(problems(edited({ "zones.red.slots": 3, flows: [flow("red", "blue")] })).length, 1);
  });
});
