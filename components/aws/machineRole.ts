import * as pulumi from "@pulumi/pulumi";
import { InstanceProfile } from "@pulumi/aws/iam/instanceProfile.js";
import type { AwsSpec, Plan, Role } from "../plan/index.ts";
import { arn } from "./arn.ts";
import { joinSecretName } from "./joinSecret.ts";
import { ServiceRole, type Statement } from "./serviceRole.ts";
import { tagsOf } from "./tags.ts";

export interface MachineRoleArgs {
  readonly plan: Plan;
  readonly aws: AwsSpec;
  readonly role: Role;
}

/** What machines of one role may do in AWS: be reached by Session Manager, and read the secret that they join with. */
export class MachineRole extends pulumi.ComponentResource {
  readonly profileArn: pulumi.Output<string>;

  constructor(name: string, { plan, aws, role }: MachineRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("bulkhead:aws:MachineRole", name, {}, opts);
    const service = new ServiceRole(
      name,
      {
        plan,
        aws,
        service: "ec2",
        policies: {
          "session-manager": sessionManager,
          ...(plan.engine === "mke" ? { "join-secret": joinSecret(plan, aws, role) } : {}),
        },
      },
      { parent: this },
    );
    const profile = new InstanceProfile(
      name,
      { name: `bulkhead-${plan.environment}-${name}`, role: service.role.name, tags: tagsOf(plan, name) },
      { parent: this },
    );
    this.profileArn = profile.arn;
    this.registerOutputs({ profileArn: this.profileArn });
  }
}

/**
 * The least that sessions need; none of it can be limited to a machine
 * (https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html).
 */
const sessionManager: readonly Statement[] = [
  {
    Effect: "Allow",
    Action: [
      "ssm:UpdateInstanceInformation",
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
    ],
    Resource: "*",
  },
];

function joinSecret(plan: Plan, aws: AwsSpec, role: Role): Statement[] {
  const name = joinSecretName(plan, role);
  return [
    aws.secretStore === "parameter-store"
      ? { Effect: "Allow", Action: ["ssm:GetParameter"], Resource: arn(aws, "ssm", `parameter${name}`) }
      : {
          Effect: "Allow",
          Action: ["secretsmanager:GetSecretValue"],
          // Secrets Manager ends each name with six characters of its own.
          Resource: arn(aws, "secretsmanager", `secret:${name}-??????`),
        },
  ];
}
