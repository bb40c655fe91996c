import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import path from "node:path";
import { Random } from "../../components/lab/check/random.ts";
import { command } from "../../components/lab/linux/command.ts";
import type { Lab } from "../../components/lab/linux/lab.ts";
import { exactly, type Network } from "../../components/proof/network/index.ts";
import { parseRuleset, readCheckpoints, type Devices } from "../../components/proof/nftables/index.ts";
import { Reach } from "../../components/proof/reach/index.ts";
import {
  intervals,
  oneAddress,
  packets,
  parseAddress,
  showPackets,
} from "../../components/proof/space/index.ts";
import { Cache } from "../../scripts/toolchain/cache.ts";
import { prepareProber } from "../../scripts/toolchain/prober.ts";
import { emptyLab, ways, withLabs } from "../support/lab.ts";
import { requires } from "../support/machine.ts";
import { addresses, deviceOf, RandomRuleset } from "./proofRuleset.ts";

const rulesets = 60;
const seed = Number(process.env["BULKHEAD_SEED"] ?? 20261125);

let prober = "";
before(async function () {
  this.timeout(60_000);
  requires(this, "go");
  prober = await prepareProber(new Cache(path.join(tmpdir(), "bulkhead-test-cache")), process.env);
});

/** A machine that forwards between hosts, each with a cable of its own, and what its ruleset is to be. */
const machine = (number: number, ruleset: string): string =>
  [
    ...within(undefined, [
      `netns add r${number}`,
      ...addresses.map((_, host) => `netns add h${number}-${host}`),
      ...addresses.map(
        (_, host) =>
          `link add ${deviceOf(host)} netns r${number} type veth peer name eth0 netns h${number}-${host}`,
      ),
    ]),
    ...within(`r${number}`, [
      "link set lo up",
      "address add 169.254.0.1/32 dev lo",
      ...addresses.flatMap((address, host) => [
        `link set ${deviceOf(host)} up`,
        `route add ${address}/32 dev ${deviceOf(host)}`,
      ]),
    ]),
    ...addresses.flatMap((address, host) =>
      within(`h${number}-${host}`, [
        `address add ${address}/32 dev eth0`,
        "link set eth0 up",
        "route add 169.254.0.1/32 dev eth0",
        "route add default via 169.254.0.1",
      ]),
    ),
    `nsenter --net=/run/netns/r${number} sh -eu <<'E'`,
    "echo 1 >/proc/sys/net/ipv4/ip_forward",
    `nft -f - <<'N' || { echo ruleset ${number} >&2; exit 1; }`,
    ruleset,
    "N",
    "E",
    "",
  ].join("\n");

const within = (namespace: string | undefined, commands: readonly string[]): string[] => [
  `${namespace === undefined ? "" : `nsenter --net=/run/netns/${namespace} `}ip -batch - <<'E'`,
  ...commands,
  "E",
];

const devices: Devices = {
  senders: new Map(
    addresses.map((address, host) => [
      deviceOf(host),
      exactly({ addresses: oneAddress(parseAddress(address)) }),
    ]),
  ),
  routes: new Map(addresses.map((address, host) => [deviceOf(host), oneAddress(parseAddress(address))])),
};

function networkOf(text: string): Network {
  const read = readCheckpoints(parseRuleset(text), devices);
  assert.deepEqual(read.assumptions, []);
  return {
    endpoints: addresses.map((id) => ({ id, kind: "host" })),
    nics: addresses.map((id) => ({ id, endpoint: id, addresses: [parseAddress(id)] })),
    outside: { v4: [], v6: [] },
    checkpoints: read.checkpoints,
    assumptions: [],
  };
}

type Probe = readonly [from: number, to: number, protocol: number, port: number];

/** One direction alone of a protocol without ports: the other would be an answer. */
function probesOf(random: Random): Probe[] {
  const found: Probe[] = [];
  for (const from of addresses.keys())
    for (const to of addresses.keys()) {
      if (from === to) continue;
      for (const port of [22, 80, 443, 8005, 9999]) found.push([from, to, 6, port]);
      for (const port of [22, 443, 8010]) found.push([from, to, 17, port]);
      found.push([from, to, 1, 0]);
      if (from < to)
        for (const protocol of [4, 47, 94, 253])
          found.push(random.below(2) === 0 ? [from, to, protocol, 0] : [to, from, protocol, 0]);
    }
  return found;
}

async function send(lab: Lab, all: readonly (readonly Probe[])[]) {
  const hosts = all.flatMap((_, number) => addresses.map((_address, host) => `h${number}-${host}`));
  const phase = all.flatMap((probes, number) =>
    probes.map(([from, to, protocol, port]) => {
      const index = (host: number) => number * addresses.length + host;
      return [index(from), addresses[from], index(to), addresses[to], protocol, port];
    }),
  );
  const input = JSON.stringify({ settleMillis: 200, netns: "/run/netns", hosts, phases: [phase] });
  const { code, stdout, stderr } = await command([...lab.enter(), prober], input);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as { arrived: [string]; answered: [string] };
}

for (const way of ways.slice(0, 1))
  describe(`what the proof reads of an nftables ruleset ${way.how}`, function () {
    this.timeout(60_000);
    withLabs(way);

    it(`is what the kernel does with packets, for ${rulesets} rulesets of seed ${seed}`, async () => {
      const random = new Random(seed);
      const lab = await emptyLab();
      const texts = Array.from({ length: rulesets }, () => new RandomRuleset(random).write());
      const { code, stderr } = await lab.run(texts.map((text, number) => machine(number, text)).join(""));
      assert.equal(code, 0, stderr.slice(0, 2000));
      const listed = await lab.run(
        texts
          .map((_, number) => `nsenter --net=/run/netns/r${number} nft -j -n list ruleset; echo @@`)
          .join("\n"),
      );
      const networks = listed.stdout.split("@@\n").slice(0, rulesets).map(networkOf);
      const probes = networks.map(() => probesOf(random));
      const { arrived, answered } = await send(lab, probes);

      let at = 0;
      const count = { passed: 0, stopped: 0, unanswered: 0 };
      for (const [number, network] of networks.entries()) {
        const withAnswers = new Reach(network);
        const oneWay = new Reach({
          ...network,
          checkpoints: network.checkpoints.map(({ name, origin, guards, out }) => ({
            name,
            origin,
            guards,
            ...(out === undefined ? {} : { out }),
          })),
        });
        const classOf = (reach: Reach, host: number) => {
          const found = reach.classes.find(({ spots }) =>
            spots.some(({ nic }) => nic.id === addresses[host]),
          );
          assert.ok(found !== undefined);
          return found;
        };
        for (const [from, to, protocol, port] of probes[number] ?? []) {
          const passes = (reach: Reach, how: "sure" | "maybe") =>
            intervals.includes(reach.between(classOf(reach, from), classOf(reach, to), how), packet);
          const packet = packets(protocol, protocol === 1 ? 8 * 256 : port, protocol === 1 ? 8 * 256 : port);
          const did = arrived[0][at] === "1";
          const what = () =>
            `ruleset ${number}: ${String(addresses[from])} -> ${String(addresses[to])} ${showPackets(packet)}\n${String(texts[number])}`;
          assert.equal(passes(oneWay, "maybe"), did, what());
          assert.equal(passes(oneWay, "sure"), did, what());
          if (protocol === 6 && passes(withAnswers, "sure")) assert.equal(answered[0][at], "1", what());
          if (answered[0][at] === "0" && did) count.unanswered++;
          count[did ? "passed" : "stopped"]++;
          at++;
        }
      }
      assert.ok(count.passed > 2000 && count.stopped > 2000 && count.unanswered > 100, JSON.stringify(count));
    });
  });
