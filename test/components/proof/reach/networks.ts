import fc from "fast-check";
import type {
  Action,
  Chain,
  Checkpoint,
  Ends,
  Known,
  Network,
  Nic,
  Rule,
  Shortcut,
} from "../../../../components/proof/network/index.ts";
import { inside } from "./naive.ts";

// Small networks with everything that the model has, in a world so narrow that sets overlap.

const base4 = 0x0a000000;
const base6 = 0xfd00n << 112n;
const span = 10;
/** Where the packets of rules begin and end. */
const ports = [0, 80, 81, 1023, 1024, 2048, 32768, 65535];
const protocols = [1, 4, 6, 17, 58, 132];

const none = { v4: [], v6: [] };

const pointsArb = fc
  .uniqueArray(fc.nat(span), { minLength: 2, maxLength: 4 })
  .map((all) => [...all].sort((a, b) => a - b).slice(0, all.length & ~1));

const addressesArb: fc.Arbitrary<NonNullable<Ends["addresses"]>> = fc
  .record({
    v4: fc.option(pointsArb, { freq: 4, nil: [] as number[] }),
    v6: fc.option(pointsArb, { freq: 1, nil: [] as number[] }),
    all: fc.nat(9).map((value) => value === 0),
  })
  .map(({ v4, v6, all }) =>
    all
      ? { v4: [0, 2 ** 32], v6: [0n, 1n << 128n] }
      : { v4: v4.map((at) => base4 + at), v6: v6.map((at) => base6 + BigInt(at)) },
  );

const nicIds = ["a", "b", "c", "d", "e"];
const nicsArb: fc.Arbitrary<readonly Nic[]> = fc
  .uniqueArray(fc.constantFrom(...nicIds), { minLength: 2, maxLength: nicIds.length })
  .chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc
          .record({
            endpoint: fc.constantFrom("host 1", "host 2", "host 3"),
            v4: fc.array(fc.nat(span - 1), { minLength: 0, maxLength: 2 }),
            v6: fc.array(fc.nat(span - 1), { minLength: 0, maxLength: 1 }),
            within: fc.option(addressesArb, { nil: undefined }),
          })
          .map(({ endpoint, v4, v6, within }): Nic => ({
            id,
            endpoint,
            addresses: [
              ...[...new Set(v4)].map((at) => ({ family: 4, value: base4 + at }) as const),
              ...v6.map((at) => ({ family: 6, value: base6 + BigInt(at) }) as const),
            ],
            ...(within !== undefined && { within }),
          })),
      ),
    ),
  );

const endsArb: fc.Arbitrary<Ends> = fc.oneof(
  fc.uniqueArray(fc.constantFrom(...nicIds), { maxLength: 4 }).map((ids) => ({ nics: new Set(ids) })),
  addressesArb.map((addresses) => ({ addresses })),
  fc.record({
    nics: fc.uniqueArray(fc.constantFrom(...nicIds), { maxLength: 2 }).map((ids) => new Set(ids)),
    addresses: addressesArb,
  }),
  fc.constant({ addresses: { v4: [0, 2 ** 32], v6: [0n, 1n << 128n] } }),
);

const packetsArb: fc.Arbitrary<readonly number[]> = fc.oneof(
  fc.constant([0, 256 * 65536]),
  fc.constantFrom(...protocols).map((number) => [number * 65536, (number + 1) * 65536]),
  fc
    .tuple(fc.constantFrom(...protocols), fc.constantFrom(...ports), fc.constantFrom(...ports))
    .map(([number, one, other]) => [
      number * 65536 + Math.min(one, other),
      number * 65536 + Math.max(one, other) + 1,
    ]),
  fc.constant([6 * 65536 + 80, 6 * 65536 + 81, 17 * 65536 + 80, 17 * 65536 + 82]),
);

/** The ends of the one and of the other, by counting what is in either. */
const unionPoints = <T extends number | bigint>(a: readonly T[], b: readonly T[]): T[] => {
  const has = (set: readonly T[], at: T) => inside(set, at);
  const cuts = [...new Set([...a, ...b])].sort((x, y) => (x < y ? -1 : 1));
  let before = false;
  return cuts.filter((at) => {
    const now = has(a, at) || has(b, at);
    const changes = now !== before;
    before = now;
    return changes;
  });
};

const moreEnds = (one: Ends, other: Ends): Ends => ({
  nics: new Set([...(one.nics ?? []), ...(other.nics ?? [])]),
  addresses: {
    v4: unionPoints(one.addresses?.v4 ?? [], other.addresses?.v4 ?? []),
    v6: unionPoints(one.addresses?.v6 ?? [], other.addresses?.v6 ?? []),
  },
});

interface Doubt {
  /** Of how many sets one is not known. */
  readonly oneIn: number;
  /** Only whether rules that allow or deny match: more of them is more open, or more closed, throughout. */
  readonly decisive?: true;
}

const knownArb = <T>(
  arb: fc.Arbitrary<T>,
  more: (one: T, other: T) => T,
  doubt: Doubt | undefined,
): fc.Arbitrary<Known<T>> =>
  doubt === undefined
    ? arb.map((value) => ({ sure: value, maybe: value }))
    : fc
        .tuple(arb, arb, fc.nat(doubt.oneIn - 1))
        .map(([one, other, not]) =>
          not === 0 ? { sure: one, maybe: more(one, other) } : { sure: one, maybe: one },
        );

const certain = <T>({ sure }: Known<T>): Known<T> => ({ sure, maybe: sure });

export interface Kinds {
  /** Some sets, and whether there are some shortcuts, are not known. */
  readonly doubt?: Doubt;
  /** Some firewalls let answers pass by themselves, or want rules for all of them. */
  readonly answers: boolean;
  /** Some nics have no address yet. */
  readonly unaddressed: boolean;
}

export function networkArb({ doubt, answers, unaddressed }: Kinds): fc.Arbitrary<Network> {
  const ends = knownArb(endsArb, moreEnds, doubt);
  const packets = knownArb(packetsArb, unionPoints, doubt);
  let names = 0;
  const ruleArb = (inner: readonly Chain[]): fc.Arbitrary<Rule> =>
    fc
      .record({
        from: ends,
        to: ends,
        packets,
        action: fc.oneof(
          { weight: 5, arbitrary: fc.constant("allow" as const) },
          { weight: 2, arbitrary: fc.constant("deny" as const) },
          { weight: 1, arbitrary: fc.constant("return" as const) },
          ...(inner.length === 0 ? [] : [{ weight: 4, arbitrary: fc.constantFrom<Action[]>(...inner) }]),
        ),
      })
      .map((rule) =>
        doubt?.decisive !== true || rule.action === "allow" || rule.action === "deny"
          ? rule
          : { ...rule, from: certain(rule.from), to: certain(rule.to), packets: certain(rule.packets) },
      )
      .map((rule): Rule => ({ ...rule, origin: { id: `rule ${names++}`, text: `rule ${names}` } }));
  const chainsArb = (
    inner: readonly Chain[],
    otherwise: readonly Chain["otherwise"][],
    maxLength: number,
  ): fc.Arbitrary<readonly Chain[]> =>
    fc.array(
      fc
        .record({
          rules: fc.array(ruleArb(inner), { maxLength: 4 }),
          otherwise: fc.constantFrom(...otherwise),
        })
        .map((chain): Chain => ({ name: `chain ${names++}`, ...chain })),
      { minLength: 1, maxLength },
    );
  const any = ["allow", "deny", "return", "return"] as const;
  const optional = <T>(arb: fc.Arbitrary<T>) => fc.option(arb, { nil: undefined });
  const never = fc.constant(undefined);
  const checkpointArb = (chains: readonly Chain[]): fc.Arbitrary<Checkpoint> =>
    fc
      .record({
        guards: ends,
        out: optional(fc.constantFrom(...chains)),
        in: optional(fc.constantFrom(...chains)),
        spares: fc.option(endsArb, { nil: undefined, freq: 1 }),
        stateless: answers ? optional(fc.constant(true as const)) : never,
        answers: answers ? optional(fc.constantFrom(...chains)) : never,
        remembers: answers ? optional(packetsArb) : never,
      })
      .map(({ guards, ...more }): Checkpoint => ({
        name: `firewall ${names++}`,
        origin: { id: "firewall", text: "firewall" },
        guards,
        ...present(more),
      }));
  const shortcutArb = fc
    .record({
      between: fc.tuple(endsArb, endsArb),
      sure: doubt === undefined ? fc.constant(true) : fc.boolean(),
    })
    .map((shortcut): Shortcut => ({ ...shortcut, origin: { id: "shortcut", text: "shortcut" } }));
  return chainsArb([], any, 2)
    .chain((leaves) => chainsArb(leaves, any, 2).map((middle) => [...leaves, ...middle]))
    .chain((inner) => chainsArb(inner, ["deny", "deny", "allow"], 4))
    .chain((chains) =>
      fc.record({
        nics: nicsArb.map((all) =>
          unaddressed ? all : all.map((nic) => (nic.addresses.length > 0 ? nic : addressed(nic))),
        ),
        checkpoints: fc.array(checkpointArb(chains), { maxLength: 4 }),
        shortcuts: fc.option(fc.array(shortcutArb, { maxLength: 1 }), { nil: undefined }),
        outside: fc.option(addressesArb, { nil: none }),
        remembers: answers ? fc.option(packetsArb, { nil: undefined }) : never,
      }),
    )
    .map(({ nics, checkpoints, outside, ...more }): Network => ({
      endpoints: [...new Set(nics.map(({ endpoint }) => endpoint))].map((id) => ({ id, kind: "host" })),
      nics,
      checkpoints,
      outside,
      assumptions: [],
      ...present(more),
    }));
}

const addressed = (nic: Nic): Nic => ({
  ...nic,
  addresses: [{ family: 4, value: base4 + nicIds.indexOf(nic.id) }],
});

/** Leaves out what is undefined, as optional properties want it. */
const present = <T extends Record<string, unknown>>(object: T) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
