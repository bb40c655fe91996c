import type { Overlay } from "../../../plan/index.ts";
import type { Chain, Ruleset } from "./ruleset.ts";
import { readRuleset } from "./ruleset.ts";
import { Cursor, NotUnderstood } from "./tokens.ts";

/**
 * The device that takes packets out of an overlay (https://docs.tigera.io/calico/latest/networking/configuring/vxlan-ipip),
 * and the families of what is in it: IP protocol 4 carries IPv4 alone, VXLAN whole frames.
 */
const overlays: Readonly<Record<Overlay, { readonly device: string; readonly families: readonly string[] }>> =
  {
    ipip: { device: "tunl0", families: ["ip"] },
    vxlan: { device: "vxlan.calico", families: ["ip", "ip6"] },
  };

/** How Calico names the devices of a machine's own pods. */
const ofPods = "cali";

interface Devices {
  readonly iifname: string;
  readonly oifname: string;
}

/**
 * Whether a ruleset certainly drops whatever comes out of the overlay and would go anywhere but to the machine's own
 * pods. That some other chain accepts it before or after does not matter: at one hook a packet has to get past all base
 * chains, and `drop` is final (nft(8), "Verdict statement"). What is asked is asked of packets in the direction of
 * their connection's first one: where all of those are dropped, there is nothing that others could be answers to.
 * Throws a NotUnderstood where it depends on what this reader does not know.
 */
export function dropsFromOverlay(text: string, overlay: Overlay): boolean {
  const ruleset = readRuleset(text);
  const { device, families } = overlays[overlay];
  const bases = ruleset.tables.flatMap(({ chains }) =>
    [...chains.values()].filter(({ isForward }) => isForward),
  );
  return families.every((family) => {
    const own = bases.filter(({ table }) => table.family === family || table.family === "inet");
    return [...waysOut(ruleset, device)]
      .filter((name) => !name.startsWith(ofPods))
      .every((oifname) => own.some((base) => drops(ruleset, base, { iifname: device, oifname })));
  });
}

/** A device for each that the rules tell apart. */
function waysOut({ tables, defines }: Ruleset, device: string): Set<string> {
  const named = new Set([device, "another device"]);
  const all = [
    ...tables.flatMap(({ chains }) => [...chains.values()].flatMap(({ rules }) => rules.flat())),
    ...[...defines.values()].flat(),
  ];
  // Also words that name no device: one more to look at changes nothing.
  for (const { text } of all) named.add(text.endsWith("*") ? `${text.slice(0, -1)}another` : text);
  return named;
}

function drops(ruleset: Ruleset, base: Chain, devices: Devices): boolean {
  const verdict = judge(ruleset, base, devices, []);
  return verdict === "drop" || (verdict === "end" && base.policy === "drop");
}

type Verdict = "accept" | "drop" | "end";

function judge(ruleset: Ruleset, chain: Chain, devices: Devices, entered: readonly Chain[]): Verdict {
  if (entered.includes(chain)) throw new NotUnderstood("a chain leads to itself");
  for (const rule of chain.rules) {
    const said = decide(ruleset, new Cursor(rule), devices);
    if (said === undefined || said.kind === "continue") continue;
    if (said.kind === "return") return "end";
    if (said.kind === "accept" || said.kind === "drop") return said.kind;
    const target = chain.table.chains.get(said.target ?? "");
    if (target === undefined) throw new NotUnderstood(`there is no chain ${said.target ?? ""}`);
    const inner = judge(ruleset, target, devices, [...entered, chain]);
    if (inner !== "end" || said.kind === "goto") return inner;
  }
  return "end";
}

interface Decision {
  readonly kind: "accept" | "drop" | "return" | "continue" | "jump" | "goto";
  /** The chain where another one goes on. */
  readonly target?: string;
}

/** What a rule decides about packets by these devices; undefined where it is not about them, or decides nothing. */
function decide(ruleset: Ruleset, rule: Cursor, devices: Devices): Decision | undefined {
  let isSure = true;
  while (!rule.isAtEnd()) {
    const { text, isQuoted } = rule.next();
    const word = isQuoted ? "" : text === "meta" ? rule.word() : text;
    switch (word) {
      case "iifname":
      case "oifname": {
        const isNot = rule.take("!=", "ne") !== undefined;
        if (!isNot) rule.take("==", "eq");
        if (namesOf(ruleset, rule).some((name) => isNamed(devices[word], name)) === isNot) return undefined;
        break;
      }
      case "ct":
        if (rule.take("direction") !== undefined) {
          const direction = rule.word();
          if (direction === "reply") return undefined;
          if (direction !== "original")
            throw new NotUnderstood(`ct direction ${direction} is not understood`);
        } else if (rule.take("state") !== undefined) {
          do rule.word();
          while (rule.take(",") !== undefined);
          isSure = false;
        } else throw new NotUnderstood("ct in a rule is not understood");
        break;
      case "counter":
        if (rule.take("packets") !== undefined) for (let left = 3; left > 0; left--) rule.word();
        break;
      case "log":
        while (rule.take("prefix", "level") !== undefined) rule.word();
        break;
      case "comment":
        rule.word();
        break;
      case "accept":
      case "drop":
      case "return":
      case "continue":
        return sure({ kind: word });
      case "reject":
        return sure({ kind: "drop" });
      case "jump":
      case "goto":
        return sure({ kind: word, target: rule.word() });
      default:
        throw new NotUnderstood(`"${text}" in a rule is not understood`);
    }
  }
  return undefined;

  /** What drops only some drops none for certain, and what lets some pass may let all. */
  function sure(decision: Decision): Decision | undefined {
    if (isSure) return decision;
    if (decision.kind === "drop" || decision.kind === "continue") return undefined;
    throw new NotUnderstood(`a rule that ends in "${decision.kind}" is about some connections alone`);
  }
}

/** One name, a set of them, or what a variable stands for. */
function namesOf({ defines }: Ruleset, from: Cursor): string[] {
  const { text, isQuoted } = from.next();
  if (isQuoted) return [text];
  if (text === "{") {
    const names: string[] = [];
    while (from.take("}") === undefined) {
      names.push(...namesOf({ tables: [], defines }, from));
      if (!from.is("}")) from.expect(",");
    }
    return names;
  }
  if (!text.startsWith("$")) {
    if (!/^[\w.*-]+$/.test(text)) throw new NotUnderstood(`${text} is not understood`);
    return [text];
  }
  const value = defines.get(text.slice(1));
  if (value === undefined) throw new NotUnderstood(`there is no ${text}`);
  // What names another variable in turn is not followed.
  return namesOf({ tables: [], defines: new Map() }, new Cursor(value));
}

const isNamed = (device: string, name: string): boolean =>
  name.endsWith("*") ? device.startsWith(name.slice(0, -1)) : device === name;
