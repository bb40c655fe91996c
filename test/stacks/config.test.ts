import assert from "node:assert/strict";
import { fromPulumi, parseEnvironment } from "../../stacks/config.ts";
import { edited, sound } from "../support/config.ts";

describe("a configuration", () => {
  it("without problems gives an environment with every default filled in", () => {
    const { network, groups, zones } = parseEnvironment("sample", sound());
    assert.deepEqual(network, {
      cidr: "10.16.0.0/16",
      zonePrefix: 22,
      availabilityZones: ["a"],
      overlay: "ipip",
      workerMesh: "cut",
      podCidr: "192.168.0.0/16",
      serviceCidr: "10.96.0.0/16",
      frontDoor: [],
      services: {},
    });
    assert.deepEqual(zones["red"], { slot: 1, inside: "open" });
    assert.equal(groups["red"]?.namespaces["red"]?.collection, "red");
  });

  it("leaves the overlay out and gets what the target carries", () => {
    const overlay = (edits: Record<string, unknown>) =>
      parseEnvironment("sample", edited(edits)).network.overlay;
    assert.equal(overlay({}), "ipip");
    assert.equal(overlay({ target: "azure" }), "vxlan");
    assert.equal(overlay({ target: "lab", engine: "kubernetes" }), "ipip");
  });

  it("that Pulumi hands over as text reads the same", () => {
    const values = Object.fromEntries(
      Object.entries(sound()).map(([key, value]) => [
        `bulkhead:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    );
    const read = fromPulumi({ ...values, "aws:region": "eu-central-1" });
    assert.deepEqual(parseEnvironment("sample", read), parseEnvironment("sample", sound()));
  });
});
