import assert from "node:assert/strict";
import { plan, type Plan } from "../../../components/plan/index.ts";
import { describedEvidence, evidenceOf } from "../../../components/proof/evidence.ts";
import { judge } from "../../../components/proof/judge/index.ts";
import { readPlan, readState, Resources } from "../../../components/proof/resource/index.ts";
import type { Finding, Statement } from "../../../components/proof/statement/index.ts";
import { parseStackFile } from "../../../stacks/config/file.ts";
import { addRule, instanceNamed, revokeRule } from "../../support/behindItsBack.ts";
import { CloudStack, small } from "../../support/cloudStack.ts";
import { Moto } from "../../support/moto.ts";

const today = "2026-06-15";

describe("the proof of an environment on AWS", function () {
  this.timeout(600_000);
  let moto: Moto;
  let stack: CloudStack;
  let planned: Plan;

  before(async function () {
    moto = await Moto.start(this);
    const { TransitGateway } = await moto.ec2.createTransitGateway({});
    const text = small(TransitGateway?.TransitGatewayId ?? "");
    stack = new CloudStack("test", text, moto.url);
    planned = plan(parseStackFile({ environment: "test", path: "stacks/Pulumi.test.yaml", text }));
  });
  after(async () => {
    stack.delete();
    await moto.stop();
  });

  const all = ({ leaks, missing }: Statement): Finding[] => [...leaks, ...missing];
  const assertHolds = (statement: Statement) => {
    assert.deepEqual(
      all(statement).map(({ id, message, because }) => ({ id, message, because })),
      [],
    );
    assert.equal(statement.layers[0]?.endpoints.length, planned.hosts.length + planned.appliances.length);
  };
  const fromStack = async (
    resources: readonly import("../../../components/proof/resource/index.ts").Resource[],
  ) => judge(planned, await evidenceOf(planned, new Resources(resources), "the test"), today);

  /** What `aws ec2 describe-...` says of it. */
  const described = async (): Promise<Statement> => {
    const { LaunchTemplates = [] } = await moto.ec2.describeLaunchTemplates();
    const versions = await Promise.all(
      LaunchTemplates.map(({ LaunchTemplateId }) =>
        moto.ec2.describeLaunchTemplateVersions({ LaunchTemplateId }),
      ),
    );
    const files = [
      { name: "network.json", text: JSON.stringify(await moto.describe()) },
      ...versions.map((one, at) => ({
        name: `templates-${at}.json`,
        text: JSON.stringify({ LaunchTemplateVersions: one.LaunchTemplateVersions }),
      })),
    ];
    return judge(planned, await describedEvidence(planned, files, "EC2"), today);
  };

  it("holds in the file of its plan, before anything exists", async () => {
    const { output } = await stack.succeed(["preview", "--json", "--show-sames"]);
    const text = output.slice(output.indexOf("{\n"), output.lastIndexOf("}") + 1);
    const { resources } = readPlan("plan.json", text);
    assertHolds(await fromStack(resources));
  });

  describe("that is up", () => {
    let state: string;
    before(async () => {
      await stack.up();
      state = await stack.clone.succeed(". scripts/env 2>/dev/null && pulumi stack export --stack test");
    });

    it("holds in its state", async () => {
      const text = state.slice(state.indexOf("{\n"), state.lastIndexOf("}") + 1);
      assertHolds(await fromStack(readState("state.json", text).resources));
    });

    it("holds in the file of the plan that changes nothing", async () => {
      const { output } = await stack.succeed(["preview", "--json", "--show-sames"]);
      const text = output.slice(output.indexOf("{\n"), output.lastIndexOf("}") + 1);
      assertHolds(await fromStack(readPlan("plan.json", text).resources));
    });

    it("holds in what EC2 describes", async () => {
      assertHolds(await described());
    });

    it("finds there, with its rule, what somebody has opened by hand", async () => {
      const group = await stack.idOf("ec2/securityGroup:SecurityGroup", "worker");
      const rule = await addRule(moto, group, { ipProtocol: "tcp", port: 22, cidr: "0.0.0.0/0" });
      const { leaks } = await described();
      const finding = leaks.find(({ id }) => id === "machines/outside:elsewhere/billing");
      assert.equal(finding?.message, "elsewhere can reach billing on tcp/22, which no flow allows");
      assert.match(finding.witness, /-> billing-\d \(10\.18\.4\.\d+\), tcp\/22$/);
      assert.ok(finding.because.some(({ id, text }) => id === group && text === "tcp/22 from 0.0.0.0/0"));
      await revokeRule(moto, rule);
      assertHolds(await described());
    });

    it("finds there a machine that somebody has put into another zone's group", async () => {
      const [id, own, other] = await Promise.all([
        instanceNamed(moto, "test-billing-1"),
        stack.idOf("ec2/securityGroup:SecurityGroup", "zone-billing"),
        stack.idOf("ec2/securityGroup:SecurityGroup", "zone-claims"),
      ]);
      const worker = await stack.idOf("ec2/securityGroup:SecurityGroup", "worker");
      await moto.ec2.modifyInstanceAttribute({ InstanceId: id, Groups: [worker, other] });
      const { leaks } = await described();
      assert.ok(leaks.some((finding) => finding.id === "machines/billing/claims"));
      await moto.ec2.modifyInstanceAttribute({ InstanceId: id, Groups: [worker, own] });
      assertHolds(await described());
    });
  });
});
