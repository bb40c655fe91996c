import { balancerTags, retagBalancer, withTags } from "../cloud/balancerTags.ts";
import { readBack, requireOnly, type KindOf } from "../cloud/made.ts";
import { over } from "../cloud/outputs.ts";
import { Refusal, unlessGone } from "../cloud/refusal.ts";
import type { Clients } from "../cloud/session.ts";
import type { Tagged } from "../cloud/tags.ts";
import type { Kind } from "../kind.ts";
import { replaceOn } from "./replace.ts";

interface Inputs extends Tagged {
  readonly loadBalancerArn: string;
  readonly port: number;
  readonly protocol: string;
  readonly defaultActions: readonly { readonly type: string; readonly targetGroupArn?: string }[];
}

const type = "aws:lb/listener:Listener";
const changeable = ["defaultActions", "port", "protocol", "tags"];

export const listener: KindOf = (session) => {
  const kind: Kind = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      requireOnly("a listener", [...changeable, "loadBalancerArn"], inputs, {});
      const clients = session.for(context.signal);
      const wanted = inputs as unknown as Inputs;
      const id = await session.alone(`listeners of ${wanted.loadBalancerArn}`, async () => {
        await requirePort(clients, wanted);
        const { Listeners = [] } = await clients.balancing.createListener({
          LoadBalancerArn: wanted.loadBalancerArn,
          ...request(wanted),
          ...withTags(wanted),
        });
        return Listeners[0]?.ListenerArn ?? "";
      });
      return readBack(kind, id, inputs, context);
    },

    async read(id, state, context) {
      const clients = session.for(context.signal);
      const found = (await unlessGone(clients.balancing.describeListeners({ ListenerArns: [id] })))
        ?.Listeners?.[0];
      if (found === undefined) return undefined;
      return {
        id,
        outputs: over(state, {
          arn: id,
          defaultActions: (found.DefaultActions ?? []).map(({ Type, TargetGroupArn }) =>
            over({}, { type: Type, targetGroupArn: TargetGroupArn }),
          ),
          loadBalancerArn: found.LoadBalancerArn,
          port: found.Port,
          protocol: found.Protocol,
          region: context.region,
          ...(await balancerTags(clients, id)),
        }),
      };
    },

    async update(id, inputs, old, state, context) {
      requireOnly("a listener", changeable, inputs, old);
      const clients = session.for(context.signal);
      const wanted = inputs as unknown as Inputs;
      await requirePort(clients, wanted, id);
      await clients.balancing.modifyListener({ ListenerArn: id, ...request(wanted) });
      await retagBalancer(clients, id, inputs, old);
      return readBack(kind, id, { ...state, ...inputs }, context);
    },

    async delete(id, _state, context) {
      await unlessGone(session.for(context.signal).balancing.deleteListener({ ListenerArn: id }));
    },
  };
  return kind;
};

const request = ({ port, protocol, defaultActions }: Inputs) => ({
  Port: port,
  Protocol: protocol as "TCP",
  DefaultActions: defaultActions.map((action) => ({
    Type: action.type as "forward",
    TargetGroupArn: action.targetGroupArn,
  })),
});

/** moto takes any number of listeners on one port. */
async function requirePort({ balancing }: Clients, wanted: Inputs, own?: string): Promise<void> {
  const { loadBalancerArn, port } = wanted;
  const { Listeners = [] } = await balancing.describeListeners({ LoadBalancerArn: loadBalancerArn });
  if (Listeners.some(({ ListenerArn, Port }) => Port === port && ListenerArn !== own))
    throw new Refusal(
      "DuplicateListener",
      `A listener already exists on this port for this load balancer '${loadBalancerArn}'`,
    );
}
