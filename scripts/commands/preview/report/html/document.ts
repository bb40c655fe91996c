import { markup } from "../../../../../components/proof/report/html/markup.ts";
import { pageOf } from "../../../../../components/proof/report/html/page.ts";
import { removedWords } from "../counts.ts";
import { isQuiet } from "../matters/index.ts";
import { comparison, headline, judgedOf } from "../outcome.ts";
import type { Report } from "../report.ts";
import { quietLine } from "../text.ts";
import { environmentSection } from "./environment.ts";

/** A report as one file for a browser, which asks for nothing else, with every change whole. */
export function toHtml(report: Report): string {
  const judged = judgedOf(report);
  const loud = judged.filter(({ environment }) => !isQuiet(environment));
  const quiet = judged.filter(({ environment }) => isQuiet(environment));
  const { removed = [] } = report;
  const title = `Preview: ${headline(judged)}`;
  return pageOf({
    title,
    style: new URL("style.css", import.meta.url),
    script: new URL("page.js", import.meta.url),
    body: markup`
        <header>
          <h1>${title}</h1>
          <p>${comparison(report, judged)}</p>
          ${removed.length === 0 ? undefined : markup`<p class="removed">${removedWords(removed)}.</p>`}
          ${
            loud.length > 1
              ? markup`<nav aria-label="Environments"><ul>${loud.map(
                  ({ environment: { name }, outcome }, index) =>
                    markup`<li><a href="#environment-${index + 1}">${name}</a> ${outcome.one}</li>`,
                )}</ul></nav>`
              : undefined
          }
        </header>
        <main>
          ${
            loud.length === 0
              ? undefined
              : markup`<p class="find" hidden><label>Show what has <input type="search" autocomplete="off" spellcheck="false" /></label> <output></output></p>`
          }
          ${loud.map((one, index) => environmentSection(one, `environment-${index + 1}`))}
          ${
            quiet.length + report.untouched.length === 0
              ? undefined
              : markup`<section aria-labelledby="others"><h2 id="others">Others</h2><ul>
                  ${quiet.map((one) => markup`<li>${quietLine(one)}</li>`)}
                  ${report.untouched.map((name) => markup`<li>${name}: not touched by this change, and so not previewed</li>`)}
                </ul></section>`
          }
        </main>
        <footer><p>Made ${report.made}${report.commit === undefined ? "" : ` of commit ${report.commit}`}.</p></footer>
    `,
  });
}
