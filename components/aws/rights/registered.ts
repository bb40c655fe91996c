/** A resource that a stack's program asks for. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What a program's resources are called in AWS, by which the rights to them are limited. */
export interface Names {
  readonly roles: readonly PassedRole[];
  readonly instanceProfiles: readonly string[];
  readonly loadBalancers: readonly string[];
  readonly targetGroups: readonly string[];
  readonly logGroups: readonly string[];
  readonly domains: readonly string[];
  readonly transitGateways: readonly string[];
}

export interface PassedRole {
  readonly name: string;
  /** The domain of the service that takes it, such as `ec2.amazonaws.com`. */
  readonly service: string;
}

/** Throws where a resource has no name in the program: AWS or Pulumi would choose one that no right can be limited to. */
export function namesOf(resources: readonly Registered[]): Names {
  const nameless: string[] = [];
  const named = (type: string, property = "name"): string[] =>
    resources.flatMap((resource) => {
      if (resource.type !== type) return [];
      const name = resource.inputs[property];
      if (typeof name === "string") return [name];
      nameless.push(`${type} "${resource.name}" has no ${property}`);
      return [];
    });
  const names: Names = {
    roles: resources
      .filter(({ type }) => type === roleType)
      .flatMap(({ inputs: { name, assumeRolePolicy } }) =>
        typeof name === "string" ? [{ name, service: serviceOf(name, assumeRolePolicy) }] : [],
      ),
    instanceProfiles: named("aws:iam/instanceProfile:InstanceProfile"),
    loadBalancers: named("aws:lb/loadBalancer:LoadBalancer"),
    targetGroups: named("aws:lb/targetGroup:TargetGroup"),
    logGroups: named("aws:cloudwatch/logGroup:LogGroup"),
    domains: named("aws:route53/zone:Zone"),
    transitGateways: named("aws:ec2transitgateway/vpcAttachment:VpcAttachment", "transitGatewayId"),
  };
  named(roleType);
  if (nameless.length > 0)
    throw new Error(
      `the rights cannot be limited to what has no fixed name: ${nameless.join("; ")}; give it one in components/aws`,
    );
  return names;
}

const roleType = "aws:iam/role:Role";

/** The one service that a role's trust policy lets take it. */
function serviceOf(role: string, trust: unknown): string {
  const { Statement } = JSON.parse(String(trust)) as {
    Statement: { Principal?: { Service?: string | string[] } }[];
  };
  const services = [...new Set(Statement.flatMap(({ Principal }) => Principal?.Service ?? []))];
  const [service] = services;
  if (service === undefined || services.length > 1)
    throw new Error(
      `the role ${role} trusts ${services.length === 0 ? "no service" : services.join(" and ")}, and exactly one is to take it`,
    );
  return service;
}
