/** What `nft -j -n list ruleset` writes (libnftables-json(5)), found by what names it. */
export interface Ruleset {
  readonly chains: readonly ListedChain[];
  /** Parts of it that are no tables, chains, rules, sets or maps, such as flowtables. */
  readonly others: readonly string[];
  readonly rulesOf: (chain: ChainName) => readonly ListedRule[];
  readonly setOf: (table: TableName, name: string) => ListedSet | undefined;
}

export interface TableName {
  readonly family: string;
  readonly table: string;
}

export interface ChainName extends TableName {
  readonly name: string;
}

export interface ListedChain extends ChainName {
  readonly type?: string;
  /** Present in base chains, which packets come to by themselves. */
  readonly hook?: string;
  readonly prio?: number;
  readonly policy?: string;
}

export interface ListedRule {
  readonly chain: ChainName;
  readonly comment?: string;
  readonly expr: readonly Statement[];
}

/** One object with one key: what the statement does. */
export type Statement = Readonly<Record<string, unknown>>;

export interface ListedSet {
  readonly elements: readonly SetElement[];
  /** Whether packets change it, so that what is listed says nothing of what is in it later. */
  readonly changes: boolean;
}

export interface SetElement {
  readonly value: unknown;
  /** Of a map. */
  readonly data?: unknown;
  /** Whether it goes by itself. */
  readonly expires: boolean;
}

type Listed = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Reads the text that `nft -j -n list ruleset` prints; throws where it is none. */
export function parseRuleset(text: string): Ruleset {
  const { nftables } = JSON.parse(text) as { nftables?: readonly Listed[] };
  if (!Array.isArray(nftables))
    throw new RangeError("this is no list of nftables: write what `nft -j -n list ruleset` prints");
  const objects = (nftables as readonly Listed[]).flatMap((object) => Object.entries(object));
  const all = (kind: string) => objects.flatMap(([name, object]) => (name === kind ? [object] : []));
  const rules = all("rule").map((rule): ListedRule => ({
    chain: nameOf(rule, "chain"),
    ...(typeof rule["comment"] === "string" ? { comment: rule["comment"] } : {}),
    expr: (rule["expr"] ?? []) as readonly Statement[],
  }));
  const byChain = Map.groupBy(rules, ({ chain }) => key(chain));
  const changed = new Set(
    rules.flatMap(({ chain, expr }) => changedBy(expr).map((name) => key({ ...chain, name }))),
  );
  const sets = new Map(
    [...all("set"), ...all("map")].map((set) => {
      const name = key(nameOf(set, "name"));
      const elements = elementsOf(set["elem"]);
      return [name, { elements, changes: changed.has(name) || flagsOf(set).includes("dynamic") }];
    }),
  );
  const known = ["metainfo", "table", "chain", "rule", "set", "map"];
  return {
    chains: all("chain").map((chain) => ({ ...chain, ...nameOf(chain, "name") })),
    others: [...new Set(objects.map(([kind]) => kind))].filter((kind) => !known.includes(kind)),
    rulesOf: (chain) => byChain.get(key(chain)) ?? [],
    setOf: (table, name) => sets.get(key({ ...table, name })),
  };
}

const nameOf = (object: Readonly<Record<string, unknown>>, property: string): ChainName => ({
  family: String(object["family"]),
  table: String(object["table"]),
  name: String(object[property]),
});

const key = ({ family, table, name }: ChainName) => `${family} ${table} ${name}`;

const flagsOf = (set: Readonly<Record<string, unknown>>): readonly unknown[] => {
  const { flags } = set;
  return Array.isArray(flags) ? (flags as readonly unknown[]) : [flags];
};

/** The sets and maps that a rule adds to or takes from; nft 1.0.6 does not list the flag that allows it. */
const changedBy = (expr: readonly Statement[]): string[] =>
  expr.flatMap((statement) =>
    ["set", "map"].flatMap((kind) => {
      const name = (statement[kind] as Readonly<Record<string, unknown>> | undefined)?.[kind];
      return typeof name === "string" ? [name.replace(/^@/, "")] : [];
    }),
  );

/** The elements of a set, or of a map as pairs; those with a comment or an end stand in an object of their own. */
export function elementsOf(listed: unknown): SetElement[] {
  return ((listed ?? []) as readonly unknown[]).map((element) => {
    const [of, data] = Array.isArray(element) ? (element as [unknown, unknown]) : [element];
    const { elem } = (of ?? {}) as { elem?: { val: unknown; timeout?: unknown; expires?: unknown } };
    return {
      value: elem === undefined ? of : elem.val,
      ...(data === undefined ? {} : { data }),
      expires: elem?.timeout !== undefined || elem?.expires !== undefined,
    };
  });
}
