import { environmentTag } from "../tags.ts";
import type { KindRights, Place } from "./grant.ts";
import type { Names } from "./registered.ts";
import { arnIn, arnsOf, type Scope } from "./scope.ts";
import { allow, type Statement } from "./statement.ts";

export const requestTag = `aws:RequestTag/${environmentTag}`;
export const resourceTag = `aws:ResourceTag/${environmentTag}`;

/** The services that check tags as an action of its own, and tell by a key of theirs during which other action. */
const services = [
  { service: "ec2", word: "Ec2", add: "ec2:CreateTags", remove: "ec2:DeleteTags" },
  {
    service: "elasticloadbalancing",
    word: "Elb",
    add: "elasticloadbalancing:AddTags",
    remove: "elasticloadbalancing:RemoveTags",
  },
] as const;

/**
 * Rights to tag what is created, while it is created, and what is the environment's own later; never to take the
 * environment's tag away, nor to give another environment's
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html).
 */
export function taggingStatements(scope: Scope, names: Names, rights: readonly KindRights[]): Statement[] {
  const tagged = rights.flatMap(taggedBy);
  const ours = scope.environment;
  return services.flatMap(({ service, word, add, remove }) => {
    const here = tagged.filter(({ during }) => during.startsWith(`${service}:`));
    if (here.length === 0) return [];
    // Of EC2 every kind of things has tags, and the tags alone tell whose they are.
    const arns =
      service === "ec2"
        ? [arnIn(scope, service, scope, "*/*")]
        : here.flatMap(({ on }) => arnsOf(scope, names, on));
    const during = [...new Set(here.map((one) => one.during.slice(service.length + 1)))].sort();
    return [
      ...allow(`TagNew${word}`, [add], arns, {
        StringEquals: { [`${service}:CreateAction`]: during, [requestTag]: ours },
      }),
      ...allow(`TagOwn${word}`, [add], arns, {
        StringEquals: { [resourceTag]: ours },
        StringEqualsIfExists: { [requestTag]: ours },
      }),
      ...allow(`UntagOwn${word}`, [remove], arns, {
        StringEquals: { [resourceTag]: ours },
        "ForAllValues:StringNotEquals": { "aws:TagKeys": environmentTag },
        // Without any key, all tags are meant.
        Null: { "aws:TagKeys": "false" },
      }),
    ];
  });
}

function taggedBy({ create, alsoTags }: KindRights): { during: string; on: Place }[] {
  const created = create.flatMap((grant) =>
    grant.when === "new" ? grant.actions.map((during) => ({ during, on: grant.on })) : [],
  );
  return alsoTags === undefined ? created : [...created, alsoTags];
}
