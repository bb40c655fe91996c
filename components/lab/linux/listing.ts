import { showBlock } from "../../plan/index.ts";
import { parseElement, type ListedRule } from "./ruleset.ts";

export interface Element {
  readonly value: unknown;
  readonly comment?: string;
  readonly target?: string;
}

/** The lab's own table, and which others there are, as `nft -j -n list ruleset` shows them. */
export interface Listing {
  readonly tables: readonly { readonly family: string; readonly name: string }[];
  readonly chains: readonly { readonly name: string; readonly [key: string]: unknown }[];
  readonly rules: readonly ListedRule[];
  readonly sets: ReadonlyMap<string, readonly Element[]>;
}

export function parseListing(text: string): Listing {
  const { nftables = [] } = (text.trim() === "" ? {} : JSON.parse(text)) as {
    nftables?: readonly Readonly<Record<string, Record<string, unknown>>>[];
  };
  const all = (kind: string) =>
    nftables.flatMap((object) => (object[kind] === undefined ? [] : [object[kind]]));
  const own = (object: Readonly<Record<string, unknown>>) =>
    object["family"] === "inet" && object["table"] === "bulkhead";
  return {
    tables: all("table") as unknown as Listing["tables"],
    chains: all("chain").filter(own) as unknown as Listing["chains"],
    rules: all("rule").filter(own) as unknown as ListedRule[],
    sets: new Map(
      [...all("set"), ...all("map")]
        .filter(own)
        .map((set) => [String(set["name"]), ((set["elem"] ?? []) as unknown[]).map(parseSetElement)]),
    ),
  };
}

/** Sets list their elements, with a comment as an object around them, and maps list pairs. */
function parseSetElement(element: unknown): Element {
  if (Array.isArray(element)) {
    const [key, verdict] = element as [unknown, { goto?: { target?: string } } | undefined];
    const target = verdict?.goto?.target;
    return { ...parseSetElement(key), ...(target === undefined ? {} : { target }) };
  }
  const { elem } = (element ?? {}) as { elem?: { val: unknown; comment?: string } };
  if (elem === undefined) return { value: element };
  return { value: elem.val, ...(elem.comment === undefined ? {} : { comment: elem.comment }) };
}

export const showElement = ({ value }: Element): string =>
  parseElement(value)?.map(showBlock).join(",") ?? JSON.stringify(value);
export const showAddress = (element: Element): string => showElement(element).replace(/\/32$/, "");

/** Which address each device in the gateway may send with. */
export const portsOf = (sets: Listing["sets"]) =>
  (sets.get("ports") ?? []).map(({ value }) => {
    const [port = "", address = ""] = (value as { concat?: readonly string[] }).concat ?? [];
    return { port, address };
  });
