import { decoded } from "../base64.ts";
import type { UserData } from "../facts.ts";
import { instancesOf } from "./interfaces.ts";
import type { Described } from "./schema.ts";

/**
 * What instances were started with: EC2 describes only that of launch templates, and tags instances with the one that
 * they are of (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/launch-templates.html).
 */
export function userDataOf(described: Described): Map<string, UserData> {
  const versions = new Map(
    (described.LaunchTemplateVersions ?? []).map((one) => [
      `${one.LaunchTemplateId} ${one.VersionNumber}`,
      one.LaunchTemplateData?.UserData,
    ]),
  );
  return new Map(
    instancesOf(described).map(({ InstanceId, Tags = [] }): [string, UserData] => {
      const tag = (key: string) => Tags.find(({ Key }) => Key === `aws:ec2launchtemplate:${key}`)?.Value;
      const [id, version] = [tag("id"), tag("version")];
      if (id === undefined || version === undefined)
        return [InstanceId, { why: "it is not described of which launch template they are" }];
      const key = `${id} ${version}`;
      if (!versions.has(key))
        return [
          InstanceId,
          { why: `version ${version} of launch template ${id} is not in any LaunchTemplateVersions` },
        ];
      const data = versions.get(key);
      return [InstanceId, data === undefined ? { why: "there are none" } : decoded(data)];
    }),
  );
}
