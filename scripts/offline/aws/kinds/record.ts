import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import { readBack, requireOnly, type KindOf } from "../cloud/made.ts";
import { inOrderOf, over } from "../cloud/outputs.ts";
import { Refusal, unlessGone } from "../cloud/refusal.ts";
import type { Clients } from "../cloud/session.ts";
import type { Kind } from "../kind.ts";
import { replaceOn } from "./replace.ts";

interface Inputs {
  readonly zoneId: string;
  readonly name: string;
  readonly type: string;
  readonly ttl?: number;
  readonly records?: readonly string[];
  readonly aliases?: readonly {
    readonly name: string;
    readonly zoneId: string;
    readonly evaluateTargetHealth: boolean;
  }[];
  readonly allowOverwrite?: boolean;
}

const type = "aws:route53/record:Record";
const changeable = ["aliases", "allowOverwrite", "records", "ttl"];

/** A name in a zone, which its id names as `<zone>_<name>_<type>`. */
export const record: KindOf = (session) => {
  const kind: Kind = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      requireOnly("a record", [...changeable, "name", "type", "zoneId"], inputs, {});
      const clients = session.for(context.signal);
      const wanted = inputs as unknown as Inputs;
      const id = `${wanted.zoneId}_${wanted.name}_${wanted.type}`;
      await session.alone(`records of ${wanted.zoneId}`, async () => {
        const there = await find(clients, await zoneName(clients, wanted.zoneId), wanted);
        if (there !== undefined && wanted.allowOverwrite !== true)
          throw new Refusal(
            "InvalidChangeBatch",
            `[Tried to create resource record set [name='${there.Name ?? ""}', type='${wanted.type}'] but it already exists]`,
          );
        await change(clients, wanted, "UPSERT");
      });
      return readBack(kind, id, inputs, context);
    },

    async read(id, state, context) {
      const clients = session.for(context.signal);
      const [zoneId = "", name = "", recordType = ""] = id.split(/_(?=[^_]+(?:_[^_]+)?$)/);
      const wanted = { zoneId, name, type: recordType, ...state } as unknown as Inputs;
      const zone = await zoneName(clients, wanted.zoneId);
      const found = zone === undefined ? undefined : await find(clients, zone, wanted);
      if (found === undefined) return undefined;
      return {
        id,
        outputs: over(state, {
          aliases:
            found.AliasTarget === undefined
              ? undefined
              : [
                  {
                    name: found.AliasTarget.DNSName?.replace(/\.$/, ""),
                    zoneId: found.AliasTarget.HostedZoneId,
                    evaluateTargetHealth: found.AliasTarget.EvaluateTargetHealth ?? false,
                  },
                ],
          fqdn: found.Name?.replace(/\.$/, ""),
          name: wanted.name,
          records:
            found.ResourceRecords === undefined || found.ResourceRecords.length === 0
              ? undefined
              : inOrderOf(
                  state["records"],
                  found.ResourceRecords.map(({ Value = "" }) => Value),
                ),
          ttl: found.AliasTarget === undefined ? found.TTL : undefined,
          type: found.Type,
          zoneId: wanted.zoneId,
        }),
      };
    },

    async update(id, inputs, old, state, context) {
      requireOnly("a record", changeable, inputs, old);
      const clients = session.for(context.signal);
      await change(clients, inputs as unknown as Inputs, "UPSERT");
      return readBack(kind, id, { ...state, ...inputs }, context);
    },

    async delete(_id, state, context) {
      const clients = session.for(context.signal);
      const wanted = state as unknown as Inputs;
      const zone = await zoneName(clients, wanted.zoneId);
      const found = zone === undefined ? undefined : await find(clients, zone, wanted);
      if (found === undefined) return;
      await clients.dns.changeResourceRecordSets({
        HostedZoneId: wanted.zoneId,
        ChangeBatch: { Changes: [{ Action: "DELETE", ResourceRecordSet: found }] },
      });
    },
  };
  return kind;
};

async function zoneName({ dns }: Clients, zoneId: string): Promise<string | undefined> {
  return (await unlessGone(dns.getHostedZone({ Id: zoneId })))?.HostedZone?.Name;
}

/** A name as Route 53 has it: whole, with its zone, and with the dot of the root. */
function whole(name: string, zone: string): string {
  const bare = name.replace(/\.$/, "").toLowerCase();
  const of = zone.replace(/\.$/, "");
  return bare === of || bare.endsWith(`.${of}`) ? `${bare}.` : `${bare}.${of}.`;
}

async function find(
  { dns }: Clients,
  zone: string | undefined,
  wanted: Inputs,
): Promise<ResourceRecordSet | undefined> {
  const { ResourceRecordSets = [] } = await dns.listResourceRecordSets({ HostedZoneId: wanted.zoneId });
  const name = whole(wanted.name, zone ?? "");
  return ResourceRecordSets.find(({ Name, Type }) => Name === name && Type === wanted.type);
}

async function change(clients: Clients, wanted: Inputs, Action: "UPSERT"): Promise<void> {
  const zone = await zoneName(clients, wanted.zoneId);
  if (zone === undefined)
    throw new Refusal("NoSuchHostedZone", `No hosted zone found with ID: ${wanted.zoneId}`);
  const [alias] = wanted.aliases ?? [];
  await clients.dns.changeResourceRecordSets({
    HostedZoneId: wanted.zoneId,
    ChangeBatch: {
      Changes: [
        {
          Action,
          ResourceRecordSet: {
            Name: whole(wanted.name, zone),
            Type: wanted.type as "A",
            ...(alias === undefined
              ? { TTL: wanted.ttl, ResourceRecords: wanted.records?.map((Value) => ({ Value })) }
              : {
                  AliasTarget: {
                    DNSName: alias.name,
                    HostedZoneId: alias.zoneId,
                    EvaluateTargetHealth: alias.evaluateTargetHealth,
                  },
                }),
          },
        },
      ],
    },
  });
}
