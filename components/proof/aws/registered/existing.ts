import { everyAddress, parseCidr } from "../../space/index.ts";
import type { RouteTable, Subnet, Vpc } from "../facts.ts";

/** A network that exists already, as far as a stack file tells of it. */
export interface ExistingNetwork {
  readonly id: string;
  readonly subnets: readonly { readonly id: string; readonly cidr: string }[];
}

export const subnetsIn = ({ id: vpc, subnets }: ExistingNetwork): Subnet[] =>
  subnets.map(({ id, cidr }) => ({ id, vpc, blocks: parseCidr(cidr) }));

/** The routes of a network of which nobody described them: within it, and to nobody knows where. */
export const undescribedTable = ({ id, blocks }: Vpc): RouteTable => {
  const text = `routes of ${id}, which are not described`;
  const origin = { id, text };
  return {
    id: text,
    vpc: id,
    isMain: true,
    subnets: [],
    routes: [
      { to: blocks, target: { kind: "local" }, origin: { id, text: `local routes of ${id}` } },
      { to: { v4: everyAddress.v4, v6: [] }, target: { kind: "undescribed" }, origin },
      { to: { v4: [], v6: everyAddress.v6 }, target: { kind: "undescribed" }, origin },
    ],
  };
};
