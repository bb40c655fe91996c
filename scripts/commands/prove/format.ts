import type { Statement } from "../../../components/proof/statement/index.ts";

export const formats = ["text", "json", "markdown", "html"] as const;
export type Format = (typeof formats)[number];
export const isFormat = (text: string): text is Format => (formats as readonly string[]).includes(text);

/** A statement in one of the formats; each is loaded when it is asked for. */
export async function print(statement: Statement, format: string): Promise<string> {
  const report = await import("../../../components/proof/report/index.ts");
  switch (format) {
    case "json":
      return report.toJson(statement);
    case "markdown":
      return report.toMarkdown(statement);
    case "html":
      return report.toHtml(statement);
    default:
      return report.toText(statement);
  }
}
