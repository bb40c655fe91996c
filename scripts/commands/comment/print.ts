/**
 * Text as it may be printed. Some of it comes from others, and a runner of GitHub Actions takes a line such as
 * `::add-mask::` or `##[error]` for a command of ours, as a terminal takes control characters; and no library's
 * message may show the token.
 */
export function printable(text: string, token = ""): string {
  const shown = token === "" ? text : text.replaceAll(token, "[GITHUB_TOKEN]");
  return shown
    .replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?")
    .replace(/^(\s*):(?=:)/gm, "$1: ")
    .replaceAll("##[", "## [");
}
