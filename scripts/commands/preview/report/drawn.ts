/** A label as `mermaidText` makes it, with lines of its own. */
const label = String.raw`"(?:[\p{L}\p{N} .,:/()+~_-]|#\d{1,7};|<br/>)*"`;
const id = "[A-Za-z0-9_]{1,80}";
const line = new RegExp(
  [
    "flowchart LR",
    String.raw`subgraph ${id}\[${label}\]`,
    "end",
    String.raw`${id}\[${label}\]`,
    String.raw`${id}\(\[${label}\]\)`,
    String.raw`${id} (?:-->|-\.->|-\.-x|==>)\|${label}\| ${id}`,
    String.raw`linkStyle \d{1,6} stroke:#[0-9a-f]{6},stroke-width:\d{1,2}px`,
  ]
    .map((shape) => `^ *${shape}$`)
    .join("|"),
  "u",
);

/** What Mermaid draws at most (maxTextSize, https://mermaid.js.org/config/schema-docs/config.html). */
const longest = 50_000;

/**
 * The lines of a map, if each is one that Bulkhead draws: Mermaid also knows lines that configure it, link, and run
 * scripts, and a report may be anybody's.
 */
export function drawnLines(mermaid: string): readonly string[] | undefined {
  if (mermaid.length > longest) return undefined;
  const lines = mermaid.trimEnd().split("\n");
  return lines[0]?.trim() === "flowchart LR" && lines.every((one) => line.test(one)) ? lines : undefined;
}
