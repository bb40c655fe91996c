import { randomBytes } from "node:crypto";
import { readBack, type KindOf } from "../cloud/made.ts";
import { over } from "../cloud/outputs.ts";
import { unlessGone } from "../cloud/refusal.ts";
import type { Clients } from "../cloud/session.ts";
import type { Kind } from "../kind.ts";
import { replaceOn } from "./replace.ts";

interface Inputs {
  readonly targetGroupArn: string;
  readonly targetId: string;
  readonly port?: number;
}

const type = "aws:lb/targetGroupAttachment:TargetGroupAttachment";

export const targetGroupAttachment: KindOf = (session) => {
  const kind: Kind = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      const clients = session.for(context.signal);
      const wanted = inputs as unknown as Inputs;
      await requireOnePort(clients, wanted);
      await clients.balancing.registerTargets({
        TargetGroupArn: wanted.targetGroupArn,
        Targets: [{ Id: wanted.targetId, Port: wanted.port }],
      });
      // The official provider's ids start with the target group and are unique; they say nothing else.
      const id = `${wanted.targetGroupArn}-${Date.now()}${randomBytes(4).toString("hex")}`;
      return readBack(kind, id, inputs, context);
    },

    async read(id, state, context) {
      const wanted = state as unknown as Partial<Inputs>;
      const target = await find(session.for(context.signal), wanted);
      if (target === undefined) return undefined;
      return { id, outputs: over(state, { region: context.region }) };
    },

    async delete(_id, state, context) {
      const { balancing } = session.for(context.signal);
      const { targetGroupArn, targetId, port } = state as unknown as Inputs;
      if ((await find(session.for(context.signal), state)) === undefined) return;
      await unlessGone(
        balancing.deregisterTargets({
          TargetGroupArn: targetGroupArn,
          Targets: [{ Id: targetId, Port: port }],
        }),
      );
    },
  };
  return kind;
};

/** One that is registered; what is on its way out is not. Nothing tells the target where only the id is known. */
async function find({ balancing }: Clients, { targetGroupArn, targetId, port }: Partial<Inputs>) {
  if (targetGroupArn === undefined || targetId === undefined) return undefined;
  const health = await unlessGone(balancing.describeTargetHealth({ TargetGroupArn: targetGroupArn }));
  return health?.TargetHealthDescriptions?.find(
    ({ Target, TargetHealth }) =>
      Target?.Id === targetId &&
      (port === undefined || Target.Port === port) &&
      !["Target.NotRegistered", "Target.DeregistrationInProgress"].includes(TargetHealth?.Reason ?? ""),
  );
}

/** moto keeps one port of a target, the last, where ELB keeps a target for each. */
async function requireOnePort(clients: Clients, wanted: Inputs): Promise<void> {
  const { targetGroupArn, targetId } = wanted;
  const other = await find(clients, { targetGroupArn, targetId });
  if (other !== undefined && wanted.port !== undefined && other.Target?.Port !== wanted.port)
    throw new Error(
      `the simulated AWS keeps one port of a target: ${wanted.targetId} is registered with ${String(other.Target?.Port)}, ` +
        `and cannot be with ${wanted.port} too.`,
    );
}
