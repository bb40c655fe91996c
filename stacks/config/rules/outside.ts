import { overlaps, parseBlock } from "../../../components/plan/index.ts";
import type { Draft } from "../draft.ts";
import type { Problem } from "../problem.ts";

/** Problems of a CIDR block that stands for addresses outside the environment. */
export function outsideProblems(path: Problem["path"], text: string, network: Draft["network"]): Problem[] {
  const block = parseBlock(text);
  const problem = (message: string): Problem[] => [{ path, value: text, message }];
  if (block.prefix < 8)
    return problem(
      "this is a great part of all addresses there are; name the networks that are meant, each /8 or smaller",
    );
  if (network === undefined) return [];
  const own = [
    ["network.cidr", network.cidr],
    ["network.podCidr", network.podCidr],
    ["network.serviceCidr", network.serviceCidr],
  ] as const;
  const clash = own.find(([, cidr]) => overlaps(parseBlock(cidr), block));
  if (clash === undefined) return [];
  return problem(
    `this stands for addresses outside the environment and overlaps ${clash[0]} (${clash[1]}); name blocks without it, or in flows a zone or collection`,
  );
}
