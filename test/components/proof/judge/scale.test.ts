import assert from "node:assert/strict";
import { plan } from "../../../../components/plan/index.ts";
import { observe } from "../../../../components/proof/judge/index.ts";
import { podNetwork, policed } from "../../../../components/proof/kubernetes/index.ts";
import { environment } from "../../../support/config.ts";
import { manifest, pod, policy } from "../kubernetes/cluster.ts";
import { registered } from "../lab/resources.ts";
import { findings, judged } from "./judged.ts";

describe("the judge of a thousand groups", function () {
  this.timeout(60_000);

  it("finds nothing where every flow is open and nothing else", () => {
    const names = Array.from({ length: 1000 }, (_, index) => `group-${index + 1}`);
    const planned = plan(
      environment({
        target: "lab",
        engine: "kubernetes",
        network: {
          cidr: "10.0.0.0/10",
          services: { dns: { addresses: ["192.0.2.53/32"] } },
          frontDoor: ["198.51.100.0/24"],
        },
        zones: Object.fromEntries(names.map((name, index) => [name, { slot: index + 1 }])),
        groups: Object.fromEntries(
          names.map((name) => [
            name,
            {
              team: { directoryGroup: `CN=${name}` },
              collections: { [name]: { zone: name, workers: { linux: { count: 2 } } } },
              namespaces: {},
            },
          ]),
        ),
        flows: names.slice(1).map((name, index) => ({
          from: names[index],
          to: name,
          traffic: ["tcp/8443"],
          why: "invoices",
          owner: "red@example.com",
        })),
      }),
    );
    assert.deepEqual(findings(judged(planned, registered(planned))), []);
  });
});

describe("what is observed of two thousand pods", () => {
  it("is said of the outside as of a whole, and not cut at each of their addresses", () => {
    const numbers = Array.from({ length: 2000 }, (_, index) => index);
    const network = podNetwork(
      manifest(
        ...numbers.map((index) =>
          pod(
            `shop-${index % 50}/pod-${index}`,
            {},
            {},
            { podIP: `10.${index % 200}.${(index * 7) % 250}.1` },
          ),
        ),
        policy("shop-0/deny", { podSelector: {}, policyTypes: ["Ingress"] }),
      ),
    );
    const [layer] = observe({ name: "pods", network, source: "shop.yaml", scope: policed }).layers;
    const outside = [...(layer?.outside() ?? [])];
    assert.deepEqual(
      outside.filter(({ from }) => from === "shop-0/pod-0").map(({ to }) => to),
      ["0.0.0.0/0", "::/0"],
    );
    assert.ok(outside.every(({ to }) => !to.startsWith("shop-0/")));
  });
});
