import assert from "node:assert/strict";
import { describe as asDescription } from "../../../components/aws/description.ts";
import { assertGolden } from "../../support/golden.ts";
import { committed, ofKind, onAws, recordAws } from "./recorded.ts";

const kinds = [
  "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  "vpc/securityGroupEgressRule:SecurityGroupEgressRule",
];

describe("security groups on AWS", () => {
  it("open for the committed environment test what its golden says, each rule with its reason", async () => {
    const all = await recordAws(await committed("test"));
    const lines = kinds.flatMap((kind) =>
      [...ofKind(all, kind)].map(([name, { description }]) => `${name}: ${String(description)}`),
    );
    await assertGolden(
      new URL("../../golden/aws/test-firewall.txt", import.meta.url),
      `${lines.sort().join("\n")}\n`,
    );
  });

  it("have no in-line rules, since those and separate ones undo each other", async () => {
    for (const [name, inputs] of ofKind(await recordAws(onAws()), "ec2/securityGroup:SecurityGroup"))
      assert.deepEqual([inputs["ingress"], inputs["egress"]], [undefined, undefined], name);
  });

  it("write IP protocol 4 by its number, without ports", async () => {
    const rules = ofKind(await recordAws(onAws({ "network.overlay": "ipip" })), kinds[0] ?? "");
    assert.deepEqual(
      Object.entries(rules.get("worker from manager ip/4") ?? {})
        .filter(([key]) => key !== "description" && key !== "tags")
        .sort(),
      [
        ["ipProtocol", "4"],
        ["referencedSecurityGroupId", "manager-id"],
        ["securityGroupId", "worker-id"],
      ],
    );
  });

  it("write all traffic as -1 and ICMP with its types", async () => {
    const all = await recordAws(
      onAws({
        flows: [{ from: "red", to: "blue", traffic: ["icmp", "tcp/8000-8010"], why: "w", owner: "o" }],
      }),
    );
    const rules = ofKind(all, kinds[0] ?? "");
    const packet = (name: string) => {
      const { ipProtocol, fromPort, toPort } = rules.get(name) ?? {};
      return [ipProtocol, fromPort, toPort];
    };
    assert.deepEqual(packet("zone-blue from zone-blue all"), ["-1", undefined, undefined]);
    assert.deepEqual(packet("zone-blue from zone-red icmp"), ["icmp", -1, -1]);
    assert.deepEqual(packet("zone-blue from zone-red tcp/8000-8010"), ["tcp", 8000, 8010]);
  });

  it("are tagged as the cluster's where they are a role's, and of a machine's groups only one is", async () => {
    const groups = ofKind(await recordAws(onAws()), "ec2/securityGroup:SecurityGroup");
    const tagged = [...groups].filter(
      ([, { tags }]) => (tags as Record<string, string>)["kubernetes.io/cluster/sample"] === "owned",
    );
    assert.deepEqual(
      tagged.map(([name]) => name),
      ["manager", "registry", "worker"],
    );
  });
});

describe("a rule's description", () => {
  it("has only what AWS takes", () => {
    assert.equal(asDescription("Calico's BGP sessions"), "Calico BGP sessions");
    assert.equal(
      asDescription("pods' packets between nodes (IP-in-IP)"),
      "pods packets between nodes (IP-in-IP)",
    );
    assert.equal(asDescription('größe "x" <y>'), "gr e x y");
  });
  it("ends after 255 characters", () => {
    assert.equal(asDescription("a".repeat(255)).length, 255);
    assert.equal(asDescription("a".repeat(256)), `${"a".repeat(252)}...`);
  });
});
