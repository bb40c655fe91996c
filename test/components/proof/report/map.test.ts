import assert from "node:assert/strict";
import { drawLayer } from "../../../../components/proof/report/map.ts";
import { layer, outsides, platformFlows, roles, zone } from "../../../support/statements.ts";

const zones = ["a", "b", "c"];
const parties = [...roles, ...zones.map((name, index) => zone(name, index)), ...outsides];
const map = (keep: (from: string, to: string) => boolean) =>
  drawLayer(
    layer(
      "machines",
      parties,
      platformFlows(zones).filter(({ from, to }) => keep(from, to)),
    ),
  ) ?? "";

describe("the map of a layer", () => {
  it("has one arrow for what all zones may do alike", () => {
    const drawn = map(() => true);
    assert.match(drawn, /every -->\|"tcp\/443"\| party_\d+_registry/);
    assert.doesNotMatch(drawn, /party_\d+_a -->/);
  });

  it("has an arrow for each where one zone may not", () => {
    const drawn = map((from, to) => !(from === "c" && to === "registry"));
    assert.doesNotMatch(drawn, /every -->\|"tcp\/443"\|/);
    for (const name of ["a", "b"])
      assert.match(drawn, new RegExp(`party_\\d+_${name} -->\\|"tcp/443"\\| party_\\d+_registry`));
    assert.doesNotMatch(drawn, /party_\d+_c -->/);
  });

  it("shows an address as within reach of all only where it is", () => {
    assert.match(
      map(() => true),
      /services\["within reach of all"\]\n\s+\S+_dns/,
    );
    const drawn = map((from, to) => !(from === "registry" && to === "dns"));
    assert.match(drawn, /every -->\|"tcp\/53, udp\/53"\| party_\d+_dns/);
    assert.doesNotMatch(drawn, /party_\d+_registry -->\|"tcp\/53/);
  });

  it("leaves out addresses that have nothing to do with anybody", () => {
    assert.match(
      map(() => true),
      /front door/,
    );
    assert.doesNotMatch(
      map((from) => from !== "front door"),
      /front door/,
    );
  });

  it("is left out where nothing passes between parties", () => {
    assert.equal(
      map((from, to) => from === to),
      "",
    );
  });
});
