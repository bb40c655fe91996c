import { Cursor, NotUnderstood, tokensOf, type Token } from "./tokens.ts";

export interface Chain {
  readonly table: Table;
  /** Where it is a base chain for packets that are neither for this machine nor from it. */
  readonly isForward: boolean;
  readonly policy: "accept" | "drop";
  readonly rules: readonly (readonly Token[])[];
}

export interface Table {
  readonly family: string;
  readonly name: string;
  readonly chains: Map<string, Chain>;
}

/** What a file leaves in the kernel that `nft -f` has loaded, as far as packets are concerned that are passed on. */
export interface Ruleset {
  readonly tables: readonly Table[];
  readonly defines: ReadonlyMap<string, readonly Token[]>;
}

const families = ["ip", "ip6", "inet", "arp", "bridge", "netdev"];

/** Reads such a file; throws a NotUnderstood where it says something that this reader does not know. */
export function readRuleset(text: string): Ruleset {
  const cursor = new Cursor(tokensOf(text));
  const tables = new Map<string, Table>();
  const defines = new Map<string, readonly Token[]>();
  const nameOf = (): Pick<Table, "family" | "name"> => {
    const family = cursor.take(...families) ?? "ip";
    return { family, name: cursor.word() };
  };
  for (cursor.skipEnds(); !cursor.isAtEnd(); cursor.skipEnds()) {
    const verb = cursor.word();
    if (verb === "define") {
      const name = cursor.word();
      cursor.expect("=");
      defines.set(name, cursor.statement());
    } else if (verb === "table" || (verb === "add" && cursor.take("table") !== undefined)) {
      const { family, name } = nameOf();
      const key = `${family} ${name}`;
      const table = tables.get(key) ?? { family, name, chains: new Map<string, Chain>() };
      tables.set(key, table);
      if (cursor.take("{") !== undefined) readTable(cursor, table);
    } else if (["delete", "destroy", "flush"].includes(verb) && cursor.take("table") !== undefined) {
      const { family, name } = nameOf();
      tables.delete(`${family} ${name}`);
    } else if (verb === "flush" && cursor.take("ruleset") !== undefined) tables.clear();
    else throw new NotUnderstood(`"${verb}" is not understood`);
    if (!cursor.isAtEnd()) cursor.expect(";");
  }
  return { tables: [...tables.values()], defines };
}

function readTable(cursor: Cursor, table: Table): void {
  for (cursor.skipEnds(); cursor.take("}") === undefined; cursor.skipEnds()) {
    const kind = cursor.word();
    if (kind === "chain") {
      const name = cursor.word();
      cursor.expect("{");
      const before = table.chains.get(name);
      const read = readChain(cursor, table);
      // A second block adds to the first.
      table.chains.set(
        name,
        before === undefined
          ? read
          : { ...(read.isForward ? read : before), rules: [...before.rules, ...read.rules] },
      );
    } else if (kind === "set" || kind === "map" || kind === "counter" || kind === "quota" || kind === "limit")
      cursor.statement();
    else if (kind === "comment") cursor.word();
    // A flowtable carries packets past the hook, and a dormant table is not there.
    else throw new NotUnderstood(`"${kind}" in a table is not understood`);
  }
}

function readChain(cursor: Cursor, table: Table): Chain {
  const rules: Token[][] = [];
  let [isForward, policy]: [boolean, Chain["policy"]] = [false, "accept"];
  for (cursor.skipEnds(); cursor.take("}") === undefined; cursor.skipEnds()) {
    if (cursor.is("type")) {
      const words = cursor.statement().map(({ text }) => text);
      isForward = words.join(" ").startsWith("type filter hook forward priority ");
    } else if (cursor.take("policy") !== undefined) {
      const named = cursor.word();
      if (named !== "accept" && named !== "drop")
        throw new NotUnderstood(`policy ${named} is not understood`);
      policy = named;
    } else if (cursor.take("comment") !== undefined) cursor.word();
    else rules.push(cursor.statement());
  }
  return { table, isForward, policy, rules };
}
