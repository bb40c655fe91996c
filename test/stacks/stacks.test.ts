import assert from "node:assert/strict";
import { describePlan, plan } from "../../components/plan/index.ts";
import { ConfigError } from "../../stacks/config.ts";
import { editorSchema } from "../../stacks/config/editorSchema.ts";
import { listEnvironments, parseStackFile, readStackFile } from "../../stacks/config/file.ts";
import { assertGolden } from "../support/golden.ts";

const environments = await listEnvironments();

describe("the committed environments", () => {
  it("are dev, dev-tiers, test, staging and demo", () => {
    assert.deepEqual(environments, ["demo", "dev", "dev-tiers", "staging", "test"]);
  });

  for (const name of environments) {
    it(`${name} lets reach whom its golden says, in words`, async () => {
      const text = describePlan(plan(parseStackFile(await readStackFile(name))));
      await assertGolden(new URL(`../golden/${name}.txt`, import.meta.url), text);
    });

    for (const target of ["aws", "azure"])
      it(`${name} plans on ${target} by changing one line`, async () => {
        const file = await readStackFile(name);
        const text = file.text.replace(/^( {2}bulkhead:target:) \w+$/m, `$1 ${target}`);
        const planned = plan(parseStackFile({ ...file, text }));
        assert.equal(planned.target, target);
        assert.ok(planned.hosts.length > 0);
      });
  }

  it("are what was asked for: groups in zones of their own, or three collections in a tier's zone", async () => {
    const shape = async (name: string) => {
      const { target, engine, overlay, zones, collections, hosts } = plan(
        parseStackFile(await readStackFile(name)),
      );
      const of = (role: string, os = "linux") =>
        hosts.filter((host) => host.role === role && host.os === os).length;
      return {
        runs: `${engine} on ${target}, ${overlay}`,
        zones: zones.slice(1).map(({ name: zone, tier }) => {
          const members = collections.filter((collection) => collection.zone === zone).length;
          return `${tier ?? "-"}: ${members}`;
        }),
        machines: [of("manager"), of("registry"), of("worker", "windows"), of("worker")],
      };
    };
    assert.deepEqual(await shape("dev"), {
      runs: "kubernetes on lab, ipip",
      zones: ["test: 1", "test: 1", "test: 1", "staging: 1", "staging: 1", "staging: 1"],
      machines: [1, 1, 0, 12],
    });
    assert.deepEqual(await shape("dev-tiers"), {
      runs: "kubernetes on lab, vxlan",
      zones: ["test: 3", "staging: 3"],
      machines: [1, 1, 0, 12],
    });
    assert.equal((await shape("test")).runs, "mke on aws, ipip");
    assert.equal((await shape("staging")).runs, "mke on azure, vxlan");
    assert.deepEqual(await shape("demo"), {
      runs: "mke on azure, vxlan",
      zones: ["-: 1"],
      machines: [1, 1, 2, 1],
    });
  });
});

describe("a stack file", () => {
  const file = (text: string) => ({ environment: "sample", path: "stacks/Pulumi.sample.yaml", text });

  it("that is not there is answered with those that are", async () => {
    await assert.rejects(readStackFile("devv"), {
      message:
        'there is no environment "devv" (did you mean "dev"?); stacks/ has demo, dev, dev-tiers, staging, test',
    });
  });

  it("with problems is answered with the line of each", async () => {
    const { text } = await readStackFile("dev");
    const broken = text.replace("slot: 2,", "slot: 1,").replace("cidr: 10.16.0.0/16", "cidr: 10.16.0.0/33");
    const lineOf = (part: string) => broken.split("\n").findIndex((line) => line.includes(part)) + 1;
    assert.throws(
      () => parseStackFile(file(broken)),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.equal(
          error.message,
          [
            "stacks/Pulumi.sample.yaml has 2 problems:",
            `  network.cidr (line ${lineOf("10.16.0.0/33")}): "10.16.0.0/33": write an IPv4 CIDR block, such as 10.16.0.0/16`,
            `  zones.test-claims.slot (line ${lineOf("test-claims: {")}): 1: this is already the slot of zone "test-billing"; the next free slot is 2`,
          ].join("\n"),
        );
        return true;
      },
    );
  });

  for (const [title, text, message] of [
    ["is not YAML", "config: [", /^stacks\/Pulumi\.sample\.yaml is not YAML: .* at line 1/],
    ["names a key twice", "config:\n  a: 1\n  a: 2\n", /is not YAML: Map keys must be unique at line 3/],
    ["is empty", "", /"target" is missing: where the environment runs/],
    ["has no configuration", "config: 5\n", /"target" is missing/],
  ] as const)
    it(`that ${title} is refused with what is wrong`, () => {
      assert.throws(() => parseStackFile(file(text)), { message });
    });

  it("is completed and checked in editors by a schema that is made from the program's own", async () => {
    await assertGolden(new URL("../../stacks/schema.json", import.meta.url), editorSchema());
  });
});
