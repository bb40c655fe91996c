import { requireIamName } from "../cloud/iamName.ts";
import { readBack, requireOnly, type KindOf } from "../cloud/made.ts";
import { over } from "../cloud/outputs.ts";
import { Refusal, unlessGone } from "../cloud/refusal.ts";
import { difference, tagOutputs, toList, type Tagged } from "../cloud/tags.ts";
import { nameOf } from "../cloud/words.ts";
import type { Kind } from "../kind.ts";
import { replaceOn } from "./replace.ts";

interface Inputs extends Tagged {
  readonly name?: string;
  readonly namePrefix?: string;
  readonly path?: string;
  readonly role?: string;
}

const type = "aws:iam/instanceProfile:InstanceProfile";

export const instanceProfile: KindOf = (session) => {
  const kind: Kind = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      requireOnly("an instance profile", ["name", "namePrefix", "path", "role", "tags"], inputs, {});
      const { iam } = session.for(context.signal);
      const wanted = inputs as Inputs;
      const name = nameOf(wanted);
      requireIamName("instanceProfileName", name, 128);
      if (
        wanted.role !== undefined &&
        (await unlessGone(iam.getRole({ RoleName: wanted.role }))) === undefined
      )
        throw new Refusal("NoSuchEntity", `The role with name ${wanted.role} cannot be found.`);
      await iam.createInstanceProfile({
        InstanceProfileName: name,
        Path: wanted.path ?? "/",
        Tags: toList(wanted.tags),
      });
      if (wanted.role !== undefined)
        await iam.addRoleToInstanceProfile({ InstanceProfileName: name, RoleName: wanted.role });
      return readBack(kind, name, inputs, context);
    },

    async read(id, state, context) {
      const { iam } = session.for(context.signal);
      const found = (await unlessGone(iam.getInstanceProfile({ InstanceProfileName: id })))?.InstanceProfile;
      if (found === undefined) return undefined;
      return {
        id,
        outputs: over(state, {
          arn: found.Arn,
          createDate: found.CreateDate?.toISOString().replace(/\.\d+Z$/, "Z"),
          name: found.InstanceProfileName,
          path: found.Path,
          role: found.Roles?.[0]?.RoleName ?? "",
          uniqueId: found.InstanceProfileId,
          ...tagOutputs(found.Tags),
        }),
      };
    },

    async update(id, inputs, old, state, context) {
      requireOnly("an instance profile", ["role", "tags"], inputs, old);
      const { iam } = session.for(context.signal);
      const [{ role, tags }, before] = [inputs as Inputs, old as Inputs];
      if (role !== before.role) {
        if (before.role !== undefined)
          await unlessGone(
            iam.removeRoleFromInstanceProfile({ InstanceProfileName: id, RoleName: before.role }),
          );
        if (role !== undefined)
          await iam.addRoleToInstanceProfile({ InstanceProfileName: id, RoleName: role });
      }
      const { gone, changed } = difference(tags, before.tags);
      if (gone.length > 0) await iam.untagInstanceProfile({ InstanceProfileName: id, TagKeys: [...gone] });
      if (Object.keys(changed).length > 0)
        await iam.tagInstanceProfile({ InstanceProfileName: id, Tags: toList(changed) });
      return readBack(kind, id, { ...state, ...inputs }, context);
    },

    async delete(id, _state, context) {
      const { iam } = session.for(context.signal);
      const found = (await unlessGone(iam.getInstanceProfile({ InstanceProfileName: id })))?.InstanceProfile;
      // As the official provider does: the role is this resource's to take out.
      for (const { RoleName } of found?.Roles ?? [])
        await unlessGone(iam.removeRoleFromInstanceProfile({ InstanceProfileName: id, RoleName }));
      await unlessGone(iam.deleteInstanceProfile({ InstanceProfileName: id }));
    },
  };
  return kind;
};
