import type { Chain, Checkpoint, Known, Ends } from "../network/index.ts";
import type { Foreign } from "./foreign.ts";
import { none, type Group, type Groups } from "./groups.ts";
import type { Direction, Policy } from "./policy.ts";
import { originOf, Rules } from "./rules.ts";
import { both, type Answer } from "./selector.ts";

interface Selecting {
  readonly policy: Policy;
  readonly answer: Exclude<Answer, "no">;
}

/** A firewall for each set of policies that select the same pods, and one for each object that is not understood. */
export function checkpointsOf(
  groups: Groups,
  policies: readonly Policy[],
  foreign: readonly Foreign[],
): readonly Checkpoint[] {
  const rules = new Rules(groups);
  const nobody = groups.ends(none);
  const selecting: Record<Direction, Selecting[][]> = {
    ingress: groups.all.map(() => []),
    egress: groups.all.map(() => []),
  };
  for (const policy of policies) {
    const { sure, maybe } = groups.selected(policy);
    for (const direction of ["ingress", "egress"] as const)
      for (const index of maybe) {
        const answer = both(sure.has(index) ? "yes" : "maybe", policy[direction].applies);
        if (answer !== "no") selecting[direction][index]?.push({ policy, answer });
      }
  }
  const numbers = new Map(policies.map((policy, index) => [policy, index]));
  const keyOf = (list: readonly Selecting[]) =>
    list.map(({ policy, answer }) => `${numbers.get(policy) ?? ""}${answer === "yes" ? "" : "?"}`).join();
  const alike = Map.groupBy(groups.all, (group) =>
    [
      keyOf(selecting.ingress[group.index] ?? []),
      keyOf(selecting.egress[group.index] ?? []),
      isOpened(group, foreign) ? "opened" : "",
    ].join(" "),
  );

  const chain = (direction: Direction, list: readonly Selecting[], name: string): Chain => ({
    name: `${direction} of ${name}`,
    rules: [...list.flatMap(({ policy, answer }) => rules.of(policy, direction, answer)), rules.undefined],
    otherwise: "deny",
  });
  const own = [...alike.values()].flatMap((same): Checkpoint[] => {
    const [first] = same;
    if (first === undefined) return [];
    const [inward, outward] = [selecting.ingress[first.index] ?? [], selecting.egress[first.index] ?? []];
    const all = [...new Set([...inward, ...outward].map(({ policy }) => policy))];
    const [policy] = all;
    if (policy === undefined) return [];
    const name = nameOf(same);
    const ends = groups.ends(new Set(same.map(({ index }) => index)));
    const opened = isOpened(first, foreign);
    const guards = (list: readonly Selecting[]): Known<Ends> =>
      // A pod is isolated where there is a policy for certain, and nothing may undo what it does.
      groups.known(!opened && list.some(({ answer }) => answer === "yes") ? ends : nobody, ends);
    const origin = { ...originOf(policy), text: all.map((one) => originOf(one).text).join(", ") };
    const parts = [
      { list: inward, part: { in: chain("ingress", inward, name) } },
      { list: outward, part: { out: chain("egress", outward, name) } },
    ].filter(({ list }) => list.length > 0);
    const [one, other] = parts.map(({ list, part }) => ({
      name: `network policies of ${name}`,
      origin,
      guards: guards(list),
      ...part,
    }));
    if (one === undefined) return [];
    if (other === undefined) return [one];
    return one.guards.sure === other.guards.sure ? [{ ...one, ...other }] : [one, other];
  });
  return [...own, ...foreign.flatMap((object) => closing(object, groups))];
}

/** Of an object that is not understood: what may be closed does not count as sure. */
function closing(object: Foreign, groups: Groups): Checkpoint[] {
  const own = groups.all.filter((group) => group.host !== "yes" && isOf(object, group));
  if (own.length === 0) return [];
  const { name, origin } = object;
  const chain: Chain = { name, rules: [], otherwise: "deny" };
  const guards = groups.known(groups.ends(none), groups.ends(new Set(own.map(({ index }) => index))));
  return [{ name, origin: { id: origin, text: name }, guards, in: chain, out: chain }];
}

const isOpened = (group: Group, foreign: readonly Foreign[]): boolean =>
  foreign.some((object) => object.opens && isOf(object, group));

const isOf = ({ namespace }: Foreign, group: Group): boolean =>
  namespace === undefined || group.namespace.name === undefined || group.namespace.name === namespace;

function nameOf(groups: readonly Group[]): string {
  const [first = "", ...more] = groups.flatMap(({ members }) => members.map(({ id }) => id));
  return more.length === 0 ? first : `${first} and ${more.length} more`;
}
