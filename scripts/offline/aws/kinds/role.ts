import { readBack, requireOnly, type KindOf } from "../cloud/made.ts";
import { over } from "../cloud/outputs.ts";
import { sameJson } from "../cloud/policyText.ts";
import { requireIamName } from "../cloud/iamName.ts";
import { unlessGone } from "../cloud/refusal.ts";
import { difference, tagOutputs, toList, type Tagged } from "../cloud/tags.ts";
import { nameOf } from "../cloud/words.ts";
import type { Kind } from "../kind.ts";
import { replaceOn } from "./replace.ts";

interface Inputs extends Tagged {
  readonly name?: string;
  readonly namePrefix?: string;
  readonly path?: string;
  readonly assumeRolePolicy: string;
  readonly description?: string;
  readonly maxSessionDuration?: number;
  readonly permissionsBoundary?: string;
}

const type = "aws:iam/role:Role";
const changeable = ["assumeRolePolicy", "description", "maxSessionDuration", "permissionsBoundary", "tags"];

export const role: KindOf = (session) => {
  const kind: Kind = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      requireOnly("a role", [...changeable, "name", "namePrefix", "path"], inputs, {});
      const { iam } = session.for(context.signal);
      const wanted = inputs as unknown as Inputs;
      const name = nameOf(wanted);
      requireIamName("roleName", name, 64);
      await iam.createRole({
        RoleName: name,
        AssumeRolePolicyDocument: wanted.assumeRolePolicy,
        Description: wanted.description,
        MaxSessionDuration: wanted.maxSessionDuration,
        Path: wanted.path ?? "/",
        PermissionsBoundary: wanted.permissionsBoundary,
        Tags: toList(wanted.tags),
      });
      return readBack(kind, name, inputs, context);
    },

    async read(id, state, context) {
      const { iam } = session.for(context.signal);
      const found = (await unlessGone(iam.getRole({ RoleName: id })))?.Role;
      if (found === undefined) return undefined;
      return {
        id,
        outputs: over(
          { forceDetachPolicies: false, ...state },
          {
            arn: found.Arn,
            assumeRolePolicy: sameJson(state["assumeRolePolicy"], found.AssumeRolePolicyDocument),
            createDate: found.CreateDate?.toISOString().replace(/\.\d+Z$/, "Z"),
            description: found.Description ?? "",
            maxSessionDuration: found.MaxSessionDuration ?? 3600,
            name: found.RoleName,
            path: found.Path,
            permissionsBoundary: found.PermissionsBoundary?.PermissionsBoundaryArn ?? "",
            uniqueId: found.RoleId,
            ...tagOutputs(found.Tags),
          },
        ),
      };
    },

    async update(id, inputs, old, state, context) {
      requireOnly("a role", changeable, inputs, old);
      const { iam } = session.for(context.signal);
      const wanted = inputs as unknown as Inputs;
      const before = old as unknown as Inputs;
      if (wanted.assumeRolePolicy !== before.assumeRolePolicy)
        await iam.updateAssumeRolePolicy({ RoleName: id, PolicyDocument: wanted.assumeRolePolicy });
      await iam.updateRole({
        RoleName: id,
        Description: wanted.description ?? "",
        MaxSessionDuration: wanted.maxSessionDuration ?? 3600,
      });
      if (wanted.permissionsBoundary !== before.permissionsBoundary)
        await (wanted.permissionsBoundary === undefined
          ? iam.deleteRolePermissionsBoundary({ RoleName: id })
          : iam.putRolePermissionsBoundary({
              RoleName: id,
              PermissionsBoundary: wanted.permissionsBoundary,
            }));
      const { gone, changed } = difference(wanted.tags, before.tags);
      if (gone.length > 0) await iam.untagRole({ RoleName: id, TagKeys: [...gone] });
      if (Object.keys(changed).length > 0) await iam.tagRole({ RoleName: id, Tags: toList(changed) });
      return readBack(kind, id, { ...state, ...inputs }, context);
    },

    async delete(id, _state, context) {
      await unlessGone(session.for(context.signal).iam.deleteRole({ RoleName: id }));
    },
  };
  return kind;
};
