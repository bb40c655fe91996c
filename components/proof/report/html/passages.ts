import type { Cell, Finding, Layer, Passage } from "../../statement/index.ts";
import { webAddress } from "../escape.ts";
import { shareCells, showEnds, type SharedPassages } from "../passages.ts";
import { meanings, symbols } from "../symbol.ts";
import { markup, type Markup } from "./markup.ts";

/** A layer's passages as an article for each that several cells may share, and which article is a cell's. */
export interface Articles {
  readonly idOf: (cell: Cell) => string | undefined;
  readonly markup: readonly Markup[];
}

export function articlesOf(layer: Layer, findings: ReadonlyMap<Finding, string>): Articles {
  const ids = new Map<Cell, string>();
  const articles = shareCells(layer).map((shared, index) => {
    const id = `${layer.name}-${index + 1}`;
    for (const cell of shared.cells) ids.set(cell, id);
    return article(id, shared, aboutOf(layer, shared, findings));
  });
  return { idOf: (cell) => ids.get(cell), markup: articles };
}

/** The findings about an article's cells, with where they stand. */
const aboutOf = (
  { name }: Layer,
  { state, cells }: SharedPassages,
  findings: ReadonlyMap<Finding, string>,
): [Finding, string][] =>
  state === "allowed" || state === "connected"
    ? []
    : [...findings].filter(([{ layer, from, to }]) =>
        cells.some((cell) => layer === name && cell.from === from && cell.to === to),
      );

function article(id: string, shared: SharedPassages, about: readonly [Finding, string][]): Markup {
  const { state, passages, ends } = shared;
  const title = ends.slice(0, mostEnds).map((each) => showEnds(each, 3));
  const more = ends.length - title.length;
  const whole = ends.map((each) => showEnds(each, Infinity));
  const traffic = [...new Set(passages.map((passage) => passage.traffic))].join(", ");
  return markup`<details class="passages ${state}" id="${id}" data-find="passages">
    <summary>
      <span class="symbol" aria-hidden="true">${symbols[state]}</span>
      <span class="ends">${title.join("; ")}${more > 0 ? ` and ${more} more` : ""}</span>
      ${isPlain(state) ? undefined : markup`<strong class="state">${meanings[state]}</strong>`}
      <code>${traffic}</code>
    </summary>
    <div class="body">
      ${about.map(([finding, target]) => markup`<p>Finding: <a href="#${target}">${finding.message}</a></p>`)}
      ${passages.map(passageOf)}
      ${
        whole.join() === title.join()
          ? undefined
          : markup`<div class="all">
              <h5>The same for</h5>
              <ul>
                ${whole.map((each) => markup`<li>${each}</li>`)}
              </ul>
            </div>`
      }
    </div>
  </details>`;
}

const isPlain = (state: Cell["state"]) => state === "allowed" || state === "connected";
const mostEnds = 4;

const passageOf = ({ state, traffic, why, owner, source, rules }: Passage): Markup =>
  markup`<section class="passage ${state}">
    <h5>
      <code>${traffic}</code> ${
        isPlain(state) ? undefined : markup`<strong class="state">${meanings[state]}</strong>`
      }
    </h5>
    <dl>
      ${why === undefined ? undefined : row("why", markup`${why}`)}
      ${owner === undefined ? undefined : row("owner", markup`${owner}`)}
      ${source === undefined ? undefined : row("source", sourceLink(source))}
      ${row(rules.length === 1 ? "rule" : "rules", rules.length === 0 ? markup`none` : rulesOf(rules, why))}
    </dl>
  </section>`;

export const row = (name: string, value: Markup): Markup =>
  markup`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;

/** Rules; why one is there is said unless it has just been. */
export const rulesOf = (rules: Passage["rules"], said?: string): Markup =>
  markup`<ul class="rules">
    ${rules.slice(0, mostRules).map(
      ({ id, text, why }) =>
        markup`<li>
            ${text}${why === undefined || why === said ? undefined : markup` <q>${why}</q>`} <code>${id}</code>
          </li>`,
    )}
    ${rules.length > mostRules ? markup`<li>and ${rules.length - mostRules} more, alike</li>` : undefined}
  </ul>`;

const mostRules = 300;

function sourceLink(source: string): Markup {
  const address = webAddress(source);
  return address === undefined
    ? markup`${source}`
    : markup`<a href="${address}" rel="noopener noreferrer">${source}</a>`;
}
