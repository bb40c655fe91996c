import type { TargetGroup } from "@aws-sdk/client-elastic-load-balancing-v2";
import { requireBalancerName } from "../cloud/balancerName.ts";
import { balancerTags, retagBalancer, withTags } from "../cloud/balancerTags.ts";
import { readBack, requireOnly, type KindOf } from "../cloud/made.ts";
import { over } from "../cloud/outputs.ts";
import { Refusal, unlessGone } from "../cloud/refusal.ts";
import type { Clients } from "../cloud/session.ts";
import type { Tagged } from "../cloud/tags.ts";
import { nameOf } from "../cloud/words.ts";
import type { Kind } from "../kind.ts";
import { replaceOn } from "./replace.ts";

interface Health {
  readonly enabled?: boolean;
  readonly protocol?: string;
  readonly port?: string;
  readonly path?: string;
  readonly matcher?: string;
  readonly interval?: number;
  readonly timeout?: number;
  readonly healthyThreshold?: number;
  readonly unhealthyThreshold?: number;
}

interface Inputs extends Tagged {
  readonly name?: string;
  readonly namePrefix?: string;
  readonly port: number;
  readonly protocol: string;
  readonly targetType?: string;
  readonly vpcId: string;
  readonly healthCheck?: Health;
  readonly deregistrationDelay?: number;
  readonly preserveClientIp?: string | boolean;
  readonly proxyProtocolV2?: boolean;
  readonly connectionTermination?: boolean;
}

const type = "aws:lb/targetGroup:TargetGroup";
const changeable = [
  "connectionTermination",
  "deregistrationDelay",
  "healthCheck",
  "preserveClientIp",
  "proxyProtocolV2",
  "tags",
];

/** Where a Network Load Balancer passes TCP to, by address. */
export const targetGroup: KindOf = (session) => {
  const kind: Kind = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      requireOnly(
        "a target group",
        [...changeable, "name", "namePrefix", "port", "protocol", "targetType", "vpcId"],
        inputs,
        {},
      );
      const clients = session.for(context.signal);
      const wanted = inputs as unknown as Inputs;
      const name = nameOf(wanted, "tf-");
      requireBalancerName("target group", name);
      const same = await unlessGone(clients.balancing.describeTargetGroups({ Names: [name] }));
      if ((same?.TargetGroups?.length ?? 0) > 0)
        throw new Refusal("DuplicateTargetGroupName", `ELBv2 Target Group (${name}) already exists`);
      const { TargetGroups = [] } = await clients.balancing.createTargetGroup({
        Name: name,
        Port: wanted.port,
        Protocol: wanted.protocol as "TCP",
        TargetType: (wanted.targetType ?? "instance") as "ip",
        VpcId: wanted.vpcId,
        ...healthOf(wanted.healthCheck),
        ...withTags(wanted),
      });
      const id = TargetGroups[0]?.TargetGroupArn ?? "";
      await setAttributes(clients, id, wanted);
      return readBack(kind, id, inputs, context);
    },

    async read(id, state, context) {
      const clients = session.for(context.signal);
      const found = (await unlessGone(clients.balancing.describeTargetGroups({ TargetGroupArns: [id] })))
        ?.TargetGroups?.[0];
      if (found === undefined) return undefined;
      const { Attributes = [] } = await clients.balancing.describeTargetGroupAttributes({
        TargetGroupArn: id,
      });
      const attribute = (key: string) => Attributes.find(({ Key }) => Key === key)?.Value;
      const preserves = attribute("preserve_client_ip.enabled");
      return {
        id,
        outputs: over(state, {
          arn: id,
          arnSuffix: id.split(":").at(-1),
          connectionTermination: attribute("deregistration_delay.connection_termination.enabled") === "true",
          deregistrationDelay: Number(attribute("deregistration_delay.timeout_seconds") ?? 300),
          healthCheck: healthIn(found),
          ipAddressType: found.IpAddressType ?? "ipv4",
          loadBalancerArns: await balancersOf(clients, found),
          name: found.TargetGroupName,
          port: found.Port,
          preserveClientIp: typeof state["preserveClientIp"] === "boolean" ? preserves === "true" : preserves,
          protocol: found.Protocol,
          proxyProtocolV2: attribute("proxy_protocol_v2.enabled") === "true",
          region: context.region,
          targetType: found.TargetType,
          vpcId: found.VpcId,
          ...(await balancerTags(clients, id)),
        }),
      };
    },

    async update(id, inputs, old, state, context) {
      requireOnly("a target group", changeable, inputs, old);
      const clients = session.for(context.signal);
      const wanted = inputs as unknown as Inputs;
      await clients.balancing.modifyTargetGroup({ TargetGroupArn: id, ...healthOf(wanted.healthCheck) });
      await setAttributes(clients, id, wanted);
      await retagBalancer(clients, id, inputs, old);
      return readBack(kind, id, { ...state, ...inputs }, context);
    },

    async delete(id, _state, context) {
      const { balancing } = session.for(context.signal);
      await unlessGone(balancing.deleteTargetGroup({ TargetGroupArn: id }));
    },
  };
  return kind;
};

const healthOf = (health: Health = {}) => ({
  HealthCheckEnabled: health.enabled ?? true,
  HealthCheckProtocol: (health.protocol ?? "TCP") as "TCP",
  HealthCheckPort: health.port ?? "traffic-port",
  HealthCheckIntervalSeconds: health.interval ?? 30,
  HealthCheckTimeoutSeconds: health.timeout ?? ((health.protocol ?? "TCP") === "HTTP" ? 6 : 10),
  HealthyThresholdCount: health.healthyThreshold ?? 3,
  UnhealthyThresholdCount: health.unhealthyThreshold ?? 3,
  ...(health.path === undefined ? {} : { HealthCheckPath: health.path }),
  ...(health.matcher === undefined ? {} : { Matcher: { HttpCode: health.matcher } }),
});

const healthIn = (found: TargetGroup) => ({
  enabled: found.HealthCheckEnabled ?? true,
  healthyThreshold: found.HealthyThresholdCount,
  interval: found.HealthCheckIntervalSeconds,
  matcher: found.Matcher?.HttpCode ?? "",
  path: found.HealthCheckPath ?? "",
  port: found.HealthCheckPort,
  protocol: found.HealthCheckProtocol,
  timeout: found.HealthCheckTimeoutSeconds,
  unhealthyThreshold: found.UnhealthyThresholdCount,
});

async function setAttributes({ balancing }: Clients, id: string, wanted: Inputs): Promise<void> {
  await balancing.modifyTargetGroupAttributes({
    TargetGroupArn: id,
    Attributes: [
      { Key: "deregistration_delay.timeout_seconds", Value: String(wanted.deregistrationDelay ?? 300) },
      {
        Key: "deregistration_delay.connection_termination.enabled",
        Value: String(wanted.connectionTermination ?? false),
      },
      // Of targets by address and TCP the load balancer's own address is seen, unless it is said otherwise.
      {
        Key: "preserve_client_ip.enabled",
        Value: String(wanted.preserveClientIp ?? wanted.targetType !== "ip"),
      },
      { Key: "proxy_protocol_v2.enabled", Value: String(wanted.proxyProtocolV2 ?? false) },
    ],
  });
}

/** moto keeps naming a balancer whose listener no longer leads here. */
async function balancersOf({ balancing }: Clients, found: TargetGroup): Promise<readonly string[]> {
  const arns: string[] = [];
  for (const LoadBalancerArn of new Set(found.LoadBalancerArns)) {
    const { Listeners = [] } = (await unlessGone(balancing.describeListeners({ LoadBalancerArn }))) ?? {};
    const leads = Listeners.some(({ DefaultActions = [] }) =>
      DefaultActions.some(({ TargetGroupArn }) => TargetGroupArn === found.TargetGroupArn),
    );
    if (leads) arns.push(LoadBalancerArn);
  }
  return arns.sort();
}
