import assert from "node:assert/strict";
import { plan, type Plan } from "../../../../components/plan/index.ts";
import { readPlan, readState, Unknown, type Value } from "../../../../components/proof/resource/index.ts";
import type { Statement } from "../../../../components/proof/statement/index.ts";
import { environment, group } from "../../../support/config.ts";
import { findings } from "../judge/judged.ts";
import { asPlan, asState } from "../resource/files.ts";
import { Edited, judgedAws, planOf, requested } from "./target.ts";

const texts = ({ assumptions }: Statement): string[] => assumptions.map(({ text }) => text);

describe("an environment on AWS, as its program asks for it,", function () {
  this.timeout(60_000);

  it("holds, with what is taken for granted said once for each", async () => {
    const planned = await planOf("test");
    const statement = await judgedAws(planned, await requested(planned));
    assert.deepEqual(findings(statement), []);
    assert.deepEqual(texts(statement), [
      "machines are taken to be as their user data make them: nothing takes the firewall in /etc/bulkhead/firewall.nft out of the kernel later, and packets of pods come past it (which they do not with Calico's eBPF data plane)",
      "no container engine is installed on aws yet: where pods run, what they may say to each other and what people may do there is not in this proof",
      "every instance reaches AWS's own name servers (the VPC's second address, 169.254.169.253), metadata, time and licence services, whatever security groups and network ACLs say",
      "the network ACLs of 15 subnets of network are not described: they are taken for the default one, which allows everything",
      "transit connects it to others: network may reach whatever else may be connected, and be reached by it",
      "what transit gateway tgw-0123456789abcdef0 carries is not in this proof: it is taken to lead to 10.0.0.0/12 and back, and may lead anywhere",
    ]);
  });

  it("holds where NAT gateways and load balancers with public addresses lead to the internet", async () => {
    const planned = await planOf("dev");
    const statement = await judgedAws(planned, await requested(planned));
    assert.deepEqual(findings(statement), []);
    assert.ok(
      texts(statement).includes(
        "public addresses that AWS is still to give are its own, and so none of those that rules name (192.0.2.53/32, 192.0.2.80/32, 192.0.2.123/32, 198.51.100.0/24)",
      ),
    );
  });

  it("holds where its workers are of both systems, and nothing is known of what Windows forwards", async () => {
    const planned = await planOf("dev-tiers");
    const statement = await judgedAws(planned, await requested(planned));
    assert.deepEqual(findings(statement), []);
  });

  it("says the same in a plan's file and in a state", async () => {
    const planned = await planOf("test");
    const resources = await requested(planned);
    const made = new Edited(resources);
    // As a provider does of what is not there.
    for (const { name, type } of made.all)
      if (type.endsWith(":RouteTableAssociation")) made.set("RouteTableAssociation", name, { gatewayId: "" });
    for (const { name, type, inputs } of made.all)
      if (type.endsWith(":Instance")) {
        const { id } = inputs["launchTemplate"] as { readonly id: Value };
        made.set("Instance", name, { launchTemplate: { id, version: "1" } });
      } else if (type.endsWith(":LaunchTemplate")) made.set("LaunchTemplate", name, { latestVersion: 1 });
    for (const read of [
      readPlan("plan.json", asPlan(resources)),
      readState("state.json", asState(made.all)),
    ]) {
      const statement = await judgedAws(planned, read.resources);
      assert.deepEqual(findings(statement), []);
    }
  });

  it("is not said to have a transit gateway's packets where it is not attached to it", async () => {
    const planned = await planOf("test");
    const resources = new Edited(await requested(planned)).drop("VpcAttachment", "transit");
    const { missing } = await judgedAws(planned, resources.all);
    // Of the addresses outside the front door's are the first, and the services' are among them.
    assert.deepEqual(
      new Set(missing.map(({ id }) => id)),
      new Set([
        "machines/outside:front_door/load-balancer",
        ...["billing", "claims", "portal", "manager", "registry"].map(
          (from) => `machines/${from}/outside:front_door`,
        ),
      ]),
    );
  });
});

describe("an environment in a network that exists already", function () {
  this.timeout(60_000);
  const subnets = (zone: string, slot: number) =>
    ["a", "b"].map((availabilityZone, at) => ({
      id: `subnet-0123456789abcd${slot}${at}`,
      cidr: `10.20.${slot * 2 + at}.0/24`,
      availabilityZone,
    }));
  let planned: Plan;
  before(() => {
    planned = plan(
      environment({
        network: {
          cidr: "10.20.0.0/16",
          availabilityZones: ["a", "b"],
          frontDoor: ["10.0.0.0/12"],
          services: { dns: { addresses: ["10.0.0.53/32"] } },
          existing: {
            id: "vpc-0123456789abcdef0",
            subnets: {
              management: subnets("management", 0),
              red: subnets("red", 1),
              blue: subnets("blue", 2),
            },
          },
        },
      }),
    );
  });

  it("holds by its security groups, and says what is taken for granted of the network", async () => {
    const statement = await judgedAws(planned, await requested(planned));
    assert.deepEqual(findings(statement), []);
    const own = texts(statement).filter((text) => text.includes("which exists already"));
    assert.deepEqual(own, [
      "the routes of vpc-0123456789abcdef0, which exists already, are not described: they are taken to lead wherever something has to be reached, and back, and may lead anywhere",
      "the network ACLs of vpc-0123456789abcdef0, which exists already, are not described: they are taken to let everything pass",
    ]);
    assert.ok(
      texts(statement).some((text) => text.startsWith("what else is in vpc-0123456789abcdef0 is not")),
    );
  });

  it("leaks to whomever its groups would let in, and out to whomever they would let send, there too", async () => {
    const asked = await requested(planned);
    const https = { ipProtocol: "tcp", fromPort: 443, toPort: 443 };
    const opened = new Edited(asked).rule("Ingress", "worker", "0.0.0.0/0", https);
    assert.ok(
      (await judgedAws(planned, opened.all)).leaks.some(({ id }) => id === "machines/outside:elsewhere/red"),
    );
    // Somebody else may have an address beside the environment's own machines.
    const neighbours = new Edited(asked).rule("Egress", "worker", "10.20.5.0/24", https);
    assert.deepEqual((await judgedAws(planned, neighbours.all)).leaks.map(({ id }) => id).sort(), [
      "machines/blue/outside:elsewhere",
      "machines/red/outside:elsewhere",
    ]);
  });

  it("is told of where a flow is shut", async () => {
    const resources = new Edited(await requested(planned)).shut("Ingress", "manager", "worker", "4");
    assert.ok((await judgedAws(planned, resources.all)).missing.length > 0);
  });
});

describe("a Kubernetes environment on AWS", () => {
  it("is not said to lack what no engine has made there yet", async () => {
    const planned = plan(
      environment({ engine: "kubernetes", groups: { red: group("red") }, zones: { red: { slot: 1 } } }),
    );
    const statement = await judgedAws(planned, await requested(planned));
    assert.deepEqual(findings(statement), []);
    assert.ok(
      texts(statement).some((text) => text.startsWith("no container engine is installed on aws yet")),
    );
  });
});

describe("values that AWS would not take", () => {
  it("are told all at once, each with its resource and its property", async () => {
    const planned = await planOf("test");
    const resources = new Edited(await requested(planned))
      .set("Subnet", "billing-a", { cidrBlock: "10.18.4.0/33" })
      .set("Instance", "billing-1", { privateIp: "10.18.4.300" })
      .rule("Ingress", "worker", "10.18.0.0/no");
    await assert.rejects(judgedAws(planned, resources.all), {
      name: "UnreadableError",
      message: [
        'aws:ec2/subnet:Subnet billing-a: cidrBlock is "10.18.4.0/33"; expected a CIDR block, such as 10.0.0.0/16 or fd00::/64',
        'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule by hand: cidrIpv4 is "10.18.0.0/no"; expected a CIDR block, such as 10.0.0.0/16 or fd00::/64',
        'aws:ec2/instance:Instance billing-1: privateIp is "10.18.4.300"; expected an IP address, such as 10.0.0.1 or fd00::1',
      ].join("\n"),
    });
  });
});

describe("user data that are not known", function () {
  this.timeout(60_000);

  it("show nothing of what a machine forwards, and why", async () => {
    const planned = await planOf("test");
    const asked = await requested(planned);
    for (const [inputs, why] of [
      [
        { userData: new Unknown("it is a secret, which the file does not show") },
        "it is a secret, which the file does not show",
      ],
      [{ userData: "no base64!" }, "they are not base64"],
      [{ userData: "" }, "there are none"],
    ] as const) {
      const statement = await judgedAws(
        planned,
        new Edited(asked).set("LaunchTemplate", "manager", inputs).all,
      );
      assert.ok(statement.leaks.some(({ id }) => id === "tunnels/billing/claims"));
      assert.ok(
        texts(statement).includes(
          `the user data of manager-1, manager-2, manager-3 do not show that they forward nothing of the overlay: ${why}`,
        ),
      );
    }
  });

  it("are those of an older version of a launch template", async () => {
    const planned = await planOf("test");
    const asked = await requested(planned);
    for (const [version, isKnown] of [
      ["2", true],
      [2, true],
      ["1", false],
      ["$Latest", true],
    ] as const) {
      const resources = new Edited(asked);
      Object.assign(resources.get("LaunchTemplate", "manager"), { outputs: { latestVersion: 2 } });
      resources.set("Instance", "manager-1", {
        launchTemplate: { id: resources.id("LaunchTemplate", "manager"), version },
      });
      const { leaks } = await judgedAws(planned, resources.all);
      assert.equal(leaks.length === 0, isKnown, String(version));
    }
  });
});
