import type { Layer } from "../../statement/index.ts";
import { betweenRows, rowsOf, type Alike, type Between } from "../alike.ts";
import { legendMarks, meanings, symbols, type Mark } from "../symbol.ts";
import { countedLegend } from "../matrix.ts";
import { markup, type Markup } from "./markup.ts";
import type { Articles } from "./passages.ts";

// In a larger table what is denied is text alone: so many buttons would make a browser slow.
const mostButtons = 2500;

export function matrixTable(layer: Layer, articles: Articles): Markup {
  const rows = rowsOf(layer);
  const between = betweenRows(layer);
  const buttons = rows.length ** 2 <= mostButtons;
  const cell = (from: Alike, to: Alike): Markup => {
    const found = between(from, to);
    const { mark, others } = found;
    if (mark === "same" && others === undefined) return markup`<td class="same"></td>`;
    const shown = markup`${symbols[mark]}${others === undefined ? undefined : symbols[others]}`;
    const id = found.cell === undefined ? undefined : articles.idOf(found.cell);
    if (!buttons && id === undefined) return markup`<td class="${mark}">${shown}</td>`;
    const target = id === undefined ? undefined : markup` data-show="${id}"`;
    return markup`<td class="${mark}">
      <button type="button" aria-label="${label(from, to, found)}"${target}>${shown}</button>
    </td>`;
  };
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="matrix of ${layer.name}">
    <table class="matrix" aria-label="${layer.name}, from each row to each column">
      <thead>
        <tr>
          <td class="corner"><span>from</span> <span>to</span></td>
          ${rows.map(({ name }) => markup`<th scope="col"><span>${name}</span></th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (from) =>
            markup`<tr data-find="parties">
              <th scope="row">${head(from)}</th>
              ${rows.map((to) => cell(from, to))}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function head({ name, parties }: Alike): Markup {
  if (parties.length > 1)
    return markup`<details class="members">
      <summary>${name}</summary>
      <ul>
        ${parties.map((party) => markup`<li>${party.name}</li>`)}
      </ul>
    </details>`;
  const [{ kind, addresses }] = parties;
  return kind === "outside" && addresses.join() !== name
    ? markup`${name} <small>${addresses.slice(0, 2).join(", ")}${addresses.length > 2 ? ", …" : ""}</small>`
    : markup`${name}`;
}

/** What a matrix's symbols mean. */
export const legendOf = (layer: Layer, asked: boolean): Markup =>
  markup`<p class="legend">
    From each row to each column: ${legend(legendMarks(asked))}
    ${rowsOf(layer).length < layer.parties.length ? `Two symbols: ${countedLegend}.` : undefined}
  </p>`;

const legend = (marks: readonly Mark[]): Markup[] =>
  marks.map(
    (mark) =>
      markup`<span class="key ${mark}"
        ><span aria-hidden="true">${symbols[mark]}</span> ${meanings[mark]}</span
      > `,
  );

/** What a reader who does not see the table is told of a cell. */
function label(from: Alike, to: Alike, { mark, cell, others }: Between): string {
  const traffic =
    cell === undefined ? "" : `, ${[...new Set(cell.passages.map((each) => each.traffic))].join(", ")}`;
  return others === undefined
    ? `${from.name} to ${to.name}: ${meanings[mark]}${traffic}`
    : `${from.name}, each to itself: ${meanings[mark]}${traffic}; to each other: ${meanings[others]}`;
}
