import type { Finding, StatedException } from "../../statement/index.ts";
import { count, sentence, showPlace } from "../words.ts";
import { markup, type Markup } from "./markup.ts";
import { row, rulesOf } from "./passages.ts";

export const findingList = (
  found: readonly Finding[],
  ids: ReadonlyMap<Finding, string>,
  title: string,
  kind: "leak" | "missing",
): Markup | undefined =>
  found.length === 0
    ? undefined
    : markup`<section class="findings ${kind}" aria-labelledby="${kind}-title">
        <h2 id="${kind}-title">${title}</h2>
        ${found.map((finding) => findingOf(finding, ids.get(finding) ?? ""))}
      </section>`;

const findingOf = (finding: Finding, target: string): Markup => {
  const { id, layer, message, witness, because, wayOut } = finding;
  const place = showPlace(finding);
  return markup`<article class="finding" id="${target}" data-find="findings" tabindex="-1">
    <h3>${message}</h3>
    <dl>
      ${row("example", markup`${witness}`)}
      ${because.length === 0 ? undefined : row("because", rulesOf(because))}
      ${wayOut === undefined ? undefined : row("way out", markup`${sentence(wayOut)}`)}
      ${place === undefined ? undefined : row("place", markup`<code>${place}</code>`)}
      ${row("id", markup`<code>${id}</code> <small>${layer}</small>`)}
    </dl>
  </article>`;
};

export const exceptionTable = (exceptions: readonly StatedException[]): Markup | undefined =>
  exceptions.length === 0
    ? undefined
    : markup`<section class="exceptions" aria-labelledby="exceptions-title">
        <h2 id="exceptions-title">${count(exceptions.length, "exception")}</h2>
        <div class="scroll" tabindex="0" role="region" aria-label="exceptions">
          <table class="list">
            <thead>
              <tr>
                <th scope="col">What</th>
                <th scope="col">Why</th>
                <th scope="col">Owner</th>
                <th scope="col">Until</th>
                <th scope="col">Excuses</th>
              </tr>
            </thead>
            <tbody>
              ${exceptions.map(exceptionRow)}
            </tbody>
          </table>
        </div>
      </section>`;

const exceptionRow = ({ what, why, owner, expires, expired, excuses }: StatedException): Markup =>
  markup`<tr data-find="exceptions" ${expired ? markup` class="expired"` : undefined}>
    <th scope="row">${what}</th>
    <td>${why}</td>
    <td>${owner}</td>
    <td><time>${expires}</time>${expired ? markup` <strong class="state">expired</strong>` : undefined}</td>
    <td>
      ${expired ? "nothing any more: " : ""}${
        excuses.length === 0
          ? "nothing: it can be taken away"
          : excuses.map((id) => markup`<code>${id}</code> `)
      }
    </td>
  </tr>`;
