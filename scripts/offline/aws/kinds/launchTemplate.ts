import { arn, changes, readBack, requireOnly, type KindOf } from "../cloud/made.ts";
import { over, without } from "../cloud/outputs.ts";
import { Refusal, unlessGone } from "../cloud/refusal.ts";
import { retag, specification, tagOutputs, type Tagged } from "../cloud/tags.ts";
import { requireUserData } from "../cloud/userData.ts";
import { nameOf } from "../cloud/words.ts";
import type { Kind } from "../kind.ts";
import { dataOf, outputsOf, versioned, type Data } from "./launchTemplateData.ts";
import { replaceOn } from "./replace.ts";

interface Inputs extends Data, Tagged {
  readonly name?: string;
  readonly namePrefix?: string;
  readonly description?: string;
  readonly defaultVersion?: number;
  readonly updateDefaultVersion?: boolean;
}

const type = "aws:ec2/launchTemplate:LaunchTemplate";
const others = ["defaultVersion", "tags", "updateDefaultVersion"];

export const launchTemplate: KindOf = (session) => {
  const kind: Kind = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      requireOnly("a launch template", [...versioned, ...others, "name", "namePrefix"], inputs, {});
      const { ec2 } = session.for(context.signal);
      const wanted = inputs as Inputs;
      const name = nameOf(wanted);
      if (!/^[a-zA-Z0-9().\-/_]{3,128}$/.test(name))
        throw new Refusal(
          "InvalidLaunchTemplateName.MalformedException",
          "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the " +
            "following characters: - ( ) . / _.",
        );
      requireUserData(wanted.userData);
      const { LaunchTemplate } = await ec2.createLaunchTemplate({
        LaunchTemplateName: name,
        VersionDescription: wanted.description,
        LaunchTemplateData: dataOf(wanted),
        ...specification("launch-template", wanted.tags),
      });
      return readBack(kind, LaunchTemplate?.LaunchTemplateId ?? "", inputs, context);
    },

    async read(id, state, context) {
      const { ec2 } = session.for(context.signal);
      const found = (await unlessGone(ec2.describeLaunchTemplates({ LaunchTemplateIds: [id] })))
        ?.LaunchTemplates?.[0];
      if (found === undefined) return undefined;
      const { LaunchTemplateVersions = [] } = await ec2.describeLaunchTemplateVersions({
        LaunchTemplateId: id,
        Versions: [String(found.LatestVersionNumber)],
      });
      const [latest] = LaunchTemplateVersions;
      // moto tells the tags that a template was made with, whatever they are now.
      const { Tags = [] } = await ec2.describeTags({ Filters: [{ Name: "resource-id", Values: [id] }] });
      return {
        id,
        // What the latest version has not is not there, whatever the state says.
        outputs: over(without(state, ...versioned), {
          arn: arn(context, "ec2", `launch-template/${id}`),
          defaultVersion: Number(found.DefaultVersionNumber),
          description: latest?.VersionDescription ?? "",
          latestVersion: Number(found.LatestVersionNumber),
          name: found.LaunchTemplateName,
          region: context.region,
          ...outputsOf(latest?.LaunchTemplateData ?? {}, state),
          ...tagOutputs(Tags),
        }),
      };
    },

    async update(id, inputs, old, state, context) {
      requireOnly("a launch template", [...versioned, ...others], inputs, old);
      const clients = session.for(context.signal);
      const wanted = inputs as Inputs;
      requireUserData(wanted.userData);
      let latest = Number(state["latestVersion"]);
      if (changes(inputs, old).some((name) => versioned.includes(name))) {
        const { LaunchTemplateVersion } = await clients.ec2.createLaunchTemplateVersion({
          LaunchTemplateId: id,
          VersionDescription: wanted.description,
          LaunchTemplateData: dataOf(wanted),
        });
        latest = Number(LaunchTemplateVersion?.VersionNumber);
      }
      const standard = wanted.updateDefaultVersion === true ? latest : wanted.defaultVersion;
      if (standard !== undefined)
        await clients.ec2.modifyLaunchTemplate({ LaunchTemplateId: id, DefaultVersion: String(standard) });
      await retag(clients, id, inputs, old);
      return readBack(kind, id, { ...state, ...inputs }, context);
    },

    async delete(id, _state, context) {
      await unlessGone(session.for(context.signal).ec2.deleteLaunchTemplate({ LaunchTemplateId: id }));
    },
  };
  return kind;
};
