import assert from "node:assert/strict";
import { instanceNamed, stopInstance } from "../../support/behindItsBack.ts";
import { CloudStack, makeTransitGateway, small } from "../../support/cloudStack.ts";
import { HeldAws } from "../../support/heldAws.ts";
import { Moto } from "../../support/moto.ts";

const image = (number: number) => `ami-${String(number).padStart(17, "0")}`;

/** The steps are one story, in which each begins with what the one before it has left. */
describe("machines on AWS that have to be replaced or go", function () {
  this.timeout(120_000);
  let moto: Moto;
  let way: HeldAws;
  let stack: CloudStack;
  before(async function () {
    moto = await Moto.start(this);
    way = await HeldAws.open(moto.url);
    const text = small(await makeTransitGateway(moto), { managers: 3, engine: "kubernetes" })
      .replace("zone: claims, workers: { linux: { count: 2", "zone: claims, workers: { linux: { count: 1")
      .replace("ami-0123456789abcdef0", image(1));
    stack = new CloudStack("yard", text, way.url);
    await stack.up();
  });
  after(async () => {
    stack.delete();
    await way.close();
    await moto.stop();
  });

  /** The number of the image that each running machine was made from, by its name. */
  const images = async (): Promise<Record<string, number>> => {
    const { Reservations = [] } = await moto.ec2.describeInstances({
      Filters: [{ Name: "instance-state-name", Values: ["running"] }],
    });
    const entries = Reservations.flatMap(({ Instances = [] }) => Instances).map(
      ({ ImageId = "", Tags = [] }) => {
        const name = Tags.find(({ Key }) => Key === "Name")?.Value ?? "";
        return [name.slice("yard-".length), Number(ImageId.slice("ami-".length))] as const;
      },
    );
    assert.equal(new Set(entries.map(([name]) => name)).size, entries.length, "no machine is there twice");
    return Object.fromEntries(entries);
  };
  const roll = async (...args: readonly string[]) => (await stack.script("roll", ["yard", ...args])).ended;
  const all = (number: number) => ({
    "manager-1": number,
    "registry-1": number,
    "billing-1": number,
    "billing-2": number,
    "claims-1": number,
  });

  it("go one at a time where they are managers, which an update by itself refuses", async () => {
    stack.edit((text) => text.replace("managers: { count: 3", "managers: { count: 1"));
    const { code, output, changes } = await stack.run(["preview"]);
    assert.notEqual(code, 0);
    assert.deepEqual(changes, []);
    assert.match(output, / the managers: manager-\d, manager-\d would go: scripts\/roll yard manager\n/);
    const rolled = await roll("manager", "--yes");
    assert.match(
      rolled.output,
      /\nmanager-\d of the managers \(1 of 2\)[^]*\nmanager-\d of the managers \(2 of 2\)/,
    );
    assert.match(rolled.output, /\nall 2 machines are what the stack file says\.\n$/);
    assert.equal(rolled.code, 0);
    assert.deepEqual(await images(), all(1));
  });

  it("stop an update before anything is made where they are several that must not be without each other", async () => {
    stack.edit((text) => text.replace(image(1), image(2)));
    const billing = (await stack.resources()).find(({ urn }) => urn.endsWith("::billing-1"))?.urn ?? "";
    for (const command of [["preview"], ["up", "--yes", "--skip-preview", "--target", billing]]) {
      const { code, output, changes } = await stack.run(command);
      assert.notEqual(code, 0);
      assert.deepEqual(changes, []);
      assert.match(
        output,
        /error: this update would take several machines at once from what has to go on without a break:\n +collection billing: billing-1, billing-2 would be replaced: scripts\/roll yard billing\n +scripts\/roll yard takes all of them, one at a time; it can be stopped and run again\.\n/,
      );
    }
    assert.deepEqual(await images(), all(1));
  });

  it("are shown by scripts/roll with the reason, and not touched where there is no terminal to ask on", async () => {
    const { code, output } = await roll();
    assert.equal(code, 1);
    assert.match(
      output,
      /\n {2}manager-1 +the managers: image ami-0+1 -> ami-0+2\n {2}registry-1 [^]*\n {2}billing-1 [^]*\n {2}billing-2 [^]*\n {2}claims-1 /,
    );
    assert.match(output, /there is no terminal to ask on\. Pass --yes to go on without\.\n$/);
    assert.deepEqual(await images(), all(1));
  });

  it("are left alone while another one of theirs is not well", async () => {
    const id = await instanceNamed(moto, "yard-billing-2");
    await stopInstance(moto, id);
    const { code, output } = await roll("billing", "--yes", "--wait", "0");
    assert.equal(code, 1);
    assert.match(
      output,
      /error: after 0 minutes this is still so:\n {2}billing-2 is stopped\n0 of 2 machines are done\. scripts\/roll yard billing goes on with what is left\.\n$/,
    );
    await moto.ec2.startInstances({ InstanceIds: [id] });
    assert.deepEqual(await images(), all(1));
  });

  it("are replaced up to the one at which scripts/roll is interrupted", async () => {
    const asked = way.block(/Action=RunInstances/);
    const { child, ended } = await stack.script("roll", ["yard", "billing", "--yes"]);
    await asked;
    child.kill("SIGINT");
    way.open();
    const { code, output } = await ended;
    assert.match(output, /\nstopping once this machine is done; Ctrl-C once more cancels it\n/);
    assert.match(output, /\nstopped: 1 of 2 machines are done\. scripts\/roll yard billing goes on /);
    assert.equal(code, 130);
    assert.deepEqual(await images(), { ...all(1), "billing-1": 2 });
  });

  it("are made anew by the next run where one was killed while a machine was gone", async () => {
    const asked = way.block(/Action=RunInstances/);
    const first = roll("billing", "--yes");
    await asked;
    process.kill(stack.runningPid(), "SIGKILL");
    assert.equal((await first).code, 1);
    way.open();
    const { "billing-2": gone, ...others } = await images();
    assert.equal(gone, undefined);
    assert.equal(Object.keys(others).length, 4);

    const { code, output } = await roll("billing", "--yes");
    assert.match(output, /\n?made, as they are not there:\n {2}billing-2 /);
    assert.match(output, /\nthe machine is what the stack file says\.\n$/);
    assert.equal(code, 0);
    assert.deepEqual(await images(), { ...all(1), "billing-1": 2, "billing-2": 2 });
  });

  it("are replaced in one update where each is the only one of its collection or role", async () => {
    assert.deepEqual(await stack.up(), [
      "+- ec2/instance:Instance claims-1",
      "+- ec2/instance:Instance manager-1",
      "+- ec2/instance:Instance registry-1",
    ]);
    assert.deepEqual(await images(), all(2));
    const { code, output } = await roll();
    assert.match(output, /nothing to roll: every machine of yard is what the stack file says\.\n$/);
    assert.equal(code, 0);
  });
});
