import assert from "node:assert/strict";
import { Reference, type Resource, type Value } from "../../../components/proof/resource/index.ts";
import { readStackFile } from "../../../stacks/config/file.ts";
import { Pack } from "../../../stacks/policy/pack.ts";
import { registered, resource } from "../../components/proof/lab/resources.ts";
import { unknown } from "../../components/proof/resource/files.ts";
import { planOf } from "../../support/lab.ts";

/** Tells a pack what is asked of resources, as the engine does before any of them exists. */
function take(pack: Pack, resources: readonly Resource[]): void {
  for (const { urn, inputs } of resources) {
    const entries = Object.entries(inputs);
    pack.take(
      urn,
      Object.fromEntries(entries.map(([key, value]) => [key, value instanceof Reference ? unknown : value])),
    );
  }
}

const ask = (pack: Pack, resources: readonly Resource[]) =>
  pack.judge(
    resources.map(({ urn, type, inputs }) => ({
      urn,
      type,
      outputs: {},
      propertyDependencies: Object.fromEntries(
        Object.entries(inputs).map(([key, value]) => [
          key,
          value instanceof Reference ? [value.resource.urn] : [],
        ]),
      ),
    })),
  );

function judged(pack: Pack, resources: readonly Resource[]) {
  take(pack, resources);
  return ask(pack, resources);
}

/** Of the network alone: the stack file also wants namespaces. */
const ofMachines = (violations: Awaited<ReturnType<Pack["judge"]>>) =>
  violations.filter(({ message }) => /\n +id +machines\//.test(message));

const stray = (zone: Value) =>
  resource("lab:index:Host", "stray", {
    zone,
    name: "stray",
    address: "10.16.12.200",
    groups: ["role/worker"],
  });

describe("the policy pack", () => {
  it("says nothing of a network that holds", async () => {
    assert.deepEqual(ofMachines(await judged(new Pack(), registered(await planOf("dev")))), []);
  });

  it("says of a leak what, between whom, by which rule, where and the way out, and fails the run", async () => {
    const resources = registered(await planOf("dev"));
    const zone = resources.find(({ type, name }) => type === "lab:index:Zone" && name === "test-portal");
    assert.ok(zone !== undefined);
    const violations = ofMachines(await judged(new Pack(), [...resources, stray(new Reference(zone, "id"))]));
    const leak = violations.find(({ message }) => message.startsWith("stray can reach manager on"));
    assert.ok(leak !== undefined);
    assert.ok(violations.every(({ mandatory, policy }) => mandatory && policy === "no-leak"));
    assert.match(leak.urn ?? "", /::lab:index:Firewall::test-portal$/);
    assert.match(
      leak.message,
      /\n +example +stray \(10\.16\.12\.200\) -> manager-1 \(10\.16\.0\.128\), tcp\/179\n/,
    );
    assert.match(leak.message, /\n +because +role\/worker -> role\/manager: tcp\/179/);
    assert.match(leak.message, /\n +place +stacks\/Pulumi\.dev\.yaml:\d+ \(management\.managers\)\n/);
    assert.match(leak.message, /\n +way out +\S/);
  });

  it("lets pass what the stack file excuses, says so as advice, and no longer when that has expired", async () => {
    const resources = [...registered(await planOf("dev")), stray("nobody's")];
    const ids = ofMachines(await judged(new Pack(), resources)).map(
      ({ message }) => /\bid +(\S+)$/.exec(message)?.[1],
    );
    assert.equal(ids.length, 6);
    const found = async (expires: string) => {
      const file = await readStackFile("dev");
      const exceptions = ids.map(
        (id) => `    - { finding: ${id}, why: a drill, owner: a@example.com, expires: "${expires}" }\n`,
      );
      const text = file.text.replace(
        /^config:\n/m,
        `config:\n  bulkhead:exceptions:\n${exceptions.join("")}`,
      );
      const violations = await judged(new Pack(() => Promise.resolve({ ...file, text })), resources);
      return { leaks: ofMachines(violations), advice: violations.filter(({ mandatory }) => !mandatory) };
    };
    const [first = ""] = ids;
    const holds = await found("2999-12-31");
    assert.deepEqual(holds.leaks, []);
    assert.equal(holds.advice.length, 6);
    assert.equal(
      holds.advice[0]?.message,
      `${first}: until 2999-12-31 it excuses ${first} (a drill; a@example.com)`,
    );
    const over = await found("2020-01-31");
    assert.equal(over.leaks.length, 6);
    assert.equal(over.advice[0]?.message.startsWith(`${first}: it EXPIRED on 2020-01-31 `), true);
  });

  it("takes a value that it cannot tell for anything, and not for advice", async () => {
    const resources = registered(await planOf("dev")).map((one) =>
      one.name === "test-claims" && one.type === "lab:index:Firewall"
        ? { ...one, inputs: { ...one.inputs, ingress: unknown } }
        : one,
    );
    const violations = ofMachines(await judged(new Pack(), resources));
    const about = (policy: string, words: RegExp) =>
      violations.some((one) => one.policy === policy && one.mandatory && words.test(one.message));
    assert.ok(about("no-leak", /^\S+ can reach test-claims on /));
    assert.ok(about("nothing-missing", /^manager cannot be sure to reach test-claims on /));
  });

  it("misses a machine that the engine does not have", async () => {
    const resources = registered(await planOf("dev")).filter(({ name }) => name !== "registry-1");
    const violations = ofMachines(await judged(new Pack(), resources));
    assert.ok(
      violations.some(({ policy, mandatory, message }) => {
        return policy === "nothing-missing" && mandatory && message.startsWith("the machine registry-1");
      }),
    );
  });

  it("forgets what was asked for in another run", async () => {
    const pack = new Pack();
    const resources = registered(await planOf("dev"));
    take(pack, resources);
    pack.begin();
    assert.notDeepEqual(ofMachines(await ask(pack, resources)), []);
  });

  it("says nothing of a stack that has nothing", async () => {
    assert.deepEqual(await new Pack().judge([]), []);
  });

  it("fails a run of which it cannot tell whether it holds", async () => {
    const lost = "urn:pulumi:devv::bulkhead::pulumi:pulumi:Stack::bulkhead-devv";
    const all = [{ urn: lost, type: "pulumi:pulumi:Stack", outputs: {}, propertyDependencies: {} }];
    assert.deepEqual(await new Pack().judge(all), [
      {
        policy: "proof",
        mandatory: true,
        message:
          'it cannot be told whether the compartments hold: there is no environment "devv" (did you mean "dev"?); stacks/ has demo, dev, dev-tiers, staging, test',
      },
    ]);
  });
});
