import assert from "node:assert/strict";
import { Labs } from "../../../../components/lab/provider/labs.ts";
import { Provider, type Properties } from "../../../../components/lab/provider/provider.ts";
import { temporaryFolder } from "../../../support/folder.ts";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const urn = (type: string, name: string) => `urn:pulumi:dev::bulkhead::parent$lab:index:${type}::${name}`;
const fresh = () => new Provider(new Labs({ BULKHEAD_STATE: temporaryFolder().path }));

const sound: Readonly<Record<string, Properties>> = {
  Network: { name: "dev", cidr: "10.16.0.0/16" },
  Zone: { network: "dev-01234567", name: "red", cidr: "10.16.4.0/22" },
  Firewall: {
    zone: "dev-01234567/red",
    inside: "open",
    ingress: { "role/manager -> role/worker: tcp/10250": "kubelet" },
    egress: {},
  },
  Host: {
    zone: "dev-01234567/red",
    name: "red-1",
    address: "10.16.4.128",
    groups: ["role/worker", "zone/red"],
  },
};

const check = (type: string, edits: Properties, provider = fresh(), name = "one") =>
  provider.check(urn(type, name), { ...sound[type], ...edits });

describe("the lab's provider, asked to check", () => {
  for (const type of Object.keys(sound))
    it(`takes a sound ${type} as it is`, () => {
      assert.deepEqual(check(type, {}), { inputs: sound[type], failures: [] });
    });

  for (const [type, edits, property, reason] of [
    ["Network", { name: "a/b" }, "name", /"a\/b": write a stack's name/],
    ["Network", { cidr: "10.16.0.1/16" }, "cidr", /did you mean 10\.16\.0\.0\/16/],
    ["Zone", { name: "Red" }, "name", /lower-case letters, digits and hyphens/],
    ["Zone", { cidr: "10.16.4.0/31" }, "cidr", /a \/30 or larger/],
    ["Zone", { cidr: undefined }, "cidr", /it is missing/],
    ["Zone", { cider: "10.16.4.0/22" }, "cider", /no such property; there are network, name, cidr/],
    ["Firewall", { inside: "closed" }, "inside", /"closed": write "open" or "flows"/],
    ["Firewall", { ingress: { "worker -> role/manager: tcp/1": "x" } }, "ingress", /"worker" is neither/],
    ["Firewall", { egress: ["role/worker"] }, "egress", /an object of rules/],
    ["Host", { name: "outside" }, "name", /every address outside/],
    ["Host", { address: "10.16.4" }, "address", /CIDR block/],
    ["Host", { groups: ["role/worker", 'x" accept'] }, "groups", /is no group, such as/],
  ] as const)
    it(`says of a ${type} with ${JSON.stringify(edits)} what is wrong and what is allowed`, () => {
      const { failures } = check(type, edits);
      assert.deepEqual(
        failures.map((failure) => failure.property),
        [property],
      );
      assert.match(failures[0]?.reason ?? "", reason);
    });

  it("names all problems at once", () => {
    const { failures } = check("Host", { name: "-", address: "x", groups: [1], zoone: "" });
    assert.deepEqual(failures.map(({ property }) => property).sort(), ["address", "groups", "name", "zoone"]);
  });

  it("keeps properties as the kernel will give them back", () => {
    const { inputs } = check("Firewall", {
      ingress: { "10.0.0.128/25,10.0.0.0/25 -> role/manager: tcp/1": 'why "so"' },
    });
    assert.deepEqual(inputs["ingress"], { "10.0.0.0/24 -> role/manager: tcp/1": "why 'so'" });
    assert.deepEqual(check("Host", { groups: ["zone/red", "role/worker", "zone/red"] }).inputs["groups"], [
      "role/worker",
      "zone/red",
    ]);
  });

  it("takes what is not known yet as it is", () => {
    assert.deepEqual(check("Host", { zone: unknown }), {
      inputs: { ...sound["Host"], zone: unknown },
      failures: [],
    });
  });

  for (const [type, edits, property, taken] of [
    ["Host", { address: "10.16.4.129" }, "name", "the host red-1"],
    ["Host", { name: "red-2" }, "address", "10.16.4.128"],
    ["Zone", { cidr: "10.16.8.0/22" }, "name", "the zone red"],
    ["Zone", { name: "blue", cidr: "10.16.6.0/24" }, "cidr", "10.16.6.0/24"],
    ["Firewall", { inside: "flows" }, "zone", "the firewall of dev-01234567/red"],
  ] as const)
    it(`refuses a second ${type} with the ${property} of the first, and names that`, () => {
      const provider = fresh();
      assert.deepEqual(check(type, {}, provider, "one").failures, []);
      assert.deepEqual(check(type, {}, provider, "one").failures, [], "the same resource again");
      assert.deepEqual(check(type, edits, provider, "two").failures, [
        { property, reason: `${taken} is taken by one, too` },
      ]);
    });

  it("lets equal names and addresses be in two networks", () => {
    const provider = fresh();
    check("Host", {}, provider, "one");
    assert.deepEqual(check("Host", { zone: "tiers-01234567/red" }, provider, "two").failures, []);
  });
});

describe("the lab's provider, asked for the difference", () => {
  const diff = (type: string, edits: Properties) =>
    fresh().diff("dev-01234567/x", urn(type, "one"), sound[type] ?? {}, { ...sound[type], ...edits });

  it("finds none between equal properties, in whatever order", async () => {
    const rules = { "role/a -> role/b: tcp/1": "x", "role/a -> role/b: tcp/2": "y" };
    const firewall = { ...sound["Firewall"], ingress: rules };
    const turned = { ...firewall, ingress: Object.fromEntries(Object.entries(rules).reverse()) };
    const { changed } = await fresh().diff(
      "dev-01234567/red/firewall",
      urn("Firewall", "one"),
      firewall,
      turned,
    );
    assert.equal(changed, false);
  });

  for (const [type, edits, replacing] of [
    ["Zone", { name: "blue" }, ["name"]],
    ["Zone", { cidr: "10.16.8.0/22" }, ["cidr"]],
    ["Zone", { network: unknown }, ["network"]],
    ["Firewall", { ingress: {} }, []],
    ["Firewall", { inside: "flows" }, []],
    ["Firewall", { zone: "dev-01234567/blue" }, ["zone"]],
    ["Host", { groups: [] }, []],
    ["Host", { address: "10.16.4.129" }, ["address"]],
  ] as const)
    it(`makes a ${type} ${replacing.length > 0 ? "anew" : "over"} for ${JSON.stringify(edits)}`, async () => {
      const difference = await diff(type, edits);
      assert.deepEqual([difference.changed, difference.replacing], [true, replacing]);
    });

  it("makes a network anew whose lab has ended", async () => {
    const outputs = { ...sound["Network"], asRoot: false, changedByHand: [] };
    const { changed, replacing } = await fresh().diff(
      "dev-01234567",
      urn("Network", "dev"),
      outputs,
      sound["Network"] ?? {},
    );
    assert.deepEqual([changed, replacing], [true, ["id"]]);
  });
});
