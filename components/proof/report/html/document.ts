import type { Finding, Layer, Statement } from "../../statement/index.ts";
import { settled } from "../symbol.ts";
import { verdictOf, type Verdict } from "../verdict.ts";
import { count, sentence } from "../words.ts";
import { exceptionTable, findingList } from "./findings.ts";
import { markup, type Markup } from "./markup.ts";
import { legendOf, matrixTable } from "./matrix.ts";
import { pageOf } from "./page.ts";
import { articlesOf } from "./passages.ts";
import { mapOf } from "./svg.ts";

/** A statement as one file for a browser, which asks for nothing else: a document that a script makes easier to read. */
export function toHtml(statement: Statement): string {
  const { environment, source, layers, leaks, excused, missing, exceptions, assumptions } = statement;
  const verdict = verdictOf(statement);
  const ids = new Map<Finding, string>([
    ...leaks.map((finding, index): [Finding, string] => [finding, `leak-${index + 1}`]),
    ...missing.map((finding, index): [Finding, string] => [finding, `missing-${index + 1}`]),
  ]);
  const title =
    environment === undefined ? `Who can reach whom: ${source}` : `${environment} ${verdict.words}`;
  return pageOf({
    title,
    style: new URL("style.css", import.meta.url),
    script: new URL("page.js", import.meta.url),
    body: markup`
        <a class="skip" href="#main">Skip to the findings and the matrix</a>
        ${header(statement, verdict)}
        <main id="main" tabindex="-1">
          ${search()} ${findingList(leaks, ids, count(leaks.length, "leak"), "leak")}
          ${findingList(missing, ids, `${count(missing.length, "requirement")} not met`, "missing")}
          ${exceptionTable(exceptions)}
          ${layers.map(settled).map((layer) => layerSection(layer, ids, environment !== undefined))}
          ${
            assumptions.length === 0
              ? undefined
              : markup`<section class="assumptions" aria-labelledby="assumptions-title">
                  <h2 id="assumptions-title">${count(assumptions.length, "assumption")}</h2>
                  <p>What could not be known from what was read, and was taken for granted.</p>
                  <ul>
                    ${assumptions.map(
                      ({ text, origin }) =>
                        markup`<li data-find="assumptions">
                          ${sentence(text)}${origin === undefined ? undefined : markup` <code>${origin}</code>`}
                        </li>`,
                    )}
                  </ul>
                </section>`
          }
        </main>
        <footer>
          <p>
            ${environment === undefined ? "" : `Environment ${environment}. `}Read: ${source}.
            ${excused.length === 0 ? undefined : `Exceptions excuse ${count(excused.length, "leak")}.`}
            Whatever is not listed as passing is denied.
          </p>
        </footer>
        <dialog aria-labelledby="dialog-title">
          <header>
            <h2 id="dialog-title"></h2>
            <button type="button" class="close">Close</button>
          </header>
          <div class="content"></div>
        </dialog>
    `,
  });
}

function header(
  { environment, source, layers, leaks, missing, exceptions, assumptions }: Statement,
  verdict: Verdict,
): Markup {
  const { holds } = verdict;
  const state = holds === undefined ? "open" : holds ? "holds" : "broken";
  const sign = holds === undefined ? "" : holds ? "✓" : "✕";
  const facts: [string, string | number][] = [
    ...(holds === undefined
      ? []
      : ([
          ["leaks", leaks.length],
          ["requirements not met", missing.length],
          ["exceptions", exceptions.length],
        ] satisfies [string, number][])),
    ...layers.map(({ name, endpoints, parties }): [string, string] => [
      name,
      `${endpoints.length.toLocaleString("en-US")} in ${count(parties.length, "party", "parties")}`,
    ]),
    ["assumptions", assumptions.length],
  ];
  return markup`<header class="verdict ${state}">
    <p class="kind">${environment === undefined ? "Reachability" : "Proof of isolation"}</p>
    <h1>
      ${environment ?? source}
      ${
        holds === undefined
          ? undefined
          : markup`<span class="outcome"><span aria-hidden="true">${sign}</span> ${holds ? "holds" : "does not hold"}</span>`
      }
    </h1>
    <p class="source">Read from ${source}</p>
    <dl>
      ${facts.map(
        ([name, value]) =>
          markup`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
  </header>`;
}

const search = (): Markup =>
  markup`<search class="tools" hidden>
    <label for="find">Find</label>
    <input
      id="find"
      type="search"
      autocomplete="off"
      spellcheck="false"
      placeholder="a party, a port, an owner, a reason"
    />
    <output for="find" aria-live="polite"></output>
  </search>`;

function layerSection(layer: Layer, ids: ReadonlyMap<Finding, string>, asked: boolean): Markup {
  const { name } = layer;
  const articles = articlesOf(layer, ids);
  const map = mapOf(layer, articles);
  return markup`<section class="layer" aria-labelledby="${name}-title">
    <h2 id="${name}-title">Who can reach whom: ${name}</h2>
    ${legendOf(layer, asked)}
    <div class="figures">
      ${matrixTable(layer, articles)}
      ${map}
    </div>
    <h3>What passes${asked ? ", and why" : ""}</h3>
    ${articles.markup.length === 0 ? markup`<p>Nobody can reach anybody.</p>` : articles.markup}
  </section>`;
}
