/** A piece of nftables' text: a word, a quoted text without its quotes, or a sign. A line's end is `;`. */
export interface Token {
  readonly text: string;
  readonly isQuoted: boolean;
}

/** Thrown where a text says something that this reader does not know, so that nothing can be said of what it does. */
export class NotUnderstood extends Error {
  override readonly name = "NotUnderstood";
}

const pattern =
  /\\\r?\n|[ \t\r]+|#[^\n]*|"([^"\n]*)"|(!=|==|<=|>=|[{}(),;=<>\n])|([^\s{}(),;=<>!"#]+)|(.)/gsy;

/** The tokens of a ruleset as nft reads it (nft(8), "Lexical conventions"). */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const [all, quoted, sign, word, other] of text.matchAll(pattern)) {
    if (other !== undefined) throw new NotUnderstood(`${JSON.stringify(all)} is not understood`);
    if (quoted !== undefined) tokens.push({ text: quoted, isQuoted: true });
    else if (sign !== undefined) tokens.push({ text: sign === "\n" ? ";" : sign, isQuoted: false });
    else if (word !== undefined) tokens.push({ text: word, isQuoted: false });
  }
  return tokens;
}

/** Reads tokens one after the other. */
export class Cursor {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** Whether the next is this word or sign; a quoted text is neither. */
  is(...texts: readonly string[]): boolean {
    const next = this.#tokens[this.#at];
    return next !== undefined && !next.isQuoted && texts.includes(next.text);
  }

  /** Takes the next where it is this word or sign. */
  take(...texts: readonly string[]): string | undefined {
    return this.is(...texts) ? this.next().text : undefined;
  }

  next(): Token {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new NotUnderstood("it ends too early");
    return token;
  }

  /** A name or a value: no sign. */
  word(): string {
    const { text, isQuoted } = this.next();
    if (!isQuoted && /^(?:!=|==|<=|>=|[{}(),;=<>])$/.test(text))
      throw new NotUnderstood(`${text} stands where a word has to`);
    return text;
  }

  expect(text: string): void {
    if (this.take(text) === undefined) throw new NotUnderstood(`there is no ${text} where one has to be`);
  }

  skipEnds(): this {
    while (this.is(";")) this.next();
    return this;
  }

  /** All up to the end of the statement, braces with what is in them. */
  statement(): Token[] {
    const found: Token[] = [];
    let depth = 0;
    while (!this.isAtEnd()) {
      if (depth === 0 && this.is(";", "}")) break;
      const token = this.next();
      if (!token.isQuoted && token.text === "{") depth++;
      if (!token.isQuoted && token.text === "}") depth--;
      if (depth === 0 || token.isQuoted || token.text !== ";") found.push(token);
    }
    return found;
  }
}
