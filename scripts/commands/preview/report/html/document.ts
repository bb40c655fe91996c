import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { markup, Markup } from "../../../../../components/proof/report/html/markup.ts";
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
  const [style, script] = [read("style.css"), read("page.js")];
  const { removed = [] } = report;
  const title = `Preview: ${headline(judged)}`;
  // Only this style and this script, and nothing from elsewhere, whatever a text in here might try.
  const policy = `default-src 'none'; style-src '${hash(style)}'; script-src '${hash(script)}'; base-uri 'none'; form-action 'none'`;
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        <style>${new Markup(style)}</style>
      </head>
      <body>
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
        <script>${new Markup(script)}</script>
      </body>
    </html>`.text;
}

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), "utf8");
const hash = (text: string): string => `sha256-${createHash("sha256").update(text).digest("base64")}`;
