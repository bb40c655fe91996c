import { markup, type Markup } from "../../../../../components/proof/report/html/markup.ts";
import { changedIn, changesOf, changeWords, countWords, groupName, unchanged, verbs } from "../counts.ts";
import { drawnLines } from "../drawn.ts";
import { isWrong, mattersOf, type Item, type Section } from "../matters/index.ts";
import type { Judged } from "../outcome.ts";
import type { EnvironmentReport, GroupChanges, PropertyChange, ResourceChange } from "../report.ts";

/** One environment: what matters, then every change by application group and component. */
export function environmentSection({ environment, outcome }: Judged, id: string): Markup {
  const { name, counts, groups, maps } = environment;
  return markup`<section aria-labelledby="${id}" class="environment">
    <h2 id="${id}">${name} <span class="outcome ${outcome.weight}">${outcome.one}</span></h2>
    ${mattersOf(environment).map(matterSection)}
    ${
      environment.outcome === "failed"
        ? undefined
        : markup`<p class="counts">${changedIn(counts) === 0 ? unchanged(counts) : countWords(counts)}</p>`
    }
    ${maps.map(mapDetails)}
    ${groups.map(groupDetails)}
  </section>`;
}

const matterSection = (section: Section): Markup =>
  markup`<section class="matter${isWrong(section) ? " wrong" : ""}">
    <h3>${section.title}</h3>
    ${section.items.length === 0 ? undefined : markup`<ul>${section.items.map(itemOf)}</ul>`}
  </section>`;

const itemOf = ({ text, block, rows }: Item): Markup =>
  markup`<li>${text}${block === undefined ? undefined : lines(block)}${
    rows.length === 0
      ? undefined
      : markup`<dl>${rows.map(
          ({ label, text: value, code }) =>
            markup`<dt>${label}</dt><dd>${code === true ? markup`<code>${value}</code>` : value}</dd>`,
        )}</dl>`
  }</li>`;

/** Text that is read line by line, in a list, since markup folds line breaks. */
const lines = (texts: readonly string[]): Markup =>
  markup`<ul class="lines">${texts.map((line) => markup`<li><code>${line}</code></li>`)}</ul>`;

const groupDetails = (group: GroupChanges): Markup =>
  markup`<details class="group" open><summary><b>${groupName(group)}</b>: ${changeWords(changesOf(group))}</summary>
    ${group.components.map(
      ({ name, changes }) =>
        markup`<details class="component"><summary>${name}: ${changeWords(changes)}</summary>
          ${changes.map(changeArticle)}
        </details>`,
    )}
  </details>`;

const changeArticle = ({ op, name, type, properties }: ResourceChange): Markup =>
  markup`<article class="${op}"><h4>${verbs[op]} <b>${name}</b> <small>${type}</small></h4>
    ${
      properties.length === 0
        ? undefined
        : markup`<table><thead><tr><th scope="col">property</th><th scope="col">old</th><th scope="col">new</th></tr></thead>
            <tbody>${properties.map(propertyRow)}</tbody></table>`
    }
  </article>`;

const propertyRow = ({ path, old, new: now, replaces }: PropertyChange): Markup =>
  markup`<tr><th scope="row"><code>${path}</code>${replaces ? markup` <small>forces the replacement</small>` : undefined}</th>
    <td>${old === undefined ? undefined : markup`<del>${old}</del>`}</td>
    <td>${now === undefined ? undefined : markup`<ins>${now}</ins>`}</td></tr>`;

/** Its source, since a browser draws none of it without a program from elsewhere. */
function mapDetails({ layer, mermaid }: EnvironmentReport["maps"][number]): Markup {
  const drawn = drawnLines(mermaid);
  return markup`<details class="map"><summary>Map of ${layer}, which has changed (Mermaid)</summary>${
    drawn === undefined ? markup`<p>It is not one that Bulkhead draws, or too large.</p>` : lines(drawn)
  }</details>`;
}
