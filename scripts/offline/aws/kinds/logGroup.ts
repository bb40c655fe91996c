import { arn, readBack, requireOnly, type KindOf } from "../cloud/made.ts";
import { over } from "../cloud/outputs.ts";
import { unlessGone } from "../cloud/refusal.ts";
import { difference, type Tagged, type Tags } from "../cloud/tags.ts";
import { nameOf } from "../cloud/words.ts";
import type { Clients } from "../cloud/session.ts";
import type { Kind } from "../kind.ts";
import { replaceOn } from "./replace.ts";

interface Inputs extends Tagged {
  readonly name?: string;
  readonly namePrefix?: string;
  readonly retentionInDays?: number;
  readonly kmsKeyId?: string;
}

const type = "aws:cloudwatch/logGroup:LogGroup";

export const logGroup: KindOf = (session) => {
  const kind: Kind = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      requireOnly(
        "a log group",
        ["kmsKeyId", "name", "namePrefix", "retentionInDays", "skipDestroy", "tags"],
        inputs,
        {},
      );
      const clients = session.for(context.signal);
      const wanted = inputs as Inputs;
      const name = nameOf(wanted);
      await clients.logs.createLogGroup({
        logGroupName: name,
        kmsKeyId: wanted.kmsKeyId,
        ...(wanted.tags === undefined ? {} : { tags: { ...wanted.tags } }),
      });
      await retain(clients, name, wanted.retentionInDays);
      return readBack(kind, name, inputs, context);
    },

    async read(id, state, context) {
      const { logs } = session.for(context.signal);
      const { logGroups = [] } = await logs.describeLogGroups({ logGroupNamePrefix: id });
      const found = logGroups.find(({ logGroupName }) => logGroupName === id);
      if (found === undefined) return undefined;
      const own = arn(context, "logs", `log-group:${id}`);
      const { tags: told = {} } = await logs.listTagsForResource({ resourceArn: own });
      const tags: Tags = Object.fromEntries(Object.entries(told).sort(([a], [b]) => (a < b ? -1 : 1)));
      return {
        id,
        outputs: over(
          { deletionProtectionEnabled: false, skipDestroy: false, ...state },
          {
            arn: own,
            kmsKeyId: found.kmsKeyId ?? "",
            logGroupClass: found.logGroupClass ?? "STANDARD",
            name: id,
            region: context.region,
            retentionInDays: found.retentionInDays ?? 0,
            tags,
            tagsAll: tags,
          },
        ),
      };
    },

    async update(id, inputs, old, state, context) {
      requireOnly("a log group", ["retentionInDays", "skipDestroy", "tags"], inputs, old);
      const clients = session.for(context.signal);
      const [wanted, before] = [inputs as Inputs, old as Inputs];
      if (wanted.retentionInDays !== before.retentionInDays)
        await retain(clients, id, wanted.retentionInDays);
      const { gone, changed } = difference(wanted.tags, before.tags);
      const resourceArn = arn(context, "logs", `log-group:${id}`);
      if (gone.length > 0) await clients.logs.untagResource({ resourceArn, tagKeys: [...gone] });
      if (Object.keys(changed).length > 0)
        await clients.logs.tagResource({ resourceArn, tags: { ...changed } });
      return readBack(kind, id, { ...state, ...inputs }, context);
    },

    async delete(id, state, context) {
      if (state["skipDestroy"] === true) return;
      await unlessGone(session.for(context.signal).logs.deleteLogGroup({ logGroupName: id }));
    },
  };
  return kind;
};

/** Days; none, or 0, is for ever. */
async function retain({ logs }: Clients, logGroupName: string, retentionInDays = 0): Promise<void> {
  if (retentionInDays > 0) await logs.putRetentionPolicy({ logGroupName, retentionInDays });
  else await unlessGone(logs.deleteRetentionPolicy({ logGroupName }));
}
