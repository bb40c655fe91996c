/** What is wrong in one place of what was read. */
export interface Problem {
  readonly file: string;
  /** Absent where it was not read from a file. */
  readonly line?: number;
  readonly what: string;
  readonly expected: string;
}

/** Something that was to be read is not what it has to be: all problems of it at once, of which the fields tell the first. */
export class UnreadableError extends Error {
  override readonly name = "UnreadableError";
  readonly file: string;
  readonly line: number | undefined;
  readonly expected: string;
  readonly problems: readonly Problem[];

  constructor(first: Problem, ...more: readonly Problem[]) {
    const problems = [first, ...more];
    super(problems.map(show).join("\n"));
    this.file = first.file;
    this.line = first.line;
    this.expected = first.expected;
    this.problems = problems;
  }
}

const show = ({ file, line, what, expected }: Problem): string =>
  `${line === undefined ? file : `${file}:${line}`}: ${what}; expected ${expected}`;

/** Throws where there is any problem. */
export function refuse(problems: readonly Problem[]): void {
  const [first, ...more] = problems;
  if (first !== undefined) throw new UnreadableError(first, ...more);
}
