import assert from "node:assert/strict";
import type { Made, Properties } from "../../../scripts/offline/aws/kind.ts";
import { instanceNamed, stopInstance, terminateInstance, wear } from "../../support/behindItsBack.ts";
import { account, region } from "../../support/moto.ts";
import { refused, withAccount } from "./cloud.ts";

const arn = (resource: string) => `arn:aws:ec2:${region}:${account}:${resource}`;
const encode = (text: string) => Buffer.from(text).toString("base64");

const template = {
  name: "test-worker",
  imageId: "ami-0123456789abcdef0",
  instanceType: "m6i.large",
  userData: encode("#cloud-config\n"),
  metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
  blockDeviceMappings: [
    {
      deviceName: "/dev/sda1",
      ebs: { encrypted: "true", volumeSize: 40, volumeType: "gp3", deleteOnTermination: "true" },
    },
  ],
  tagSpecifications: [{ resourceType: "instance", tags: { owner: "platform" } }],
  tags: { Name: "test-worker" },
};

describe("machines in the simulated AWS", function () {
  this.timeout(60_000);
  const aws = withAccount();
  let vpcId = "";
  let subnetId = "";
  let group: Made;
  beforeEach(async () => {
    vpcId = (await aws().create("ec2/vpc", { cidrBlock: "10.20.0.0/16" })).id;
    subnetId = (
      await aws().create("ec2/subnet", { vpcId, cidrBlock: "10.20.1.0/24", availabilityZone: `${region}b` })
    ).id;
    group = await makeGroup("worker");
  });
  const makeGroup = (name: string) => aws().create("ec2/securityGroup", { vpcId, name, description: name });
  const machine = (made: Made, others: Properties = {}): Properties => ({
    launchTemplate: { id: made.id, version: String(made.outputs["latestVersion"]) },
    subnetId,
    privateIp: "10.20.1.10",
    vpcSecurityGroupIds: [group.id],
    tags: { Name: "worker-1", "bulkhead:definition": "abc" },
    ...others,
  });

  it("have launch templates with versions", async () => {
    const made = await aws().create("ec2/launchTemplate", template);
    assert.match(made.id, /^lt-[0-9a-f]{17}$/);
    assert.deepEqual(made.outputs, {
      ...template,
      arn: arn(`launch-template/${made.id}`),
      defaultVersion: 1,
      description: "",
      latestVersion: 1,
      region,
      tagsAll: template.tags,
    });
    const retagged = await aws().update("ec2/launchTemplate", made, template, { tags: { Name: "other" } });
    assert.deepEqual([retagged.outputs["latestVersion"], retagged.outputs["tags"]], [1, { Name: "other" }]);
    const now = { ...template, tags: { Name: "other" } };
    const changed = await aws().update("ec2/launchTemplate", retagged, now, {
      imageId: "ami-00000000000000000",
      userData: encode("#!/bin/sh\n"),
    });
    assert.deepEqual(
      ["imageId", "userData", "latestVersion", "defaultVersion", "instanceType"].map(
        (name) => changed.outputs[name],
      ),
      ["ami-00000000000000000", encode("#!/bin/sh\n"), 2, 1, "m6i.large"],
    );
    await refused(
      aws().create("ec2/launchTemplate", template),
      "InvalidLaunchTemplateName.AlreadyExistsException",
      "Launch template name already in use.",
    );
    await aws().endsWell("ec2/launchTemplate", changed);
  });

  it("have user data that fits", async () => {
    const userData = Buffer.alloc(16_384, "x").toString("base64");
    const made = await aws().create("ec2/launchTemplate", { ...template, userData });
    assert.equal(made.outputs["userData"], userData);
    await refused(
      aws().create("ec2/launchTemplate", {
        ...template,
        name: "more",
        userData: Buffer.alloc(16_385, "x").toString("base64"),
      }),
      "InvalidParameterValue",
      "User data is limited to 16384 bytes",
    );
    await refused(
      aws().update("ec2/launchTemplate", made, { ...template, userData }, { userData: "#!/bin/sh" }),
      "InvalidUserData.Malformed",
      "Invalid BASE64 encoding of user data.",
    );
    await refused(
      aws().create("ec2/launchTemplate", { ...template, name: "a b" }),
      "InvalidLaunchTemplateName.MalformedException",
      "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: - ( ) . / _.",
    );
  });

  it("are made of a launch template, with an address and groups of their own", async () => {
    const zone = await makeGroup("zone-billing");
    const from = await aws().create("ec2/launchTemplate", template);
    const inputs = machine(from, { vpcSecurityGroupIds: [zone.id, group.id] });
    const made = await aws().create("ec2/instance", inputs);
    const { outputs, id } = made;
    assert.match(id, /^i-[0-9a-f]{17}$/);
    assert.match(String(outputs["primaryNetworkInterfaceId"]), /^eni-/);
    const root = outputs["rootBlockDevice"] as Properties;
    assert.deepEqual(
      { ...outputs, rootBlockDevice: { ...root, volumeId: undefined } },
      {
        ...inputs,
        ami: template.imageId,
        arn: arn(`instance/${id}`),
        associatePublicIpAddress: false,
        availabilityZone: `${region}b`,
        ebsOptimized: false,
        iamInstanceProfile: "",
        instanceState: "running",
        instanceType: "m6i.large",
        metadataOptions: {
          httpEndpoint: "enabled",
          httpProtocolIpv6: "disabled",
          httpPutResponseHopLimit: 1,
          httpTokens: "required",
          instanceMetadataTags: "disabled",
        },
        monitoring: false,
        primaryNetworkInterfaceId: outputs["primaryNetworkInterfaceId"],
        privateDns: `ip-10-20-1-10.${region}.compute.internal`,
        publicDns: "",
        publicIp: "",
        region,
        rootBlockDevice: {
          deleteOnTermination: true,
          deviceName: "/dev/sda1",
          encrypted: true,
          iops: root["iops"],
          kmsKeyId: root["kmsKeyId"],
          tags: {},
          tagsAll: {},
          volumeId: undefined,
          volumeSize: 40,
          volumeType: "gp3",
        },
        sourceDestCheck: true,
        tags: { Name: "worker-1", "bulkhead:definition": "abc", owner: "platform" },
        tagsAll: { Name: "worker-1", "bulkhead:definition": "abc", owner: "platform" },
        tenancy: "default",
      },
    );
    await refused(
      aws().delete("ec2/securityGroup", zone),
      "DependencyViolation",
      `resource ${zone.id} has a dependent object`,
    );
    await aws().endsWell("ec2/instance", made);
    await aws().delete("ec2/securityGroup", zone);
    const { NetworkInterfaces } = await aws().moto.describe();
    assert.deepEqual(NetworkInterfaces, []);
  });

  it("give their disks tags of their own", async () => {
    const from = await aws().create("ec2/launchTemplate", template);
    const inputs = machine(from, { volumeTags: { owner: "platform" } });
    const made = await aws().create("ec2/instance", inputs);
    assert.deepEqual(made.outputs["volumeTags"], { owner: "platform" });
    const changed = await aws().update("ec2/instance", made, inputs, { volumeTags: { owner: "other" } });
    assert.deepEqual([changed.id, changed.outputs["volumeTags"]], [made.id, { owner: "other" }]);
    await aws().endsWell("ec2/instance", changed);
  });

  it("are found again by a run that was killed before it knew of them", async () => {
    const from = await aws().create("ec2/launchTemplate", template);
    const made = await aws().create("ec2/instance", machine(from));
    assert.equal((await aws().create("ec2/instance", machine(from))).id, made.id);
    await refused(
      aws().create("ec2/instance", machine(from, { tags: { Name: "worker-2" } })),
      "InvalidIPAddress.InUse",
      "Address 10.20.1.10 is in use.",
    );
    // One that is gone is not given again, and neither is its address kept.
    await aws().delete("ec2/instance", made);
    assert.notEqual((await aws().create("ec2/instance", machine(from))).id, made.id);
  });

  it("have no address that AWS keeps, or that lies elsewhere", async () => {
    const from = await aws().create("ec2/launchTemplate", template);
    const at = (privateIp: string) => aws().create("ec2/instance", machine(from, { privateIp }));
    for (const address of ["10.20.1.0", "10.20.1.3", "10.20.1.255"])
      await refused(
        at(address),
        "InvalidParameterValue",
        `Address ${address} is in subnet's reserved address range`,
      );
    await refused(
      at("10.20.2.10"),
      "InvalidParameterValue",
      "Address 10.20.2.10 does not fall within the subnet's address range",
    );
    await at("10.20.1.4");
    await at("10.20.1.254");
  });

  it("wear at most five groups, all of their own network", async () => {
    const from = await aws().create("ec2/launchTemplate", template);
    const groups = await Promise.all([1, 2, 3, 4, 5].map((number) => makeGroup(`group-${String(number)}`)));
    const ids = [...groups, group].map(({ id }) => id);
    await refused(
      aws().create("ec2/instance", machine(from, { vpcSecurityGroupIds: ids })),
      "SecurityGroupsPerInterfaceLimitExceeded",
      "You have exceeded the maximum number of security groups allowed per network interface.",
    );
    const inputs = machine(from, { vpcSecurityGroupIds: ids.slice(0, 5) });
    const made = await aws().create("ec2/instance", inputs);
    await refused(
      aws().update("ec2/instance", made, inputs, { vpcSecurityGroupIds: ids }),
      "SecurityGroupsPerInterfaceLimitExceeded",
      "You have exceeded the maximum number of security groups allowed per network interface.",
    );
    const elsewhere = await aws().create("ec2/vpc", { cidrBlock: "10.30.0.0/16" });
    const there = await aws().create("ec2/securityGroup", {
      vpcId: elsewhere.id,
      name: "there",
      description: "there",
    });
    await refused(
      aws().create(
        "ec2/instance",
        machine(from, { privateIp: "10.20.1.11", vpcSecurityGroupIds: [there.id] }),
      ),
      "InvalidParameter",
      `Security group ${there.id} and subnet ${subnetId} belong to different networks.`,
    );
  });

  it("change groups, source check, type and tags in place", async () => {
    const zone = await makeGroup("zone");
    const from = await aws().create("ec2/launchTemplate", template);
    const inputs = machine(from, { sourceDestCheck: false });
    const made = await aws().create("ec2/instance", inputs);
    assert.equal(made.outputs["sourceDestCheck"], false);
    const changed = await aws().update("ec2/instance", made, inputs, {
      vpcSecurityGroupIds: [zone.id],
      sourceDestCheck: true,
      instanceType: "m6i.xlarge",
      tags: { Name: "other" },
    });
    assert.deepEqual(
      ["vpcSecurityGroupIds", "sourceDestCheck", "instanceType", "instanceState"].map(
        (name) => changed.outputs[name],
      ),
      [[zone.id], true, "m6i.xlarge", "running"],
    );
    assert.equal(changed.id, made.id);
    const [nic] = (await aws().moto.describe())["NetworkInterfaces"] as {
      Groups: { GroupId: string }[];
      SourceDestCheck: boolean;
    }[];
    assert.deepEqual([nic?.Groups.map(({ GroupId }) => GroupId), nic?.SourceDestCheck], [[zone.id], true]);
    // The group that it no longer wears is free.
    await aws().delete("ec2/securityGroup", group);
    await assert.rejects(
      aws().update("ec2/instance", changed, inputs, { iamInstanceProfile: "other" }),
      /^Error: the simulated AWS cannot change iamInstanceProfile of an instance in place; it can change instanceType, sourceDestCheck, tags, volumeTags, vpcSecurityGroupIds\. Replace it, or teach scripts\/offline\/aws\/kinds to\.$/,
    );
  });

  it("show what was done to them behind Pulumi's back", async () => {
    const from = await aws().create("ec2/launchTemplate", template);
    const made = await aws().create("ec2/instance", machine(from));
    const zone = await makeGroup("zone");
    const { moto } = aws();
    assert.equal(await instanceNamed(moto, "worker-1"), made.id);
    await wear(moto, made.id, [zone.id]);
    await stopInstance(moto, made.id);
    const read = await aws().read("ec2/instance", made);
    assert.deepEqual(
      [read?.outputs["vpcSecurityGroupIds"], read?.outputs["instanceState"]],
      [[zone.id], "stopped"],
    );
    await terminateInstance(moto, made.id);
    assert.equal(await aws().read("ec2/instance", made), undefined);
    const { Reservations } = await moto.describe();
    const [gone] = (Reservations as { Instances: Properties[] }[]).flatMap(({ Instances }) => Instances);
    assert.deepEqual(
      [gone?.["SubnetId"], gone?.["SecurityGroups"], gone?.["NetworkInterfaces"]],
      [undefined, [], []],
    );
  });
});
