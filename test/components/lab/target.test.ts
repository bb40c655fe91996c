import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { createLab, groupsOf, planFirewall } from "../../../components/lab/index.ts";
import { planOf } from "../../support/lab.ts";
import { record } from "../../support/record.ts";

describe("a lab's resources", () => {
  it("are the plan's network, its zones each with a firewall, and its hosts", async () => {
    const planned = await planOf("dev");
    const all = await record(() => {
      createLab(planned, new pulumi.ComponentResource("bulkhead:environment:Environment", "dev"));
    });
    const inputs = (type: string, name: string) =>
      all.find((one) => one.type === `lab:index:${type}` && one.name === name)?.inputs;
    const names = (type: string) =>
      all.filter((one) => one.type === `lab:index:${type}`).map(({ name }) => name);

    assert.deepEqual(inputs("Network", "dev"), { name: "dev", cidr: "10.16.0.0/16" });
    const zones = planned.zones.map(({ name }) => name).sort();
    assert.deepEqual([names("Zone"), names("Firewall")], [zones, zones]);
    assert.deepEqual(names("Host"), planned.hosts.map(({ name }) => name).sort());
    assert.deepEqual(inputs("Zone", "test-billing"), {
      network: "dev-id",
      name: "test-billing",
      cidr: "10.16.4.0/22",
    });
    assert.deepEqual(inputs("Firewall", "management"), {
      zone: "management-id",
      ...planFirewall(planned, "management"),
    });
    const host = planned.hosts.find(({ name }) => name === "test-billing-1");
    assert.ok(host !== undefined);
    assert.deepEqual(inputs("Host", "test-billing-1"), {
      zone: "test-billing-id",
      name: "test-billing-1",
      address: "10.16.4.128",
      groups: groupsOf(host),
    });
  });
});
