import type { Finding, Layer, Passage, StatedException, Statement } from "../statement/index.ts";
import { betweenRows, rowsOf } from "./alike.ts";
import { markdownCode, markdownText, summaryText, webAddress } from "./escape.ts";
import { drawLayer } from "./map.ts";
import { countedLegend } from "./matrix.ts";
import { shareCells, showEnds, type SharedPassages } from "./passages.ts";
import { legendMarks, meanings, settled, symbols } from "./symbol.ts";
import { verdictOf, scope } from "./verdict.ts";
import { count, sentence, showPlace } from "./words.ts";

/** A statement for GitHub: as `toText`, with a map, and with what passes and why, folded. */
export function toMarkdown(statement: Statement): string {
  const { environment, leaks, missing, exceptions, assumptions, layers } = statement;
  const verdict = verdictOf(statement);
  const head = environment === undefined ? verdict.words : `${environment} ${verdict.words}`;
  const lines = [
    `## ${markdownText(head)}`,
    "",
    `Read: ${markdownText(scope(statement))}`,
    "",
    ...findings(leaks, count(leaks.length, "leak")),
    ...findings(missing, `${count(missing.length, "requirement")} not met`),
    ...exceptionTable(exceptions),
    ...(assumptions.length === 0
      ? []
      : [
          `### ${count(assumptions.length, "assumption")}`,
          "",
          ...assumptions.map(
            ({ text, origin }) =>
              `- ${markdownText(sentence(text))}${origin === undefined ? "" : ` ${markdownCode(origin)}`}`,
          ),
          "",
        ]),
    ...layers.map(settled).flatMap((layer) => layerLines(layer, environment !== undefined)),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

function findings(found: readonly Finding[], title: string): string[] {
  if (found.length === 0) return [];
  return [`### ${title}`, "", ...found.flatMap(findingLines)];
}

function findingLines(finding: Finding): string[] {
  const { id, message, witness, because, wayOut } = finding;
  const place = showPlace(finding);
  return [
    `- **${markdownText(message)}**`,
    `  - example: ${markdownText(witness)}`,
    ...because.map((rule) => `  - because: ${ruleText(rule)}`),
    ...(wayOut === undefined ? [] : [`  - way out: ${markdownText(sentence(wayOut))}`]),
    ...(place === undefined ? [] : [`  - place: ${markdownCode(place)}`]),
    `  - id: ${markdownCode(id)}`,
    "",
  ];
}

const ruleText = ({ id, text, why }: Passage["rules"][number]): string =>
  `${markdownText(text)}${why === undefined ? "" : ` (${markdownText(why)})`} ${markdownCode(id)}`;

function exceptionTable(exceptions: readonly StatedException[]): string[] {
  if (exceptions.length === 0) return [];
  return [
    `### ${count(exceptions.length, "exception")}`,
    "",
    "| what | why | owner | until | excuses |",
    "|---|---|---|---|---|",
    ...exceptions.map(({ what, why, owner, expires, expired, excuses }) =>
      row([
        markdownText(what),
        markdownText(why),
        markdownText(owner),
        expired
          ? `**${markdownText(expires)}, EXPIRED**: it excuses nothing any more`
          : markdownText(expires),
        excuses.length === 0 ? "nothing: it can be taken away" : excuses.map(markdownCode).join("<br>"),
      ]),
    ),
    "",
  ];
}

function layerLines(layer: Layer, asked: boolean): string[] {
  const map = drawLayer(layer);
  const shared = shareCells(layer);
  return [
    `### Who can reach whom: ${layer.name}`,
    "",
    ...matrix(layer, asked),
    ...(map === undefined ? [] : ["```mermaid", map.trimEnd(), "```", ""]),
    ...(shared.length === 0
      ? ["Nobody can reach anybody.", ""]
      : ["What passes, and why; everything else is denied:", "", ...shared.flatMap(passageLines)]),
  ];
}

/** With names above as well, where they do not make the table wide. */
function matrix(layer: Layer, asked: boolean): string[] {
  const rows = rowsOf(layer);
  if (rows.length === 0 || rows.length > mostColumns) return [];
  const between = betweenRows(layer);
  const numbered = rows.length > 6;
  const heads = rows.map(({ name }, index) => (numbered ? String(index + 1) : markdownText(name)));
  const counted = rows.length < layer.parties.length;
  return [
    row(["from ↓ to →", ...heads]),
    `|---|${rows.map(() => ":-:|").join("")}`,
    ...rows.map((from, index) =>
      row([
        `**${numbered ? `${index + 1} ` : ""}${markdownText(from.name)}**`,
        ...rows.map((to) => {
          const { mark, others } = between(from, to);
          return escaped(symbols[mark] + (others === undefined ? "" : symbols[others]));
        }),
      ]),
    ),
    "",
    `${legendMarks(asked)
      .map((mark) => `${escaped(symbols[mark])} ${meanings[mark]}`)
      .join(", ")}${counted ? `; ${countedLegend}` : ""}`,
    "",
  ];
}

// A wider one is only scrolled through; what passes is listed below it.
const mostColumns = 60;

const escaped = (symbol: string) => symbol.replaceAll("~", "\\~");
const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;

function passageLines({ state, passages, ends }: SharedPassages): string[] {
  const title = ends
    .slice(0, mostEnds)
    .map((each) => summaryText(showEnds(each, 3)))
    .join("; ");
  const more = ends.length > mostEnds ? ` and ${ends.length - mostEnds} more` : "";
  const what = state === "allowed" || state === "connected" ? "" : `${meanings[state].toUpperCase()}: `;
  return [
    `<details><summary>${what}${title}${more}</summary>`,
    "",
    "| traffic | why | owner | source | rules |",
    "|---|---|---|---|---|",
    ...passages.map(({ state: each, traffic, why = "", owner = "", source, rules }) =>
      row([
        `${markdownText(traffic)}${each === "allowed" || each === "connected" ? "" : ` (${meanings[each]})`}`,
        markdownText(why),
        markdownText(owner),
        source === undefined ? "" : link(source),
        ruleCell(rules),
      ]),
    ),
    "",
    "</details>",
    "",
  ];
}

function ruleCell(rules: Passage["rules"]): string {
  const shown = rules.slice(0, mostRules).map(ruleText);
  return [...shown, ...(rules.length > mostRules ? [`and ${rules.length - mostRules} more`] : [])].join(
    "<br>",
  );
}

const mostEnds = 4;
const mostRules = 20;

function link(source: string): string {
  const address = webAddress(source);
  return address === undefined
    ? markdownText(source)
    : `[source](<${address.replace(/[<>|\\`]/g, (character) => encodeURIComponent(character))}>)`;
}
