import assert from "node:assert/strict";
import type { Recorded } from "../../support/record.ts";
import { ofKind, onAws, recordAws } from "./recorded.ts";

type Inputs = Recorded["inputs"];
const instances = async (edits = {}, options = {}) =>
  ofKind(await recordAws(onAws(edits), options), "ec2/instance:Instance");
const templates = async (edits = {}) =>
  ofKind(await recordAws(onAws(edits)), "ec2/launchTemplate:LaunchTemplate");
const tagsOf = (inputs: Inputs | undefined) => inputs?.["tags"] as Record<string, string>;
const get = async (edits: Record<string, unknown>, name: string): Promise<Inputs> => {
  const found = (await instances(edits)).get(name);
  assert.ok(found, name);
  return found;
};

describe("a machine on AWS", () => {
  it("has the address that the plan gives it, and no public one", async () => {
    for (const [name, inputs] of await instances()) {
      assert.equal(inputs["associatePublicIpAddress"], false, name);
      assert.match(String(inputs["privateIp"]), /^10\.16\.\d+\.\d+$/, name);
    }
    assert.equal((await get({}, "blue-2"))["privateIp"], "10.16.8.33");
    assert.equal((await get({}, "blue-2"))["subnetId"], "blue-a-id");
  });

  it("wears two groups: its role's and its zone's", async () => {
    assert.deepEqual((await get({}, "red-1"))["vpcSecurityGroupIds"], ["worker-id", "zone-red-id"]);
    assert.deepEqual((await get({}, "registry-1"))["vpcSecurityGroupIds"], [
      "registry-id",
      "zone-management-id",
    ]);
  });

  it("stands in its availability zone's subnet", async () => {
    const spread = await instances({ "network.availabilityZones": ["a", "b"] });
    assert.deepEqual(
      ["red-1", "red-2", "manager-3"].map((name) => spread.get(name)?.["subnetId"]),
      ["red-a-id", "red-b-id", "management-a-id"],
    );
  });

  it("keeps the source/destination check, which IP-in-IP between machines' own addresses passes", async () => {
    for (const [name, inputs] of await instances()) assert.equal(inputs["sourceDestCheck"], true, name);
  });

  it("says by tags whose it is, and what the vendor's cloud provider looks for", async () => {
    const tags = tagsOf(
      await get({ "groups.red.owner": "red@example.com", "zones.red": { slot: 1, tier: "test" } }, "red-1"),
    );
    assert.deepEqual(
      Object.fromEntries(Object.entries(tags).filter(([key]) => key !== "bulkhead:definition")),
      {
        Name: "sample-red-1",
        "bulkhead:collection": "red",
        "bulkhead:environment": "sample",
        "bulkhead:group": "red",
        "bulkhead:owner": "red@example.com",
        "bulkhead:role": "worker",
        "bulkhead:tier": "test",
        "bulkhead:zone": "red",
        "kubernetes.io/cluster/sample": "owned",
      },
    );
    assert.equal(
      tagsOf(await get({ engine: "kubernetes" }, "red-1"))["kubernetes.io/cluster/sample"],
      undefined,
    );
  });
});

describe("a launch template", () => {
  it("is one for each pool: a role's, or a collection's of one operating system", async () => {
    const all = await templates({
      "network.overlay": "vxlan",
      "groups.red.collections.red.workers.windows": { count: 1, size: "large" },
    });
    assert.deepEqual([...all.keys()], ["blue-linux", "manager", "red-linux", "red-windows", "registry"]);
    assert.equal(all.get("red-windows")?.["imageId"], "ami-0fedcba9876543210");
    assert.equal(all.get("red-windows")?.["instanceType"], "m6i.xlarge");
    assert.equal(all.get("red-linux")?.["imageId"], "ami-0123456789abcdef0");
  });

  it("asks for IMDSv2, one hop away at most, and for an encrypted volume", async () => {
    for (const [name, inputs] of await templates({ "aws.kmsKey": key, "aws.diskSize": 64 })) {
      assert.deepEqual(
        inputs["metadataOptions"],
        { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
        name,
      );
      assert.deepEqual(inputs["blockDeviceMappings"], [
        {
          deviceName: "/dev/sda1",
          ebs: {
            encrypted: "true",
            volumeType: "gp3",
            volumeSize: 64,
            deleteOnTermination: "true",
            kmsKeyId: key,
          },
        },
      ]);
    }
  });

  it("tags interfaces with the environment, by which its deployer may change their groups", async () => {
    for (const [name, inputs] of await templates({ "aws.tags": { team: "x" } }))
      assert.deepEqual(
        inputs["tagSpecifications"],
        [{ resourceType: "network-interface", tags: { "bulkhead:environment": "sample" } }],
        name,
      );
  });

  it("has user data that names the join secret, and holds no secret", async () => {
    const text = async (edits: Record<string, unknown>, name: string) =>
      Buffer.from(String((await templates(edits)).get(name)?.["userData"]), "base64").toString();
    assert.match(await text({}, "red-linux"), /\/bulkhead\/sample\/join\/worker/);
    assert.match(await text({}, "registry"), /\/bulkhead\/sample\/join\/worker/);
    assert.match(await text({}, "manager"), /\/bulkhead\/sample\/join\/manager/);
    assert.match(await text({}, "manager"), /managers\.sample\.bulkhead\.internal/);
    assert.doesNotMatch(await text({ engine: "kubernetes" }, "red-linux"), /\/bulkhead\/sample\/join/);
  });
});

describe("a machine behind a proxy", () => {
  const proxy = {
    url: "http://proxy.example.com:3128",
    addresses: ["10.99.8.1/32"],
    except: [".example.com"],
  };

  it("goes through it to what is outside, and to the environment and AWS's endpoints without it", async () => {
    const all = await templates({ "aws.egress": "proxy", "machines.proxy": proxy });
    const text = Buffer.from(String(all.get("red-linux")?.["userData"]), "base64").toString();
    const [, except = ""] = /NO_PROXY=([^"']*)/.exec(text) ?? [];
    assert.deepEqual(
      except.split(",").filter((one) => !["localhost", "127.0.0.1", "169.254.169.254"].includes(one)),
      [
        ".example.com",
        "10.16.0.0/16",
        "192.168.0.0/16",
        "10.96.0.0/16",
        ".sample.bulkhead.internal",
        ".internal",
        ".svc",
        "ssm.eu-central-1.amazonaws.com",
        "ssmmessages.eu-central-1.amazonaws.com",
      ],
    );
    assert.match(text, /HTTPS_PROXY=http:\/\/proxy\.example\.com:3128/);
  });
});

describe("a machine's role in IAM", () => {
  const policies = async (edits = {}) =>
    new Map(
      [...ofKind(await recordAws(onAws(edits)), "iam/rolePolicy:RolePolicy")].map(([name, inputs]) => [
        name,
        JSON.parse(String(inputs["policy"])) as { Statement: { Action: string[]; Resource: string }[] },
      ]),
    );

  it("is one for each role, which lets it be reached by Session Manager and read the one secret that it joins with", async () => {
    const all = await policies();
    assert.deepEqual(
      [...all.keys()],
      [
        "flow-logs-write-logs",
        "manager-join-secret",
        "manager-session-manager",
        "registry-join-secret",
        "registry-session-manager",
        "worker-join-secret",
        "worker-session-manager",
      ],
    );
    assert.deepEqual(all.get("worker-join-secret")?.Statement, [
      {
        Effect: "Allow",
        Action: ["ssm:GetParameter"],
        Resource: "arn:aws:ssm:eu-central-1:111122223333:parameter/bulkhead/sample/join/worker",
      },
    ]);
    assert.deepEqual(
      all.get("worker-session-manager")?.Statement.flatMap(({ Action }) => Action),
      [
        "ssm:UpdateInstanceInformation",
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
      ],
    );
  });

  it("reads the secret from Secrets Manager where the stack file says so, and none where nothing is joined", async () => {
    assert.deepEqual(
      (await policies({ "aws.secretStore": "secrets-manager" })).get("manager-join-secret")?.Statement,
      [
        {
          Effect: "Allow",
          Action: ["secretsmanager:GetSecretValue"],
          Resource:
            "arn:aws:secretsmanager:eu-central-1:111122223333:secret:/bulkhead/sample/join/manager-??????",
        },
      ],
    );
    assert.equal((await policies({ engine: "kubernetes" })).has("manager-join-secret"), false);
  });

  it("names AWS's other partitions where the region is theirs", async () => {
    const [statement] =
      (await policies({ "aws.region": "us-gov-west-1" })).get("worker-join-secret")?.Statement ?? [];
    assert.match(statement?.Resource ?? "", /^arn:aws-us-gov:ssm:us-gov-west-1:/);
  });

  it("stays within the boundary that the stack file names", async () => {
    const boundary = "arn:aws:iam::111122223333:policy/boundary";
    const roles = ofKind(await recordAws(onAws({ "aws.permissionsBoundary": boundary })), "iam/role:Role");
    assert.deepEqual([...roles.keys()], ["flow-logs", "manager", "registry", "worker"]);
    for (const [name, inputs] of roles) assert.equal(inputs["permissionsBoundary"], boundary, name);
  });
});

const key = "arn:aws:kms:eu-central-1:111122223333:key/11112222-3333-4444-5555-666677778888";
