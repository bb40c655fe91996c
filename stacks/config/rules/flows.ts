import {
  isMeantAsBlock,
  management,
  parseBlock,
  roleNames,
  showTraffic,
} from "../../../components/plan/index.ts";
import type { Draft } from "../draft.ts";
import { didYouMean, type Problem } from "../problem.ts";
import type { Written } from "../written.ts";
import { outsideProblems } from "./outside.ts";

/** Problems of the flows that a stack file adds. */
export function flowProblems(draft: Draft, written: Written): Problem[] {
  const seen = new Map<string, number>();
  return (draft.flows ?? []).flatMap((flow, index) => {
    if (flow === null) return [];
    const path = ["flows", index];
    const { from, to, traffic } = flow;
    const problems = [
      ...endProblems([...path, "from"], from, draft, written),
      ...endProblems([...path, "to"], to, draft, written),
      ...pairProblems(path, from, to, draft),
    ];
    for (const one of traffic) {
      if (draft.target === "azure" && one.kind === "ip" && one.number === 4)
        problems.push({
          path: [...path, "traffic"],
          value: showTraffic(one),
          message: "Azure's fabric drops IP-in-IP packets, so this opens nothing; take it out",
        });
      const key = `${from} -> ${to} ${showTraffic(one)}`;
      const first = seen.get(key);
      if (first !== undefined)
        problems.push({
          path,
          value: key,
          message: `flows[${first}] opens this already; take one of them out`,
        });
      else seen.set(key, index);
    }
    return problems;
  });
}

/** Problems of one end of a flow, as it is written. */
export function endProblems(
  path: Problem["path"],
  end: string,
  { network, groups }: Draft,
  written: Written,
): Problem[] {
  if ((roleNames as readonly string[]).includes(end)) return [];
  if (isMeantAsBlock(end)) return blockProblems(path, end, network);
  const zones = [management, ...written.zones];
  const [zone = "", collection, ...rest] = end.split("/");
  if (rest.length > 0 || !zones.includes(zone))
    return [
      {
        path,
        value: end,
        message: `there is no such zone${didYouMean(zone, zones)}; write a zone, zone/collection, manager, registry, worker or a CIDR block`,
      },
    ];
  if (collection === undefined) return [];
  const names = [...written.collections.values()].flat();
  if (!names.includes(collection))
    return [{ path, value: end, message: `there is no such collection${didYouMean(collection, names)}` }];
  const specs = Object.values(groups ?? {}).flatMap(({ collections }) => Object.entries(collections));
  const home = specs.find(([name]) => name === collection)?.[1].zone;
  if (home === undefined || home === zone) return [];
  return [
    {
      path,
      value: end,
      message: `collection "${collection}" stands in zone "${home}"; write ${home}/${collection}`,
    },
  ];
}

function blockProblems(path: Problem["path"], end: string, network: Draft["network"]): Problem[] {
  try {
    parseBlock(end);
  } catch (error) {
    return [{ path, value: end, message: error instanceof Error ? error.message : String(error) }];
  }
  return outsideProblems(path, end, network);
}

function pairProblems(path: Problem["path"], from: string, to: string, { zones }: Draft): Problem[] {
  const outside = [from, to].every(isMeantAsBlock);
  if (outside)
    return [
      {
        path,
        value: `${from} -> ${to}`,
        message: "both ends are outside the environment; one must be inside",
      },
    ];
  const [zone = "", collection] = from.split("/");
  const [otherZone, otherCollection] = to.split("/");
  if (from === to && !(roleNames as readonly string[]).includes(from))
    return [
      {
        path,
        value: `${from} -> ${to}`,
        message:
          "a flow leads from one place to another; inside a zone write inside: open, or flows between its collections as zone/collection",
      },
    ];
  if (zone !== otherZone || (roleNames as readonly string[]).includes(zone)) return [];
  if (collection === undefined || otherCollection === undefined)
    return [
      {
        path,
        value: `${from} -> ${to}`,
        message: "one end holds the other; name two collections as zone/collection",
      },
    ];
  if (zones?.[zone]?.inside === "open")
    return [
      {
        path,
        value: `${from} -> ${to}`,
        message: `zone "${zone}" is open inside, so this adds nothing; take it out, or write inside: flows for the zone`,
      },
    ];
  return [];
}
