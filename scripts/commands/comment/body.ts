/** The first line of the comment, which nobody sees: by it the comment is found again. */
export const marker = "<!-- Bulkhead's scripts/comment keeps this comment up to date. -->";

/** What GitHub's refusal of a longer one names: "Body is too long (maximum is 65536 characters)". */
export const longest = 65_536;

/** Only who posts it knows for sure that a report is a fork's: the report itself could say anything. */
const forkNotice =
  "> **Made by a fork.** The fork's own program made this report, in a job without rights, and so it can say anything: it proves nothing.";

export interface Surroundings {
  readonly fromFork: boolean;
  /** Where the whole report is. */
  readonly artifactUrl?: string;
}

/** Makes the comment's text within a number of characters, around a report that makes itself as short as it has to. */
export function bodyOf(
  render: (limit: number) => string,
  { fromFork, artifactUrl }: Surroundings,
): (limit: number) => string {
  const before = [marker, ...(fromFork ? [forkNotice] : []), "", ""].join("\n");
  const after = artifactUrl === undefined ? "\n" : `\n\nThe whole report: <${artifactUrl}>\n`;
  return (limit) => `${before}${render(limit - before.length - after.length).trimEnd()}${after}`;
}

/** GitHub gives lines back as they came, or as a browser's form ends them. */
export const sameBody = (one: string, other: string): boolean => settled(one) === settled(other);

const settled = (body: string): string => body.replaceAll("\r\n", "\n").trim();
