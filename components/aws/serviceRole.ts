import * as pulumi from "@pulumi/pulumi";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import type { AwsSpec, Plan } from "../plan/index.ts";
import { principal } from "./arn.ts";
import { tagsOf } from "./tags.ts";

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_statement.html */
export interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export const policy = (statements: readonly object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

export interface ServiceRoleArgs {
  readonly plan: Plan;
  readonly aws: AwsSpec;
  /** The service of AWS that takes it, such as `ec2`. */
  readonly service: string;
  readonly policies: Readonly<Record<string, readonly Statement[]>>;
}

/** A role that a service of AWS takes, with what it may do, each part a policy of its own. */
export class ServiceRole extends pulumi.ComponentResource {
  readonly role: Role;

  constructor(name: string, args: ServiceRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("bulkhead:aws:ServiceRole", name, {}, opts);
    const { plan, aws, service, policies } = args;
    this.role = new Role(
      name,
      {
        name: `bulkhead-${plan.environment}-${name}`,
        description: `Bulkhead: ${name} of ${plan.environment}`,
        assumeRolePolicy: policy([
          {
            Effect: "Allow",
            Principal: { Service: principal(aws.region, service) },
            Action: "sts:AssumeRole",
            // The service works for this account alone, whoever asks it to.
            ...(service === "ec2"
              ? {}
              : { Condition: { StringEquals: { "aws:SourceAccount": aws.account } } }),
          },
        ]),
        ...(aws.permissionsBoundary === undefined ? {} : { permissionsBoundary: aws.permissionsBoundary }),
        tags: tagsOf(plan, name),
      },
      { parent: this },
    );
    for (const [what, statements] of Object.entries(policies))
      new RolePolicy(
        `${name}-${what}`,
        { role: this.role.name, name: what, policy: policy(statements) },
        { parent: this },
      );
    this.registerOutputs();
  }
}
