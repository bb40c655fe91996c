import { UnreadableError } from "../unreadable.ts";

/** Reads a JSON object; tells where it is not one. */
export function parseJson(file: string, text: string, expected: string): object {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    // What V8 quotes of the text is of many lines, and may be what nobody is to see.
    const what = `it is not JSON: ${messageOf(error).replace(/, (?:\.\.\.)?".*/s, "")}`;
    throw new UnreadableError({ file, line: lineOf(text), what, expected });
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw new UnreadableError({ file, what: "it is no object", expected });
  return parsed;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The line at which text stops being JSON. */
function lineOf(text: string): number {
  const position = /position (\d+)/.exec(failure(text))?.[1];
  const at = position === undefined ? unexpectedIn(text) : Number(position);
  return text.slice(0, at).split("\n").length;
}

/** Of a token that must not be there V8 does not say where it is: a text that ends before it is merely cut off. */
function unexpectedIn(text: string): number {
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (failure(text.slice(0, middle)).startsWith("Unexpected token")) high = middle - 1;
    else low = middle;
  }
  return low;
}

function failure(text: string): string {
  try {
    JSON.parse(text);
    return "";
  } catch (error) {
    return messageOf(error);
  }
}
