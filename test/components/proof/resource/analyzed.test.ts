import assert from "node:assert/strict";
import { labId, labNetwork } from "../../../../components/proof/lab/index.ts";
import { Reach } from "../../../../components/proof/reach/index.ts";
import {
  analyzed,
  Reference,
  Resources,
  Unknown,
  type Analyzed,
  type Resource,
  type Value,
} from "../../../../components/proof/resource/index.ts";
import { showPackets } from "../../../../components/proof/space/index.ts";
import { root, unknown, urnOf } from "./files.ts";

const network = "lab:index:Network";
const zone = "lab:index:Zone";
const host = "lab:index:Host";

type Fields = Readonly<Record<string, unknown>>;

const record = (
  type: string,
  name: string,
  inputs: Fields | undefined,
  propertyDependencies: Readonly<Record<string, readonly string[]>> = {},
  outputs: Fields = {},
): Analyzed => ({
  urn: urnOf(type, name),
  type,
  ...(inputs === undefined ? {} : { inputs }),
  outputs,
  propertyDependencies,
});

const noId = () => undefined;
const read = (...all: readonly Analyzed[]) => {
  const resources = analyzed(all, noId);
  return (name: string) => {
    const found = resources.find((one) => one.name === name);
    assert.ok(found !== undefined, name);
    return found;
  };
};

const shown = (value: Value | undefined): unknown => {
  if (value instanceof Reference) return `-> ${value.resource.name}`;
  if (value instanceof Unknown) return `unknown: ${value.why}`;
  return Array.isArray(value) ? value.map(shown) : value;
};

const sealed = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

describe("resources as the engine tells a policy pack of them", () => {
  it("are all but the stack itself, with what was asked for and what their providers said", () => {
    const all = analyzed(
      [
        record(root.type, "bulkhead-dev", {}),
        record(zone, "red", { name: "red" }, {}, { gateway: "10.0.0.1" }),
      ],
      noId,
    );
    assert.deepEqual(all, [
      {
        urn: urnOf(zone, "red"),
        type: zone,
        name: "red",
        inputs: { name: "red" },
        outputs: { gateway: "10.0.0.1" },
      },
    ]);
  });

  it("refer to the one that an unknown value comes from", () => {
    const of = read(
      record(zone, "red", {}),
      record(host, "red-1", { zone: unknown }, { zone: [urnOf(zone, "red")] }),
    );
    const { zone: value } = of("red-1").inputs;
    assert.ok(value instanceof Reference);
    assert.equal(value.resource, of("red"));
  });

  it("have an unknown, and no reference, where it comes from several or from one that is not there", () => {
    const two = [urnOf(zone, "red"), urnOf(zone, "blue")];
    const of = read(
      record(zone, "red", {}),
      record(zone, "blue", {}),
      record(
        host,
        "red-1",
        { zone: unknown, address: unknown, name: unknown },
        { zone: two, address: [urnOf(zone, "gone")] },
      ),
    );
    const { zone: several, address, name } = of("red-1").inputs;
    assert.equal(
      shown(several),
      "unknown: it comes from several resources (red, blue): pass each one's property as it is",
    );
    assert.match(String(shown(address)), /^unknown: /);
    assert.equal(shown(name), "unknown: it is known only once something has been made");
  });

  it("have secrets as what they are, and a secret that is unknown as unknown", () => {
    const of = read(
      record(zone, "red", {}),
      record(
        host,
        "red-1",
        { name: sealed("red-1"), zone: sealed(unknown), groups: sealed(["role/worker"]) },
        { zone: [urnOf(zone, "red")] },
      ),
    );
    const { name, zone: value, groups } = of("red-1").inputs;
    assert.deepEqual([name, shown(value), groups], ["red-1", "-> red", ["role/worker"]]);
  });

  it("have what their providers said where the engine asks for nothing, since it leaves them as they are", () => {
    const of = read(record(host, "red-1", undefined, {}, { address: "10.0.0.10" }));
    assert.deepEqual(of("red-1").inputs, { address: "10.0.0.10" });
  });

  it("have the id that their provider says with the rest, by which others name them", () => {
    const group = "aws:ec2/securityGroup:SecurityGroup";
    const all = analyzed(
      [record(group, "red", {}, {}, { id: "sg-1" }), record(group, "blue", {}, {}, { id: unknown })],
      noId,
    );
    assert.deepEqual(
      all.map(({ id }) => id),
      ["sg-1", undefined],
    );
    assert.equal(new Resources(all).named("sg-1", group)?.name, "red");
  });
});

describe("a lab as the engine tells a policy pack of it", () => {
  const rules = { inside: "flows", ingress: { "role/worker -> role/manager: tcp/6443": "" }, egress: {} };
  const out = { ...rules, ingress: {}, egress: rules.ingress };

  /** A worker that may reach a manager in another zone. */
  const lab = (network_: unknown, red: unknown, blue: unknown): Analyzed[] => {
    const [whole, one, other] = [urnOf(network, "dev"), urnOf(zone, "red"), urnOf(zone, "blue")];
    return [
      record(network, "dev", { name: "dev", cidr: "10.0.0.0/16" }),
      record(zone, "red", { network: network_, name: "red", cidr: "10.0.0.0/24" }, { network: [whole] }),
      record(zone, "blue", { network: network_, name: "blue", cidr: "10.0.1.0/24" }, { network: [whole] }),
      record("lab:index:Firewall", "red", { zone: red, ...out }, { zone: [one] }),
      record("lab:index:Firewall", "blue", { zone: blue, ...rules }, { zone: [other] }),
      record(
        host,
        "red-1",
        { zone: red, name: "red-1", address: "10.0.0.10", groups: ["role/worker"] },
        { zone: [one] },
      ),
      record(
        host,
        "blue-1",
        { zone: blue, name: "blue-1", address: "10.0.1.10", groups: ["role/manager"] },
        { zone: [other] },
      ),
    ];
  };
  const passing = (resources: readonly Resource[], from: string, to: string) => {
    const reach = new Reach(labNetwork(new Resources(resources)));
    const find = (name: string) =>
      reach.classes.find(({ spots }) => spots.some(({ nic }) => nic.id === name));
    const [a, b] = [find(from), find(to)];
    assert.ok(a !== undefined && b !== undefined);
    return (["sure", "maybe"] as const).map((polarity) => showPackets(reach.between(a, b, polarity)));
  };

  for (const [when, records] of [
    ["before any of it exists", lab(unknown, unknown, unknown)],
    ["once its ids are known", lab("dev-0123abcd", "dev-0123abcd/red", "dev-0123abcd/blue")],
  ] as const)
    it(`lets pass what its rules let, for sure, and nothing else, ${when}`, () => {
      const resources = analyzed(records, labId);
      assert.deepEqual(passing(resources, "red-1", "blue-1"), ["tcp/6443", "tcp/6443"]);
      assert.deepEqual(passing(resources, "blue-1", "red-1"), ["nothing", "nothing"]);
    });

  it("may let anything pass, and nothing for sure, where a firewall's zone is not one that is there", () => {
    const resources = analyzed(lab("dev-0123abcd", "dev-0123abcd/red", "dev-0123abcd/green"), labId);
    assert.deepEqual(passing(resources, "red-1", "blue-1"), ["nothing", "tcp/6443"]);
  });
});
