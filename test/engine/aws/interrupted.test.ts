import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { revokeRule } from "../../support/behindItsBack.ts";
import { CloudStack, makeTransitGateway, small, updating } from "../../support/cloudStack.ts";
import { HeldAws } from "../../support/heldAws.ts";
import { inventory } from "../../support/inventory.ts";
import { Moto } from "../../support/moto.ts";

/** One request at a time, so that what a kill interrupts is known. */
const slowly = [...updating, "--parallel", "1"];

/** The steps are one story, in which each begins with what the one before it has left. */
describe("a run on AWS that is killed", function () {
  this.timeout(120_000);
  let moto: Moto;
  let way: HeldAws;
  let stack: CloudStack;
  before(async function () {
    moto = await Moto.start(this);
    way = await HeldAws.open(moto.url);
    const text = small(await makeTransitGateway(moto), { engine: "kubernetes" });
    stack = new CloudStack("yard", text, way.url);
  });
  after(async () => {
    stack.delete();
    await way.close();
    await moto.stop();
  });

  /** Kills a run when AWS has done, or is asked for, what the pattern says. */
  async function killed(
    args: readonly string[],
    pattern: RegExp,
    { passes, who }: { readonly passes: boolean; readonly who: "engine" | "plugin" },
  ): Promise<string> {
    const met = way.block(pattern, { passes });
    const { child, ended } = await stack.start(args);
    const early = await Promise.race([met, ended]);
    if (early !== undefined)
      throw new Error(`it ended before AWS was asked for ${String(pattern)}:\n${early.output}`);
    const pid = child.pid ?? 0;
    process.kill(who === "engine" ? pid : pluginOf(pid), "SIGKILL");
    const { code, output } = await ended;
    assert.notEqual(code, 0);
    way.open();
    if (who === "engine") await stack.unlock();
    return output;
  }

  it("while AWS does what it cannot be asked for twice is stopped by that alone, in AWS's words, when it is run again", async () => {
    await killed(slowly, /Action=AuthorizeSecurityGroupIngress/, { passes: true, who: "engine" });
    const { code, output } = await stack.run(slowly);
    assert.notEqual(code, 0);
    // Which rule came first is the engine's own affair.
    const failures = output.match(/\*\*creating failed\*\* error: .*/g) ?? [];
    assert.equal(failures.length, 1);
    assert.match(
      failures.join(),
      /SecurityGroupIngressRule: .*InvalidPermission\.Duplicate: the specified rule .* already exists/,
    );
    // As somebody does who reads that.
    const groups = (await stack.resources()).filter(({ urn }) =>
      urn.includes("aws:ec2/securityGroup:SecurityGroup::"),
    );
    const { SecurityGroupRules = [] } = await moto.ec2.describeSecurityGroupRules({
      Filters: [{ Name: "group-id", Values: groups.map(({ id = "" }) => id) }],
    });
    const known = new Set((await stack.resources()).map(({ id }) => id));
    const [rule, ...others] = SecurityGroupRules.flatMap(({ SecurityGroupRuleId: id = "" }) =>
      known.has(id) ? [] : [id],
    );
    assert.deepEqual(others, []);
    await revokeRule(moto, rule ?? "");
  });

  it("goes on when it is run again where the plugin was killed, or the engine while a machine was made", async () => {
    // What is left to be made depends on which rule came first above.
    const anything = /Action=(?:Create|Authorize|Associate|Attach|Put|Register|Run)/;
    const output = await killed(slowly, anything, { passes: false, who: "plugin" });
    assert.match(output, /error reading from server: EOF/);
    await killed(slowly, /Action=RunInstances/, { passes: true, who: "engine" });
    const { length } = await machines();
    assert.equal(length, 1);
    await stack.up();
    assert.deepEqual(await machines(), [
      "instance yard-billing-1",
      "instance yard-billing-2",
      "instance yard-claims-1",
      "instance yard-claims-2",
      "instance yard-manager-1",
      "instance yard-registry-1",
    ]);
    assert.deepEqual(await stack.refresh(), []);
  });

  it("leaves nothing when it is run again where it was killed while it took away what there is", async () => {
    const destroying = ["destroy", "--yes", "--skip-preview"];
    await killed(destroying, /Action=TerminateInstances/, { passes: true, who: "engine" });
    await stack.destroy();
    // Whatever a killed run had made twice would be left.
    assert.deepEqual(await inventory(moto), []);
  });

  const machines = async () => (await inventory(moto)).filter((one) => one.startsWith("instance "));
});

/** The plugin aws that an engine has started. */
function pluginOf(engine: number): number {
  const lines = execFileSync("ps", ["-o", "pid=,args=", "--ppid", String(engine)], { encoding: "utf8" });
  const line = lines.split("\n").find((one) => one.includes("scripts/offline/aws/main.ts")) ?? "";
  return Number.parseInt(line, 10);
}
