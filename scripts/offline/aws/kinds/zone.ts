import { randomUUID } from "node:crypto";
import { readBack, requireOnly, type KindOf } from "../cloud/made.ts";
import { over } from "../cloud/outputs.ts";
import { Refusal, unlessGone } from "../cloud/refusal.ts";
import type { Clients } from "../cloud/session.ts";
import { difference, tagOutputs, toList, type Tagged } from "../cloud/tags.ts";
import type { Kind } from "../kind.ts";
import { replaceOn } from "./replace.ts";

interface Inputs extends Tagged {
  readonly name: string;
  readonly comment?: string;
  readonly vpcs?: readonly { readonly vpcId: string; readonly vpcRegion?: string }[];
}

const type = "aws:route53/zone:Zone";

/** A private zone: one that answers in some VPCs alone. */
export const zone: KindOf = (session) => {
  const kind: Kind = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      requireOnly("a zone", ["comment", "forceDestroy", "name", "tags", "vpcs"], inputs, {});
      const clients = session.for(context.signal);
      const wanted = inputs as unknown as Inputs;
      const [first, ...others] = wanted.vpcs ?? [];
      if (first === undefined)
        throw new Error(
          `the simulated AWS has private zones alone: say with vpcs where ${wanted.name} answers.`,
        );
      for (const { vpcId } of [first, ...others])
        await requireNoOther(clients, wanted.name, vpcId, context.region);
      const { HostedZone } = await clients.dns.createHostedZone({
        Name: wanted.name,
        CallerReference: randomUUID(),
        HostedZoneConfig: { Comment: wanted.comment ?? "Managed by Pulumi", PrivateZone: true },
        VPC: vpcOf(first, context.region),
      });
      const id = (HostedZone?.Id ?? "").replace("/hostedzone/", "");
      for (const other of others)
        await clients.dns.associateVPCWithHostedZone({ HostedZoneId: id, VPC: vpcOf(other, context.region) });
      await tag(clients, id, wanted, {});
      return readBack(kind, id, inputs, context);
    },

    async read(id, state, context) {
      const { dns } = session.for(context.signal);
      const found = await unlessGone(dns.getHostedZone({ Id: id }));
      if (found?.HostedZone === undefined) return undefined;
      const { ResourceTagSet } = await dns.listTagsForResource({
        ResourceType: "hostedzone",
        ResourceId: id,
      });
      const servers = [...(found.DelegationSet?.NameServers ?? [])].sort();
      return {
        id,
        outputs: over(
          { forceDestroy: false, ...state },
          {
            arn: `arn:aws:route53:::hostedzone/${id}`,
            comment: found.HostedZone.Config?.Comment ?? "",
            name: found.HostedZone.Name?.replace(/\.$/, ""),
            nameServers: servers,
            primaryNameServer: servers[0],
            vpcs: vpcsIn(
              state["vpcs"],
              (found.VPCs ?? []).map(({ VPCId = "", VPCRegion = "" }) => [VPCId, VPCRegion]),
            ),
            zoneId: id,
            ...tagOutputs(ResourceTagSet?.Tags),
          },
        ),
      };
    },

    async update(id, inputs, old, state, context) {
      requireOnly("a zone", ["comment", "forceDestroy", "tags", "vpcs"], inputs, old);
      const clients = session.for(context.signal);
      const wanted = inputs as unknown as Inputs;
      const before = old as unknown as Inputs;
      if (wanted.comment !== before.comment)
        await clients.dns.updateHostedZoneComment({ Id: id, Comment: wanted.comment ?? "Managed by Pulumi" });
      const [now, then] = [wanted.vpcs ?? [], before.vpcs ?? []];
      for (const one of now.filter(({ vpcId }) => !then.some((other) => other.vpcId === vpcId))) {
        await requireNoOther(clients, wanted.name, one.vpcId, context.region);
        await clients.dns.associateVPCWithHostedZone({ HostedZoneId: id, VPC: vpcOf(one, context.region) });
      }
      for (const one of then.filter(({ vpcId }) => !now.some((other) => other.vpcId === vpcId)))
        await clients.dns.disassociateVPCFromHostedZone({
          HostedZoneId: id,
          VPC: vpcOf(one, context.region),
        });
      await tag(clients, id, wanted, before);
      return readBack(kind, id, { ...state, ...inputs }, context);
    },

    async delete(id, state, context) {
      if (state["forceDestroy"] === true) await emptyZone(session.for(context.signal), id);
      await unlessGone(session.for(context.signal).dns.deleteHostedZone({ Id: id }));
    },
  };
  return kind;
};

type Vpc = NonNullable<Inputs["vpcs"]>[number];

const vpcOf = ({ vpcId, vpcRegion }: Vpc, region: string) => ({
  VPCId: vpcId,
  VPCRegion: (vpcRegion ?? region) as "eu-central-1",
});

/** The networks in the state's order where they are the same, each as fully as it is there. */
function vpcsIn(state: unknown, told: readonly (readonly [string, string])[]): readonly Vpc[] {
  const written = Array.isArray(state) ? (state as Vpc[]) : [];
  const same =
    written.length === told.length && told.every(([id]) => written.some(({ vpcId }) => vpcId === id));
  return same ? written : told.map(([vpcId, vpcRegion]) => ({ vpcId, vpcRegion }));
}

async function tag({ dns }: Clients, id: string, { tags }: Tagged, { tags: old }: Tagged): Promise<void> {
  const { gone, changed } = difference(tags, old);
  if (gone.length === 0 && Object.keys(changed).length === 0) return;
  await dns.changeTagsForResource({
    ResourceType: "hostedzone",
    ResourceId: id,
    ...(gone.length === 0 ? {} : { RemoveTagKeys: [...gone] }),
    ...(Object.keys(changed).length === 0 ? {} : { AddTags: toList(changed) }),
  });
}

/** As the official provider does where it is told to: every record goes, but for those that make a zone. */
async function emptyZone({ dns }: Clients, id: string): Promise<void> {
  const records =
    (await unlessGone(dns.listResourceRecordSets({ HostedZoneId: id })))?.ResourceRecordSets ?? [];
  const Changes = records
    .filter(({ Type }) => Type !== "NS" && Type !== "SOA")
    .map((one) => ({ Action: "DELETE" as const, ResourceRecordSet: one }));
  if (Changes.length > 0) await dns.changeResourceRecordSets({ HostedZoneId: id, ChangeBatch: { Changes } });
}

/** moto gives a network any number of zones with one name. */
async function requireNoOther({ dns }: Clients, name: string, vpcId: string, region: string): Promise<void> {
  const { HostedZoneSummaries = [] } = await dns.listHostedZonesByVPC({
    VPCId: vpcId,
    VPCRegion: region as "eu-central-1",
  });
  const other = HostedZoneSummaries.find(
    ({ Name = "" }) => Name.replace(/\.$/, "") === name.replace(/\.$/, ""),
  );
  if (other !== undefined)
    throw new Refusal(
      "ConflictingDomainExists",
      `The VPC ${vpcId} in region ${region} has already been associated with the hosted zone ` +
        `${other.HostedZoneId ?? ""} with the same domain name.`,
    );
}
