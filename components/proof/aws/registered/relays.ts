import { asList, asObject, asText, property, type Resource, type Value } from "../../resource/index.ts";
import type { Origin } from "../../network/index.ts";
import type { Relay } from "../facts.ts";
import { kinds } from "./kinds.ts";
import type { Reading } from "./reading.ts";

const balancers = [kinds.balancer, kinds.albBalancer];
const listeners = [kinds.listener, kinds.albListener];
const targetGroups = [kinds.targetGroup, kinds.albTargetGroup];

interface Target {
  readonly group: Resource | undefined;
  readonly to: Relay["to"];
  readonly port: number | undefined;
  readonly origin: Origin;
}

/** What load balancers' listeners pass on to the targets of their groups. */
export function relays(reading: Reading): Relay[] {
  const targets = [...attached(reading), ...scaled(reading)];
  const rules = reading.of(kinds.listenerRule, kinds.albListenerRule).map((rule) => ({
    rule,
    listener: reading.resources.named(property(rule, "listenerArn"), ...listeners),
    actions: property(rule, "actions"),
  }));
  return reading.of(...listeners).flatMap((listener) => {
    const balancer = reading.resources.named(property(listener, "loadBalancerArn"), ...balancers);
    const own = [
      { rule: listener, actions: property(listener, "defaultActions") },
      ...rules.filter((one) => one.listener === listener || one.listener === undefined),
    ];
    return own.flatMap(({ rule, actions }) =>
      groupsIn(actions).flatMap((value): Relay[] => {
        const group = reading.resources.named(value, ...targetGroups);
        const common = {
          from: balancer === undefined ? undefined : reading.idOf(balancer),
          port: reading.number(property(listener, "port")),
          protocol: (asText(property(listener, "protocol")) ?? "TCP").toLowerCase(),
        };
        const origins = [listener, ...(rule === listener ? [] : [rule])].map(originOf);
        if (group === undefined) return [{ ...common, to: undefined, toPort: undefined, origins }];
        return targets
          .filter((target) => target.group === group || target.group === undefined)
          .map(({ to, port, origin }) => ({
            ...common,
            to,
            toPort: port ?? reading.number(property(group, "port")),
            origins: [...origins, originOf(group), origin],
          }));
      }),
    );
  });
}

/** The target groups that actions forward to; one that is not known is among them as it is written. */
const groupsIn = (actions: Value | undefined): Value[] =>
  asList(actions).flatMap((action): Value[] => {
    const { type, targetGroupArn, forward } = asObject(action);
    if (typeof type === "string" && type !== "forward") return [];
    const weighted = asList(asObject(forward)["targetGroups"]).map((one) => asObject(one)["arn"] ?? one);
    return targetGroupArn === undefined ? (weighted.length > 0 ? weighted : [action]) : [targetGroupArn];
  });

const attached = (reading: Reading): Target[] =>
  reading.of(kinds.target, kinds.albTarget).map((one) => {
    const value = property(one, "targetId");
    const named = reading.resources.named(value, kinds.instance, ...balancers);
    const text = asText(value);
    return {
      group: reading.resources.named(property(one, "targetGroupArn"), ...targetGroups),
      to:
        named !== undefined
          ? reading.idOf(named)
          : text !== undefined && /^[\d.]+$|:.*:/.test(text) && !text.startsWith("arn:")
            ? reading.address(one, "targetId", text)
            : text,
      port: reading.number(property(one, "port")),
      origin: originOf(one),
    };
  });

/** The instances of scaling groups, which are one endpoint. */
const scaled = (reading: Reading): Target[] => {
  const target = (group: Resource, arn: Value, by: Resource): Target => ({
    group: reading.resources.named(arn, ...targetGroups),
    to: reading.idOf(group),
    port: undefined,
    origin: originOf(by),
  });
  return [
    ...reading
      .of(kinds.scaling)
      .flatMap((group) => asList(property(group, "targetGroupArns")).map((arn) => target(group, arn, group))),
    ...reading.of(kinds.scalingAttachment).flatMap((one) => {
      const group = reading.resources.named(property(one, "autoscalingGroupName"), kinds.scaling);
      const arn = property(one, "lbTargetGroupArn");
      return group === undefined || arn === undefined ? [] : [target(group, arn, one)];
    }),
  ];
};

const originOf = ({ urn, type, name }: Resource): Origin => ({
  id: urn,
  text: `${type.replace(/^.*:/, "")} ${name}`,
});
