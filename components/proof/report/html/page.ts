import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { markup, Markup } from "./markup.ts";

export interface Page {
  readonly title: string;
  /** Files, which the page holds whole. */
  readonly style: URL;
  readonly script: URL;
  readonly body: Markup;
}

/** A page as one file for a browser, which asks for nothing else. */
export function pageOf({ title, style, script, body }: Page): string {
  const [css, code] = [`${read(new URL("base.css", import.meta.url))}\n${read(style)}`, read(script)];
  // Only this style and this script, and nothing from elsewhere, whatever a text in here might try.
  const policy = `default-src 'none'; style-src '${hash(css)}'; script-src '${hash(code)}'; base-uri 'none'; form-action 'none'`;
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        <style>${new Markup(css)}</style>
      </head>
      <body>
        ${body}
        <script>${new Markup(code)}</script>
      </body>
    </html>
`.text;
}

const read = (file: URL): string =>
  // As a browser reads it, whose hash it must have.
  readFileSync(file, "utf8").replaceAll("\r\n", "\n");
const hash = (text: string): string => `sha256-${createHash("sha256").update(text).digest("base64")}`;
