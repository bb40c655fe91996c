import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  extractSchema,
  installed,
  modules,
  writeSchema,
} from "../../../../scripts/offline/aws/declarations/read.ts";
import { replaceOn } from "../../../../scripts/offline/aws/kinds/replace.ts";
import { providerType, readSchema, schemaFile } from "../../../../scripts/offline/aws/schema.ts";
import { temporaryFolder } from "../../../support/folder.ts";

describe("what the stand-in knows of @pulumi/aws", function () {
  this.timeout(30_000);

  it("is what the declarations of the installed SDK say", () => {
    assert.ok(
      readFileSync(schemaFile, "utf8") === writeSchema(extractSchema(installed())),
      "scripts/offline/aws/schema.json is of other declarations: run scripts/offline/aws/extract",
    );
  });

  it("names each kind's inputs with their types, which of them have to be there, and its outputs", () => {
    const { kinds, types } = readSchema();
    const rule = kinds["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"];
    assert.deepEqual(rule?.inputs["fromPort"], "number");
    assert.deepEqual(rule.inputs["tags"], { map: "string" });
    assert.deepEqual(rule.required, ["ipProtocol", "securityGroupId"]);
    assert.deepEqual(rule.outputs, ["arn", "securityGroupRuleId", "tagsAll"]);
    const template = kinds["aws:ec2/launchTemplate:LaunchTemplate"];
    assert.deepEqual(template?.inputs["metadataOptions"], "ec2.LaunchTemplateMetadataOptions");
    assert.deepEqual(types["ec2.LaunchTemplateMetadataOptions"]?.inputs["httpPutResponseHopLimit"], "number");
    assert.deepEqual(template.inputs["blockDeviceMappings"], {
      list: "ec2.LaunchTemplateBlockDeviceMapping",
    });
    assert.deepEqual(
      types["ec2.LaunchTemplateBlockDeviceMapping"]?.inputs["ebs"],
      "ec2.LaunchTemplateBlockDeviceMappingEbs",
    );
    assert.deepEqual(kinds["aws:iam/role:Role"]?.inputs["assumeRolePolicy"], {
      either: ["string", "iam.PolicyDocument"],
    });
    assert.deepEqual(kinds[providerType]?.inputs["allowedAccountIds"], { list: "string" });
  });

  it("holds the lists of values, and which of them the declarations leave open", () => {
    const { kinds, types, values } = readSchema();
    assert.deepEqual(types["iam.PolicyStatement"]?.inputs["Effect"], "one of iam.PolicyStatementEffect");
    assert.deepEqual(values["iam.PolicyStatementEffect"], ["Allow", "Deny"]);
    assert.deepEqual(kinds["aws:ec2/instance:Instance"]?.inputs["tenancy"], "such as ec2.Tenancy");
    assert.deepEqual(
      kinds["aws:ec2/launchTemplate:LaunchTemplate"]?.inputs["instanceType"],
      "such as ec2.InstanceType",
    );
    assert.equal(values["ec2.InstanceType"]?.includes("t3.large"), true);
  });

  it("says which changes make a new resource where a comment does", () => {
    const { kinds } = readSchema();
    assert.deepEqual(kinds["aws:cloudwatch/alarmMuteRule:AlarmMuteRule"]?.replaces, ["name"]);
    // "If `vpcEndpointType` is anything other than `Interface`, changing this value forces a new resource": a condition.
    assert.equal(kinds["aws:ec2/vpcEndpoint:VpcEndpoint"]?.replaces, undefined);
  });

  it("has every kind and input of which it is told here that a change makes a new resource", () => {
    const { kinds } = readSchema();
    for (const [type, names] of Object.entries(replaceOn))
      for (const name of names)
        assert.ok(Object.hasOwn(kinds[type]?.inputs ?? {}, name), `${type} has no input ${name}`);
  });

  it("fails on declarations of a sort that it does not know, and names the place", () => {
    const sdk = temporaryFolder({
      "package.json": '{ "version": "8.0.0" }',
      "types/input.d.ts": "",
      "provider.d.ts": `export declare class Provider {}
export interface ProviderArgs { region?: pulumi.Input<keyof Regions>; }`,
      ...Object.fromEntries(modules.map((module) => [`${module}/none.txt`, ""])),
    });
    assert.throws(() => extractSchema(sdk.path), {
      message: "Provider.region: a type of the kind TypeOperator is new here",
    });
  });
});
