import assert from "node:assert/strict";
import { describedFacts, forwardingOf, namedAs } from "../../../../components/proof/aws/index.ts";
import { instance, two } from "./world.ts";

const facts = (world: object) => describedFacts([{ name: "all.json", text: JSON.stringify(world) }]);
const tagged = (id: string, tags: Readonly<Record<string, string>>) => ({
  ...instance(id, "subnet-1a", `10.0.0.${id.charCodeAt(2) - 80}`, ["sg-a"]),
  Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
});

describe("what EC2 describes of an environment", () => {
  it("goes by the names that the environment has for it", () => {
    const { interfaces } = namedAs(
      facts(
        two({
          Instances: [
            tagged("i-a", { Name: "test-manager-1" }),
            tagged("i-b", { Name: "stray" }),
            tagged("i-c", {}),
            // Which of two is meant by one name nobody knows.
            tagged("i-d", { Name: "test-billing-1" }),
            tagged("i-e", { Name: "test-billing-1" }),
          ],
          NetworkInterfaces: [
            { NetworkInterfaceId: "eni-1", SubnetId: "subnet-1a", Description: "ELB net/test-managers/0123" },
            { NetworkInterfaceId: "eni-2", SubnetId: "subnet-1b", Description: "ELB net/test-managers/0123" },
            {
              NetworkInterfaceId: "eni-3",
              SubnetId: "subnet-1a",
              Description: "VPC Endpoint Interface vpce-1",
            },
            { NetworkInterfaceId: "eni-4", SubnetId: "subnet-1a" },
          ],
          VpcEndpoints: [
            {
              VpcEndpointId: "vpce-1",
              ServiceName: "com.amazonaws.eu-central-1.ssm",
              NetworkInterfaceIds: ["eni-3"],
            },
          ],
        }),
      ),
      "test-",
    );
    assert.deepEqual(
      interfaces.map(({ endpoint }) => endpoint),
      ["manager-1", "stray", "i-c", "i-d", "i-e", "managers", "managers", "ssm", "eni-4"],
    );
  });

  it("shows by launch templates what machines start with, and says where it does not", () => {
    const of = (id: string, version: string) =>
      tagged(id, { "aws:ec2launchtemplate:id": "lt-1", "aws:ec2launchtemplate:version": version });
    const { userData } = facts({
      Instances: [of("i-a", "1"), of("i-b", "2"), of("i-c", "3"), of("i-d", "4"), tagged("i-e", {})],
      LaunchTemplateVersions: [
        { LaunchTemplateId: "lt-1", VersionNumber: 1, LaunchTemplateData: { UserData: "IyEvYmluL3NoCg==" } },
        { LaunchTemplateId: "lt-1", VersionNumber: 2, LaunchTemplateData: {} },
        { LaunchTemplateId: "lt-1", VersionNumber: 4, LaunchTemplateData: { UserData: "/w==" } },
      ],
    });
    assert.deepEqual(
      [...userData],
      [
        ["i-a", { text: "#!/bin/sh\n" }],
        ["i-b", { why: "there are none" }],
        ["i-c", { why: "version 3 of launch template lt-1 is not in any LaunchTemplateVersions" }],
        ["i-d", { why: "they are no text" }],
        ["i-e", { why: "it is not described of which launch template they are" }],
      ],
    );
    assert.deepEqual([...forwardingOf(userData, "ipip").forwarding.values()], Array(5).fill(undefined));
  });
});
