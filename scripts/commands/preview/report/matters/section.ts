/** One of the things that matter in an environment, for all forms of the report. */
export interface Section {
  readonly kind:
    "failure" | "new finding" | "old finding" | "data" | "machine" | "reach" | "exception" | "limit" | "note";
  /** Says by itself how much there is: `2 new leaks`. */
  readonly title: string;
  readonly items: readonly Item[];
}

export interface Item {
  readonly text: string;
  /** What stands beneath it as it is, line by line. */
  readonly block?: readonly string[];
  readonly rows: readonly Row[];
}

export interface Row {
  readonly label: string;
  readonly text: string;
  /** A name that a machine gave, such as a place in a file. */
  readonly code?: true;
}

/** Whether it is wrong, and stands out therefore. */
export const isWrong = ({ kind }: Section): boolean =>
  kind === "failure" || kind === "new finding" || kind === "old finding";

export const plainItems = (texts: readonly string[]): Item[] => texts.map((text) => ({ text, rows: [] }));
