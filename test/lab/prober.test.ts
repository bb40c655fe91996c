import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import path from "node:path";
import { Cache } from "../../scripts/toolchain/cache.ts";
import { prepareProber } from "../../scripts/toolchain/prober.ts";
import { command } from "../../components/lab/linux/command.ts";
import { createHost } from "../../components/lab/linux/host.ts";
import type { Gateway } from "../../components/lab/linux/gateway.ts";
import { byHand, labOf, planOf, ways, withLabs } from "../support/lab.ts";
import { requires } from "../support/machine.ts";

type Probe = readonly [
  from: number,
  source: string,
  to: number,
  destination: string,
  protocol: number,
  port: number,
];

interface Input {
  readonly netns?: string;
  readonly hosts: readonly string[];
  readonly phases: readonly (readonly Probe[])[];
}

let prober = "";
before(async function () {
  this.timeout(60_000);
  requires(this, "go");
  prober = await prepareProber(new Cache(path.join(tmpdir(), "bulkhead-test-cache")), process.env);
});

function send({ lab }: Gateway, input: Input) {
  const [program, ...args] = [...lab.enter(), prober] as const;
  const text = JSON.stringify({ settleMillis: 50, netns: "/run/netns", ...input });
  const { status, stdout, stderr } = spawnSync(program, args, { input: text, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as { arrived: string[]; answered: string[] };
}

/** As `send`, while others do so, too. */
async function sendBeside({ lab }: Gateway, input: Input) {
  const text = JSON.stringify({ settleMillis: 200, netns: "/run/netns", ...input });
  const { code, stdout, stderr } = await command([...lab.enter(), prober], text);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as { arrived: string[] };
}

for (const way of ways)
  describe(`the prober, in a lab ${way.how}`, function () {
    this.timeout(30_000);
    withLabs(way);
    const hosts = ["test-billing-1", "test-billing-2", "test-claims-1", "outside"];
    const [one, two, claims] = ["10.16.4.128", "10.16.4.129", "10.16.8.128"];
    let gateway: Gateway;
    beforeEach(async () => {
      gateway = await labOf(await planOf("dev"));
    });

    it("tells of each packet whether it arrived and whether its answer came back", () => {
      const open = [1, 4, 6, 17, 47, 94, 253].map((protocol): Probe => [
        0,
        one,
        1,
        two,
        protocol,
        protocol === 6 || protocol === 17 ? 7777 : 0,
      ]);
      const closed = open.map(([from, source, , , ...traffic]): Probe => [
        from,
        source,
        2,
        claims,
        ...traffic,
      ]);
      const forged: Probe = [2, one, 1, two, 6, 7777];
      assert.deepEqual(send(gateway, { hosts, phases: [[...closed, forged], open] }).arrived, [
        "00000000",
        "1111111",
      ]);
      const { answered } = send(gateway, { hosts, phases: [[...closed, forged], open] });
      assert.deepEqual(answered, ["0-0----0", "1-1----"]);
    });

    it("tells an answer that is lost from a packet that is", async () => {
      await byHand(gateway, "nft insert rule inet bulkhead forward ct direction reply drop");
      const { arrived, answered } = send(gateway, { hosts, phases: [[[0, one, 1, two, 6, 7777]]] });
      assert.deepEqual([arrived, answered], [["1"], ["0"]]);
    });

    it("loses none of many thousands of packets that pass, time after time", () => {
      const ports = Array.from({ length: 2500 }, (_, index) => index + 1);
      const all = ports.flatMap((port): Probe[] => [
        [0, one, 1, two, 6, port],
        [1, two, 0, one, 17, port],
      ]);
      for (let run = 0; run < 5; run++) {
        const { arrived, answered } = send(gateway, { hosts, phases: [all] });
        assert.equal(arrived[0]?.indexOf("0"), -1, `run ${run}`);
        assert.equal(answered[0]?.indexOf("0"), -1, `run ${run}`);
      }
    });

    it("takes nothing of another run for its own, also while both are at work", async () => {
      const open = Array.from({ length: 2000 }, (_, index): Probe => [0, one, 1, two, 17, index + 1]);
      const closed = open.map(([, , , , ...traffic]): Probe => [2, claims, 1, two, ...traffic]);
      const runs = [open, closed, open, closed].map((probes) =>
        sendBeside(gateway, { hosts, phases: [probes] }),
      );
      const arrived = (await Promise.all(runs)).map((run) => run.arrived[0]);
      const [all, none] = ["1".repeat(2000), "0".repeat(2000)];
      assert.deepEqual(arrived, [all, none, all, none]);
    });

    it("reaches a host that has just been made", async () => {
      await gateway.change("make a host", (now) =>
        createHost(
          now,
          { name: "new", instance: "1", address: "10.16.4.200", groups: ["zone/test-billing"] },
          "10.16.4.0/22",
        ),
      );
      const { arrived } = send(gateway, {
        hosts: [...hosts, "new"],
        phases: [
          [
            [0, one, 4, "10.16.4.200", 6, 80],
            [4, "10.16.4.200", 0, one, 4, 0],
          ],
        ],
      });
      assert.deepEqual(arrived, ["11"]);
    });

    it("names the hosts that have no namespace", () => {
      const [program, ...args] = [...gateway.lab.enter(), prober] as const;
      const phases = [[[0, one, 1, two, 6, 80]]];
      const input = JSON.stringify({
        settleMillis: 50,
        netns: "/run/netns",
        hosts: ["nobody", "nothing"],
        phases,
      });
      const { status, stderr } = spawnSync(program, args, { input, encoding: "utf8" });
      assert.equal(status, 1);
      assert.match(stderr, /host nobody has no network namespace.*\n.*host nothing has no network namespace/);
    });
  });

describe("the prober's input", () => {
  it("that is wrong is named with its place, all of it at once, and nothing is sent", () => {
    const input = JSON.stringify({
      settleMillis: 0,
      netns: "/run/netns",
      hosts: ["a", "../b"],
      phases: [
        [[0, "10.0.0.1", 2, "10.0.0.2", 6, 80]],
        [
          [0, "10.0.0.1", 1, "10.0.0.2", 1, 80],
          [0, "10.0.0.1", 1, "10.0.0.2", 6, 0],
        ],
      ],
    });
    const { status, stdout, stderr } = spawnSync(prober, [], { input, encoding: "utf8" });
    assert.deepEqual([status, stdout], [2, ""]);
    for (const problem of [
      /settleMillis is 0, allowed are 1 to 10000/,
      /hosts\[1\] is "\.\.\/b"/,
      /phases\[0\]\[0\]: from 0 and to 2 must be indices of the 2 hosts/,
      /phases\[1\]\[0\]: protocol 1 with port 80/,
      /phases\[1\]\[1\]: protocol 6 with port 0/,
    ])
      assert.match(stderr, problem);
  });

  for (const [what, input] of [
    ["no JSON", "{"],
    ["an unknown field", '{"hostz":[]}'],
    ["an address of another family", '{"hosts":["a"],"phases":[[[0,"::1",0,"::1",6,80]]]}'],
    ["a protocol that nobody can receive", '{"hosts":["a"],"phases":[[[0,"10.0.0.1",0,"10.0.0.2",255,0]]]}'],
  ] as const)
    it(`may not be ${what}`, () => {
      const { status, stderr } = spawnSync(prober, [], { input, encoding: "utf8" });
      assert.equal(status, 2);
      assert.match(stderr, /^prober: bad input: /);
    });
});
