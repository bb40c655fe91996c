import assert from "node:assert/strict";
import { Environment } from "../../../components/environment/index.ts";
import { plan } from "../../../components/plan/index.ts";
import { environment } from "../../support/config.ts";
import { record } from "../../support/record.ts";

describe("Environment", () => {
  const args = { plan: plan(environment()) };

  for (const preview of [true, false])
    it(`is one component, ${preview ? "in preview" : "in up"}`, async () => {
      const all = await record(() => new Environment("sample", args), { preview });
      assert.deepEqual(
        all.map(({ type, name }) => [type, name]),
        [["bulkhead:environment:Environment", "sample"]],
      );
    });

  it("tells its zones' and machines' addresses and what runs where", async () => {
    let made: Environment | undefined;
    await record(() => (made = new Environment("sample", args)));
    assert.deepEqual(made?.outputs, {
      target: "aws",
      engine: "mke",
      overlay: "ipip",
      zones: { management: ["10.16.0.0/22"], red: ["10.16.4.0/22"], blue: ["10.16.8.0/22"] },
      machines: {
        "manager-1": "10.16.0.32",
        "manager-2": "10.16.0.33",
        "manager-3": "10.16.0.34",
        "registry-1": "10.16.0.64",
        "red-1": "10.16.4.32",
        "red-2": "10.16.4.33",
        "blue-1": "10.16.8.32",
        "blue-2": "10.16.8.33",
      },
      collections: { red: ["red-1", "red-2"], blue: ["blue-1", "blue-2"] },
      namespaces: { red: "red", blue: "blue" },
    });
  });
});
