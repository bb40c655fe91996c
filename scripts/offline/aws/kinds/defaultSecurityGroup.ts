import { requireOnly, type KindOf } from "../cloud/made.ts";
import { Refusal } from "../cloud/refusal.ts";
import type { Clients } from "../cloud/session.ts";
import { fromList, retag, type Tagged } from "../cloud/tags.ts";
import type { Context, Kind, Made, Properties } from "../kind.ts";
import { replaceOn } from "./replace.ts";
import { readGroup, revokeAll } from "./securityGroup.ts";

const type = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup";

/** The group that comes with a VPC: adopted and emptied, and left as it is when it is given up. */
export const defaultSecurityGroup: KindOf = (session) => {
  const make = async (id: string, inputs: Properties, old: Tagged, context: Context): Promise<Made> => {
    const clients = session.for(context.signal);
    requireEmpty(inputs);
    await revokeAll(clients, id);
    await retag(clients, id, inputs, old);
    const made = await readGroup(clients, id, inputs, context);
    if (made === undefined)
      throw new Refusal("InvalidGroup.NotFound", `The security group '${id}' does not exist`);
    return made;
  };
  const kind: Kind = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      requireOnly("a default security group", known, inputs, {});
      const { id, tags } = await find(session.for(context.signal), String(inputs["vpcId"]));
      return make(id, inputs, { tags }, context);
    },

    read: (id, state, context) => readGroup(session.for(context.signal), id, state, context),

    async update(id, inputs, old, _state, context) {
      requireOnly("a default security group", known, inputs, old);
      return make(id, inputs, old, context);
    },

    // As the official provider does: it goes with its VPC.
    delete: () => Promise.resolve(),
  };
  return kind;
};

const known = ["egress", "ingress", "revokeRulesOnDelete", "tags", "vpcId"];

function requireEmpty(inputs: Properties): void {
  const full = ["ingress", "egress"].filter((name) => Array.isArray(inputs[name]) && inputs[name].length > 0);
  if (full.length > 0)
    throw new Error(
      `the simulated AWS only empties a default security group; leave ${full.join(" and ")} out.`,
    );
}

async function find({ ec2 }: Clients, vpcId: string) {
  const { SecurityGroups = [] } = await ec2.describeSecurityGroups({
    Filters: [
      { Name: "vpc-id", Values: [vpcId] },
      { Name: "group-name", Values: ["default"] },
    ],
  });
  const [group] = SecurityGroups;
  if (group?.GroupId === undefined)
    throw new Refusal(
      "InvalidGroup.NotFound",
      `The security group 'default' does not exist in VPC '${vpcId}'`,
    );
  return { id: group.GroupId, tags: fromList(group.Tags) };
}
