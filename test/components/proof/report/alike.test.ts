import assert from "node:assert/strict";
import { betweenRows, rowsOf } from "../../../../components/proof/report/alike.ts";
import { cellsOf, markOf } from "../../../../components/proof/report/symbol.ts";
import { large } from "../../../support/statements.ts";

describe("rows of parties that are alike", () => {
  it("hide nothing: each cell of the whole matrix is what the rows' cell says", () => {
    for (const every of [0, 2, 5]) {
      const [layer] = large(60, every).layers;
      assert.ok(layer !== undefined);
      const rows = rowsOf(layer);
      const between = betweenRows(layer);
      const cellOf = cellsOf(layer);
      for (const from of rows)
        for (const to of rows) {
          const { mark, others, cell } = between(from, to);
          for (const a of from.parties)
            for (const b of to.parties) {
              const own = cellOf(a.name, b.name);
              const expected = a === b || others === undefined ? mark : others;
              assert.equal(markOf(a, b, own), expected, `${a.name} -> ${b.name}`);
              if (a === b || from !== to)
                assert.deepEqual(
                  own?.passages.map(({ traffic, why }) => [traffic, why]),
                  cell?.passages.map(({ traffic, why }) => [traffic, why]),
                );
            }
        }
      assert.equal(rows.flatMap(({ parties }) => parties).length, layer.parties.length);
    }
  });

  it("never count a party with a finding among others", () => {
    const [layer] = large(60).layers;
    assert.ok(layer !== undefined);
    const alone = rowsOf(layer).filter(({ parties }) => parties.length === 1);
    for (const name of ["zone-017", "zone-042", "manager"]) assert.ok(alone.some((row) => row.name === name));
  });
});
