import { definitionsIn, type Definitions } from "../../../components/aws/index.ts";

/** A machine as the stack's state has it. */
export interface Machine {
  readonly name: string;
  readonly urn: string;
  /** Such as `i-0123456789abcdef0`. */
  readonly id: string;
  /** Whether a run ended after it was taken away and before it was made anew. */
  readonly gone: boolean;
  /** Where load balancers have it as a target. */
  readonly targets: readonly Target[];
}

export interface Target {
  readonly urn: string;
  /** Of the target group. */
  readonly arn: string;
  readonly address: string;
  readonly port: number;
}

/** What there is, by the stack's state. */
export interface There {
  readonly machines: ReadonlyMap<string, Machine>;
  readonly definitions: Definitions;
}

interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly delete?: boolean;
  readonly pendingReplacement?: boolean;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** Reads what `pulumi stack export` writes. */
export function readThere(text: string): There {
  const { deployment } = JSON.parse(text) as {
    readonly deployment?: { readonly resources?: readonly StateResource[] };
  };
  // What is marked for deletion has been replaced already.
  const resources = (deployment?.resources ?? []).filter(({ delete: leaving }) => leaving !== true);
  const targets = resources.filter(isOf("aws:lb/targetGroupAttachment:TargetGroupAttachment")).map(toTarget);
  const machines = resources.filter(isOf("aws:ec2/instance:Instance")).map((resource): Machine => {
    const { urn, id = "", pendingReplacement: gone = false, outputs } = resource;
    const address = outputs?.["privateIp"];
    return { name: nameOf(urn), urn, id, gone, targets: targets.filter((one) => one.address === address) };
  });
  return {
    machines: new Map(machines.map((machine) => [machine.name, machine])),
    definitions: definitionsIn(resources),
  };
}

const isOf =
  (wanted: string) =>
  ({ type }: StateResource): boolean =>
    type === wanted;
const nameOf = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);

function toTarget({ urn, outputs }: StateResource): Target {
  const { targetGroupArn, targetId, port } = outputs ?? {};
  return { urn, arn: String(targetGroupArn), address: String(targetId), port: Number(port) };
}
