import { applianceKinds, management, roleNames } from "../../components/plan/index.ts";
import type { Problem } from "./problem.ts";

/** The longest name of a group, zone or collection: clouds' own limits hold with an environment's name before it. */
const longest = 24;
/** How long a collection's name may be so that its Windows workers' computer names, such as `red-w12`, end at 15. */
export const longestWithWindows = (workers: number): number => 15 - "-w".length - String(workers).length;

const reserved: readonly string[] = [
  management,
  ...roleNames,
  ...applianceKinds,
  "edge",
  "transit",
  "outside",
];
// https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-reserved-resource-name
const azureAnywhere = /microsoft|windows/;
const azureWords: readonly string[] = (
  "access azure bing bizspark biztalk cortana directx dotnet dynamics excel exchange forefront groove hololens " +
  "hyperv kinect lync msdn o365 office office365 onedrive onenote outlook powerpoint sharepoint skype visio " +
  "visualstudio xbox"
).split(" ");

/**
 * What a name must be so that every target takes it: one that is fine on one cloud and refused by the other would
 * tie its environment to the first.
 */
export function nameProblems(path: Problem["path"], name: string, what: string): Problem[] {
  return [nameProblem(name, what)].flatMap((message) => (message === undefined ? [] : [{ path, message }]));
}

function nameProblem(name: string, what: string): string | undefined {
  if (!/^[a-z](?:[a-z0-9-]*[a-z0-9])?$/.test(name) || name.length > longest)
    return `a ${what}'s name has 1 to ${longest} lower-case letters, digits and hyphens, begins with a letter and does not end in a hyphen`;
  if (reserved.includes(name))
    return `"${name}" has a meaning of its own in flows; choose another name for the ${what}`;
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
  if (name.startsWith("sg-"))
    return `AWS refuses security groups whose names begin with "sg-"; choose another name`;
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
  if (name.startsWith("internal-"))
    return `AWS refuses load balancers whose names begin with "internal-"; choose another name`;
  if (azureAnywhere.test(name) || name.startsWith("login") || azureWords.includes(name))
    return `Azure reserves this word in names; choose another name for the ${what}`;
  return undefined;
}

/** Kubernetes' own namespaces, which no group may take. */
export function namespaceProblems(path: Problem["path"], name: string): Problem[] {
  if (!/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(name) || name.length > 63)
    return [
      {
        path,
        message:
          "a namespace's name has 1 to 63 lower-case letters, digits and hyphens and neither begins nor ends with a hyphen",
      },
    ];
  if (name === "default" || name.startsWith("kube-"))
    return [{ path, message: "this namespace is Kubernetes' own; choose another name" }];
  return [];
}
