import type { Random } from "../../components/lab/check/random.ts";

export const addresses = ["10.0.0.1", "10.0.0.2", "10.0.0.5", "10.0.1.1", "10.0.1.130", "10.2.0.1"] as const;
export const deviceOf = (host: number): string => `p${host}`;

/** Writes rulesets by lot, as nft reads them, of all that the proof understands. */
export class RandomRuleset {
  readonly #random: Random;
  #lines: string[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  write(): string {
    this.#lines = [];
    const families = this.#random.pick([["inet"], ["ip"], ["inet", "ip"], ["inet", "ip6"]] as const);
    families.forEach((family, index) => {
      this.#table(family, `t${index}`);
    });
    return this.#lines.join("\n");
  }

  #table(family: string, name: string): void {
    const chains = Array.from({ length: this.#between(2, 4) }, (_, index) => `c${index}`);
    this.#lines.push(
      `table ${family} ${name} {`,
      ...(family === "ip6" ? [] : this.#sets()),
      // Written backwards, since a chain may only lead to one that is there.
      ...chains
        .map((chain, index) => this.#chain(chain, chains.slice(index + 1), family, ""))
        .reverse()
        .flat(),
      ...(family === "ip6" ? [] : this.#map(chains)),
      ...this.#chain("f", chains, family, this.#base("forward")),
      ...(this.#one(4) ? this.#chain("f2", chains, family, this.#base("forward", 5)) : []),
      ...(this.#one(4) ? this.#chain("pre", [], family, this.#base("prerouting", -300)) : []),
      "}",
    );
  }

  readonly #base = (hook: string, priority = 0): string =>
    `type filter hook ${hook} priority ${priority}; policy ${hook === "forward" && this.#one(2) ? "drop" : "accept"};`;

  readonly #sets = (): string[] => [
    `set hosts { type ipv4_addr; flags interval; elements = { ${this.#addressList().join(", ")} } }`,
    `set plain { type ipv4_addr; elements = { ${this.#some(addresses).join(", ")} } }`,
    `set ports { type inet_service; flags interval; elements = { ${this.#portList().join(", ")} } }`,
    `set pairs { type ipv4_addr . ipv4_addr; elements = { ${this.#some(addresses)
      .map((address) => `${address} . ${this.#address()}`)
      .join(", ")} } }`,
    `set services { type ipv4_addr . inet_service; flags interval; elements = { ${this.#some(addresses)
      .map((address) => `${address} . ${this.#random.pick(["22", "80-443", "8000-8010"])}`)
      .join(", ")} } }`,
  ];

  readonly #map = (chains: readonly string[]): string[] => [
    `map ways { type ipv4_addr : verdict; flags interval; elements = { ${this.#parts()
      .map((part) => `${part} : ${this.#verdict(chains)}`)
      .join(", ")} } }`,
  ];

  #chain(name: string, onward: readonly string[], family: string, base: string): string[] {
    const rules = Array.from({ length: this.#between(1, 5) }, () => this.#rule(onward, family, name));
    const first =
      base.includes("forward") && this.#one(2)
        ? [
            this.#random.pick([
              "ct state established,related accept",
              "ct state vmap { established : accept, related : accept, invalid : drop }",
            ]),
          ]
        : [];
    return [`chain ${name} {`, base, ...first, ...rules, "}"];
  }

  #rule(onward: readonly string[], family: string, chain: string): string {
    if (family !== "ip6" && onward.length > 0 && this.#one(6)) {
      const isBase = chain.startsWith("f");
      if (isBase && this.#one(2)) return `ip ${this.#end()} vmap @ways`;
      const verdict = () => this.#verdict(onward);
      return this.#random.pick([
        `meta l4proto vmap { tcp : ${verdict()}, 4 : ${verdict()}, udp : ${verdict()} }`,
        `ip saddr . ip daddr vmap { ${this.#some(addresses)
          .map((address) => `${address} . ${this.#address()} : ${verdict()}`)
          .join(", ")} }`,
        `tcp dport vmap { 22 : ${verdict()}, 80-443 : ${verdict()} }`,
      ]);
    }
    const draw = () => this.#match(family, chain !== "pre");
    const matches = [draw(), ...(this.#one(2) ? [draw()] : [])];
    const counts = this.#one(4) ? ["counter"] : [];
    // A map's elements cannot reject.
    const rejects = chain !== "pre" && this.#one(8);
    const verdict = this.#one(12) ? "" : rejects ? "reject" : this.#verdict(onward);
    return [
      ...this.#compatible(matches),
      ...counts,
      verdict === "" && counts.length === 0 ? "counter" : verdict,
    ].join(" ");
  }

  /** A rule may look at one transport protocol. */
  #compatible(matches: readonly string[]): string[] {
    const [one = "", other = ""] = matches;
    const protocol = /^(?:tcp|udp|icmp|meta l4proto|ip protocol|th|ct original proto|ip saddr \. tcp)/;
    const family = /^(?:ip6|icmpv6|meta nfproto)/;
    if (other === "" || (protocol.test(one) && protocol.test(other))) return [one];
    return family.test(one) || family.test(other) ? [one] : [one, other];
  }

  #match(family: string, isForwarded: boolean): string {
    if (family === "ip6")
      return this.#random.pick(["ip6 saddr fd00::/8", "tcp dport 22", "meta l4proto 4", "icmpv6 type 128"]);
    const draws: (() => string)[] = [
      () => `ip ${this.#end()} ${this.#not()}${this.#address()}`,
      () => `ip ${this.#end()} ${this.#not()}${this.#block()}`,
      () => `ip ${this.#end()} ${this.#not()}${this.#range()}`,
      () => `ip ${this.#end()} ${this.#not()}{ ${this.#addressList().join(", ")} }`,
      () => `ip ${this.#end()} ${this.#not()}@${this.#random.pick(["hosts", "plain"])}`,
      () => `ip ${this.#end()} @${this.#random.pick(["hosts", "plain"])}`,
      () =>
        `ct original ip ${this.#end()} ${this.#not()}${this.#random.pick([this.#address(), "@hosts", this.#block()])}`,
      () => "ip saddr . ip daddr @pairs",
      () => "ip saddr . tcp dport @services",
      () => `${this.#transport()} dport ${this.#not()}${this.#port()}`,
      () => `${this.#transport()} dport ${this.#not()}{ ${this.#portList().join(", ")} }`,
      () => `${this.#transport()} dport ${this.#not()}@ports`,
      () => `${this.#transport()} dport ${this.#random.pick(["<", ">", "<=", ">="])} ${this.#port()}`,
      () => `${this.#transport()} dport ${this.#not()}80-8005`,
      () => `meta l4proto ${this.#not()}${this.#protocol()}`,
      () => `meta l4proto ${this.#not()}{ ${this.#some(["1", "4", "6", "17", "47", "94"]).join(", ")} }`,
      () => `ip protocol ${this.#not()}${this.#protocol()}`,
      () =>
        `meta l4proto ${this.#random.pick(["6", "17"])} ct original proto-dst ${this.#not()}${this.#random.pick(["22", "80-443"])}`,
      () => `meta l4proto { 6, 17 } th dport ${this.#not()}${this.#port()}`,
      () => `icmp type ${this.#not()}${this.#random.pick(["echo-request", "echo-reply", "{ 8, 13 }"])}`,
      () => `ct state ${this.#random.pick(["new", "established", "{ new, related }", "invalid"])}`,
      () => `iifname ${this.#not()}${this.#random.pick(["p0", "p3", '"p*"', "{ p1, p2 }"])}`,
      () => `oifname ${isForwarded ? this.#not() : ""}${this.#random.pick(["p0", "p3", "{ p1, p2 }"])}`,
    ];
    if (family === "inet") draws.push(() => `meta nfproto ${this.#random.pick(["ipv4", "ipv6"])}`);
    return this.#random.pick(draws)();
  }

  #verdict(onward: readonly string[]): string {
    const ends = ["accept", "accept", "drop", "drop", "return"] as const;
    if (onward.length === 0 || this.#one(2)) return this.#random.pick(ends);
    return `${this.#random.pick(["jump", "goto"])} ${this.#random.pick(onward)}`;
  }

  readonly #parts = (): string[] =>
    this.#random.pick([
      ["10.0.0.0/24", "10.0.1.0/24", "10.2.0.1"],
      ["10.0.0.1", "10.0.0.2-10.0.1.5", "10.0.1.128/25"],
      ["10.0.0.0/8"],
    ]);
  readonly #end = (): string => this.#random.pick(["saddr", "daddr"]);
  readonly #not = (): string => (this.#one(3) ? "!= " : "");
  readonly #transport = (): string => this.#random.pick(["tcp", "udp"]);
  readonly #protocol = (): string => this.#random.pick(["1", "4", "6", "17", "47", "94", "253"]);
  readonly #address = (): string => this.#random.pick(addresses);
  readonly #block = (): string =>
    this.#random.pick([
      "10.0.0.0/30",
      "10.0.0.0/24",
      "10.0.0.0/23",
      "10.0.1.128/25",
      "10.2.0.0/16",
      "0.0.0.0/0",
    ]);
  readonly #range = (): string =>
    this.#random.pick(["10.0.0.1-10.0.0.2", "10.0.0.2-10.0.1.1", "10.0.1.1-10.2.0.0"]);
  readonly #addressList = (): string[] =>
    this.#random.pick([
      ["10.0.0.1", "10.0.1.0/24"],
      ["10.0.0.2-10.0.0.5", "10.2.0.1"],
      ["10.0.0.0/23"],
      ["10.0.0.1", "10.0.0.5", "10.0.1.130"],
    ]);
  readonly #port = (): string => this.#random.pick(["22", "80", "443", "8005"]);
  readonly #portList = (): string[] =>
    this.#random.pick([["22", "80"], ["80-443"], ["22", "8000-8010"], ["1-1023"]]);
  readonly #some = <T>(all: readonly T[]): T[] => {
    const chosen = this.#random.shuffled(all).slice(0, this.#between(1, all.length - 1));
    return chosen;
  };
  readonly #one = (of: number): boolean => this.#random.below(of) === 0;
  readonly #between = (first: number, last: number): number => this.#random.between(first, last);
}
