import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { Lab } from "../../components/lab/linux/lab.ts";
import { afterwards } from "../support/afterwards.ts";
import { byHand, ways, withLabs } from "../support/lab.ts";
import { LabStack } from "../support/stack.ts";
import { traces, untilNothingIsLeft } from "../support/traces.ts";
import { until } from "../support/until.ts";

/** What became of the resources, after a preview where there was one. */
const resources = (output: string): string[] =>
  /Resources:\n([^]*?)(?:\n\n|$)/
    .exec(output.slice(output.lastIndexOf("Resources:")))?.[1]
    ?.split("\n")
    .map((line) => line.trim()) ?? [];

for (const way of ways)
  describe(`a lab's stack ${way.how}`, function () {
    this.timeout(120_000);
    withLabs(way);
    let made: LabStack | undefined;
    let stack: LabStack;
    let before: ReadonlySet<string>;
    beforeEach(async () => {
      made ??= await brought();
      stack = made;
      stack.restore();
    });
    after(async () => {
      await made?.delete();
    });
    async function brought(): Promise<LabStack> {
      const fresh = new LabStack();
      before = traces(fresh.state);
      await fresh.up();
      return fresh;
    }
    const kill = async () => {
      process.kill(Number(readFileSync(path.join(stack.folder, "pid"), "utf8")), "SIGKILL");
      await until("the lab is known to be dead", async () => (await Lab.find(stack.folder)) === undefined);
    };

    it("changes nothing when it is brought up again, previewed or refreshed", async () => {
      for (const command of [["up", "--yes"], ["preview"], ["refresh", "--yes"]])
        assert.deepEqual(resources(await stack.succeed(...command)), ["31 unchanged"], command.join(" "));
    });

    it("shows in a refresh what was changed by hand, and the next up puts all of it right", async () => {
      await stack.up();
      const gateway = await stack.gateway();
      const chain =
        (await gateway.read()).firewalls.find(({ zone }) => zone === "test-claims")?.chains.in ?? "";
      await byHand(
        gateway,
        [
          "nft insert rule inet bulkhead forward accept",
          "nft add table ip mine",
          "nft add element inet bulkhead role/manager '{ 10.16.4.128 }'",
          `nft add rule inet bulkhead ${chain} tcp dport 22 accept`,
          "ip netns delete test-portal-2",
        ].join("\n"),
      );
      const output = await stack.succeed("refresh", "--yes", "--diff");
      for (const shown of [
        /\+ +\[\d\]: "chain forward has other rules"/,
        /\+ +\[\d\]: "table ip mine is not the lab's"/,
        /=> "role\/manager"/,
        /\+ by hand: .*"right":22.*"accept"/,
        /- name +: "test-portal-2"/,
      ])
        assert.match(output, shown);
      assert.deepEqual(resources(output).slice(0, 2), ["~ 3 updated", "- 1 deleted"]);
      await stack.up();
      assert.deepEqual((await gateway.read()).byHand, []);
      assert.deepEqual(resources(await stack.succeed("refresh", "--yes")), ["31 unchanged"]);
    });

    it("whose process was killed is shown as gone by a refresh, and made anew by the next up", async () => {
      await stack.up();
      await kill();
      assert.deepEqual(resources(await stack.succeed("refresh", "--yes")), ["- 29 deleted", "2 unchanged"]);
      assert.deepEqual(resources(await stack.up()), ["+ 29 created", "2 unchanged"]);
    });

    it("whose process was killed, or whose folder was removed, is made anew without a refresh", async () => {
      await stack.up();
      await kill();
      assert.deepEqual(resources(await stack.up()), ["+-29 replaced", "2 unchanged"]);
      rmSync(stack.folder, { recursive: true });
      assert.deepEqual(resources(await stack.up()), ["+-29 replaced", "2 unchanged"]);
      assert.equal((await (await stack.gateway()).read()).hosts.length, 14);
    });

    it("stands beside another stack's", async () => {
      await stack.up();
      const { output } = await stack.clone.sh("scripts/up dev-tiers");
      assert.match(output, /dev-tiers is up: 3 zones with 14 hosts/);
      const tiers = path.join(path.dirname(stack.folder), "dev-tiers");
      afterwards(() => Lab.stop(tiers));
      const [one, two] = [(await stack.gateway()).lab, await Lab.find(tiers)];
      assert.ok(two !== undefined);
      const addresses = async (lab: Lab) => (await lab.run("ip -br link | grep -c ^p")).stdout;
      assert.deepEqual([await addresses(one), await addresses(two)], ["14\n", "14\n"]);
      await stack.clone.succeed(". scripts/env && pulumi destroy --yes --skip-preview -s dev-tiers");
      assert.equal(await Lab.find(tiers), undefined);
      assert.equal(await one.isAlive(), true);
    });

    // What the engine does of it is the same as root.
    if (way.asRoot === "") {
      it("shows a new rule as one line, and changes that zone's firewall alone", async () => {
        stack.edit((text) => text.replace("[198.51.100.0/24]", "[198.51.100.0/24, 203.0.113.0/24]"));
        const preview = await stack.succeed("preview", "--diff");
        assert.match(
          preview,
          /- 198\.51\.100\.0\/24 -> role\/manager: tcp\/6443 +: "people reach the Kubernetes API"/,
        );
        assert.match(
          preview,
          /\+ 198\.51\.100\.0\/24,203\.0\.113\.0\/24 -> role\/manager: tcp\/6443 *: "people reach/,
        );
        const output = await stack.up();
        assert.match(output, /lab:index:Firewall management updated .*\[diff: ~ingress\]/);
        assert.deepEqual(resources(output), ["~ 1 updated", "30 unchanged"]);
      });

      it("gets a worker without a change of any firewall", async () => {
        stack.edit((text) => text.replace("count: 2, size: small", "count: 3, size: small"));
        const output = await stack.up();
        assert.match(output, /lab:index:Host test-billing-3 created/);
        assert.equal(resources(output)[0], "+ 1 created");
        assert.doesNotMatch(output, /Firewall test-\w+ updated/);
      });

      it("keeps a zone's addresses when it is renamed, and nothing of the old name", async () => {
        stack.edit((text) =>
          text
            .replace("test-claims: { slot", "test-klaims: { slot")
            .replace("zone: test-claims", "zone: test-klaims"),
        );
        await stack.up();
        const now = await (await stack.gateway()).read();
        assert.equal(now.zones.find(({ name }) => name === "test-klaims")?.cidr, "10.16.8.0/22");
        assert.deepEqual(
          [...now.zones, ...now.firewalls.map(({ zone }) => ({ name: zone }))].filter(
            ({ name }) => name === "test-claims",
          ),
          [],
        );
        assert.deepEqual([now.byHand, now.strayChains, now.strayNamespaces], [[], [], []]);
        assert.ok(
          now.hosts.find(({ name }) => name === "test-claims-1")?.groups.includes("zone/test-klaims") ===
            true,
        );
      });

      it("loses a zone with its hosts, and nothing else", async () => {
        await stack.up();
        stack.edit((text) =>
          text
            .replace(/ {4}test-claims: \{ slot.*\n/, "")
            .replace(/ {4}test-claims:\n {6}owner[^]*?(?= {4}test-portal:\n {6}owner)/, ""),
        );
        const output = await stack.up();
        assert.equal(resources(output)[0], "- 4 deleted");
        const now = await (await stack.gateway()).read();
        assert.equal(now.zones.length, 6);
        assert.equal(now.hosts.length, 12);
        assert.deepEqual([now.byHand, now.strayChains, now.strayNamespaces], [[], [], []]);
      });

      it("takes hosts and firewalls back that the state has lost, by import", async () => {
        await stack.up();
        const { id: network } = (await stack.gateway()).lab;
        const parent =
          "urn:pulumi:dev::bulkhead::bulkhead:environment:Environment$lab:index:Network$lab:index:Zone";
        for (const [type, name, id] of [
          ["Host", "registry-1", `${network}/registry-1`],
          ["Firewall", "management", `${network}/management/firewall`],
        ] as const) {
          await stack.succeed("state", "delete", `${parent}$lab:index:${type}::${name}`, "--yes");
          const importing = ["import", "--yes", "--generate-code=false", "--protect=false"];
          await stack.succeed(
            ...importing,
            "--parent",
            `zone=${parent}::management`,
            `lab:index:${type}`,
            name,
            id,
          );
        }
        assert.deepEqual(resources(await stack.up()), ["31 unchanged"]);
        const nobody = await stack.run("import", "--yes", "lab:index:Host", "nobody", `${network}/nobody`);
        assert.notEqual(nobody.code, 0);
        assert.match(nobody.output, /does not exist/);
      });

      it("is not touched by a stack of the same name in another state, which says whose it is", async () => {
        await stack.up();
        const other = await stack.clone.sh(
          `. scripts/env && export PULUMI_BACKEND_URL="file://$HOME/other" && mkdir -p "$HOME/other" && ` +
            "pulumi stack init dev --no-select && pulumi up -s dev --yes --skip-preview",
        );
        assert.notEqual(other.code, 0);
        assert.match(
          other.output,
          /the name is taken: a lab "dev" runs already, made by urn:pulumi:dev::bulkhead::.* end it with: scripts\/lab down dev/,
        );
        assert.deepEqual(resources(await stack.succeed("refresh", "--yes")), ["31 unchanged"]);
      });
    }

    it("leaves nothing when it is destroyed, also where its process is dead already", async () => {
      await stack.up();
      await kill();
      await stack.destroy();
      await stack.up();
      await stack.destroy();
      assert.equal(existsSync(stack.folder), false);
      assert.deepEqual(readdirSync(path.dirname(stack.folder)), []);
      await untilNothingIsLeft(stack.state, before);
    });
  });
