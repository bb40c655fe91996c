import { principal } from "../arn.ts";
import { creationStatements } from "./creation.ts";
import type { Grant, KindRights, Limit } from "./grant.ts";
import { kinds } from "./kinds/index.ts";
import { namesOf, type Names, type Registered } from "./registered.ts";
import { arnIn, arnsOf, existingIds, type Scope } from "./scope.ts";
import { allow, type Condition, type Statement } from "./statement.ts";
import { requestTag, resourceTag, taggingStatements } from "./tagging.ts";

/** What may be done with an environment: to read what it is, and beside that, to change it. */
export interface Rights {
  /** For a preview and a refresh. */
  readonly read: readonly Statement[];
  /** In addition for `up` and `destroy`. */
  readonly deploy: readonly Statement[];
}

/** The least rights that a stack's resources need; throws where one is of a kind that none are known for. */
export function planRights(scope: Scope, resources: readonly Registered[]): Rights {
  const used = kindsOf(resources);
  const names = namesOf(resources);
  const reads = used.flatMap(({ read }) => read);
  const writes = used.flatMap((kind) => [...kind.create, ...kind.update, ...kind.delete]);
  return {
    read: statementsOf(scope, names, "Read", reads),
    deploy: [
      ...[...byService(writes)].flatMap(([service, grants]) =>
        creationStatements(scope, names, service, grants),
      ),
      ...taggingStatements(scope, names, used),
      ...statementsOf(scope, names, "Change", writes),
      ...handOver(scope, names, used),
      ...(used.some(({ makesDisks }) => makesDisks === true) ? encryption(scope) : []),
    ],
  };
}

function kindsOf(resources: readonly Registered[]): KindRights[] {
  const types = [...new Set(resources.map(({ type }) => type))]
    .filter((type) => type.startsWith("aws:"))
    .sort();
  const unknown = types.filter((type) => !Object.hasOwn(kinds, type));
  if (unknown.length > 0)
    throw new Error(
      `no rights are known for ${unknown.join(", ")}; write them down in components/aws/rights/kinds`,
    );
  return types.flatMap((type) => kinds[type] ?? []);
}

/** All but what creates and what tags, in one statement for each service and limit. */
function statementsOf(scope: Scope, names: Names, word: string, grants: readonly Grant[]): Statement[] {
  const { environment, region, account, permissionsBoundary, vpc } = scope;
  return [...byService(grants)].flatMap(([service, here]) => {
    const actions = (...limits: readonly Grant["when"][]) =>
      here.flatMap((grant) => (limits.includes(grant.when) ? grant.actions : []));
    const limited = (Sid: string, limits: readonly Limit[], existing: boolean, condition?: Condition) => {
      const found = here.flatMap((grant) =>
        "on" in grant &&
        limits.includes(grant.when) &&
        (grant.when === "own" && existingIds(scope, grant.on) !== undefined) === existing
          ? [grant]
          : [],
      );
      return allow(
        Sid,
        found.flatMap((grant) => grant.actions),
        found.flatMap((grant) => arnsOf(scope, names, grant.on)),
        condition,
      );
    };
    const domains = names.domains.flatMap((domain) => [domain, `*.${domain}`]);
    return [
      ...allow(`${word}Any${service}`, actions("region"), ["*"], {
        StringEquals: { "aws:RequestedRegion": region },
      }),
      ...allow(`${word}Everywhere${service}`, actions("everywhere"), ["*"]),
      ...limited(`${word}Own${service}`, ["own"], false, { StringEquals: { [resourceTag]: environment } }),
      ...limited(`${word}Existing${service}`, ["own"], true),
      ...limited(`Adopt${service}`, ["adopted"], false, {
        StringEquals: { [requestTag]: environment },
        Null: { [resourceTag]: "true" },
        ...(vpc === undefined
          ? {}
          : { ArnEquals: { "ec2:Vpc": arnIn(scope, "ec2", { region, account }, `vpc/${vpc}`) } }),
      }),
      ...limited(
        `${word}Named${service}`,
        permissionsBoundary === undefined ? ["named", "bounded"] : ["named"],
        false,
      ),
      ...(permissionsBoundary === undefined
        ? []
        : limited(`${word}Bounded${service}`, ["bounded"], false, {
            StringEquals: { "iam:PermissionsBoundary": permissionsBoundary },
          })),
      ...limited(`${word}Records${service}`, ["records"], false, {
        "ForAllValues:StringLike": { "route53:ChangeResourceRecordSetsNormalizedRecordNames": domains },
      }),
    ];
  });
}

/** Roles that the environment's resources get, and those that AWS makes for itself in each account. */
function handOver(scope: Scope, names: Names, used: readonly KindRights[]): Statement[] {
  const { region, account } = scope;
  const receivers = new Set(used.flatMap(({ passesRoleTo }) => passesRoleTo ?? []));
  const linked = new Map(
    used.flatMap(({ serviceLinkedRole: role }) =>
      role === undefined ? [] : [[role.service, role] as const],
    ),
  );
  return [
    ...[...receivers].sort().flatMap((receiver) => {
      const service = principal(region, receiver);
      const passed = names.roles.filter((role) => role.service === service);
      return allow(
        `PassRole${camel(receiver)}`,
        ["iam:PassRole"],
        passed.map(({ name }) => arnIn(scope, "iam", { account }, `role/${name}`)),
        { StringEquals: { "iam:PassedToService": service } },
      );
    }),
    ...[...linked.values()].flatMap(({ service, role }) => {
      const domain = `${service}.amazonaws.com`;
      return allow(
        `LinkRole${camel(service)}`,
        ["iam:CreateServiceLinkedRole"],
        [arnIn(scope, "iam", { account }, `role/aws-service-role/${domain}/${role}`)],
        { StringEquals: { "iam:AWSServiceName": domain } },
      );
    }),
  ];
}

/** https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html */
function encryption({ region, kmsKey }: Scope): Statement[] {
  if (kmsKey === undefined) return [];
  const viaEc2 = { "kms:ViaService": principal(region, `ec2.${region}`) };
  return [
    ...allow(
      "UseDiskKey",
      [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
      ],
      [kmsKey],
      { StringEquals: viaEc2 },
    ),
    ...allow("GrantDiskKey", ["kms:CreateGrant"], [kmsKey], {
      StringEquals: viaEc2,
      Bool: { "kms:GrantIsForAWSResource": "true" },
    }),
  ];
}

/** Grants by the name of their service in statements' ids, such as `Ec2`. */
function byService(grants: readonly Grant[]): Map<string, Grant[]> {
  const services = new Map<string, Grant[]>();
  for (const grant of grants)
    for (const action of grant.actions) {
      const prefix = action.slice(0, action.indexOf(":"));
      const service = prefix === "elasticloadbalancing" ? "Elb" : camel(prefix);
      services.set(service, [...(services.get(service) ?? []), { ...grant, actions: [action] }]);
    }
  return new Map([...services].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const camel = (text: string): string =>
  text.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
