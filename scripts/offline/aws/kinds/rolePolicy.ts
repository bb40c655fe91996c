import { requireIamName } from "../cloud/iamName.ts";
import { readBack, type KindOf } from "../cloud/made.ts";
import { over } from "../cloud/outputs.ts";
import { sameJson } from "../cloud/policyText.ts";
import { unlessGone } from "../cloud/refusal.ts";
import { nameOf } from "../cloud/words.ts";
import type { Kind } from "../kind.ts";
import { replaceOn } from "./replace.ts";

interface Inputs {
  readonly name?: string;
  readonly namePrefix?: string;
  readonly role: string;
  readonly policy: string;
}

const type = "aws:iam/rolePolicy:RolePolicy";

/** A policy in a role, which its id names as `role:name`. */
export const rolePolicy: KindOf = (session) => {
  const kind: Kind = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      const { iam } = session.for(context.signal);
      const wanted = inputs as unknown as Inputs;
      const name = nameOf(wanted);
      requireIamName("policyName", name, 128);
      await iam.putRolePolicy({ RoleName: wanted.role, PolicyName: name, PolicyDocument: wanted.policy });
      return readBack(kind, `${wanted.role}:${name}`, inputs, context);
    },

    async read(id, state, context) {
      const { iam } = session.for(context.signal);
      const [RoleName, PolicyName] = id.split(":");
      const found = await unlessGone(iam.getRolePolicy({ RoleName, PolicyName }));
      if (found?.PolicyName === undefined) return undefined;
      return {
        id,
        outputs: over(state, {
          name: PolicyName,
          policy: sameJson(state["policy"], found.PolicyDocument),
          role: RoleName,
        }),
      };
    },

    async update(id, inputs, _old, state, context) {
      const { iam } = session.for(context.signal);
      const [RoleName, PolicyName] = id.split(":");
      const { policy } = inputs as unknown as Inputs;
      await iam.putRolePolicy({ RoleName, PolicyName, PolicyDocument: policy });
      return readBack(kind, id, { ...state, ...inputs }, context);
    },

    async delete(id, _state, context) {
      const { iam } = session.for(context.signal);
      const [RoleName, PolicyName] = id.split(":");
      await unlessGone(iam.deleteRolePolicy({ RoleName, PolicyName }));
    },
  };
  return kind;
};
