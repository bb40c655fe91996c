import { proxyPort } from "../../../components/plan/index.ts";
import type { Draft } from "../draft.ts";
import type { Problem } from "../problem.ts";
import { outsideProblems } from "./outside.ts";

/**
 * Problems of what a stack file says for machines of a cloud, and for AWS; also of one whose target is another.
 * `isWritten` tells whether there is a section for AWS at all, since a draft also lacks one that is faulty.
 */
export function awsProblems(name: string, draft: Draft, isWritten: boolean): Problem[] {
  return [
    ...nameProblem(name, draft),
    ...proxyProblems(draft),
    ...missing(draft, isWritten),
    ...sectionProblems(draft),
  ];
}

/** AWS ends names of target groups, such as `test-managers-6443`, after 32 characters. */
const longestName = 32 - "-managers-6443".length;

function nameProblem(name: string, { target }: Draft): Problem[] {
  if (target !== "aws" || name.length <= longestName) return [];
  return [
    {
      path: ["target"],
      value: target,
      message: `on AWS an environment's name has at most ${longestName} characters, since load balancers' names begin with it; "${name}" has ${name.length}`,
    },
  ];
}

function missing({ target, engine, aws, groups }: Draft, isWritten: boolean): Problem[] {
  if (target !== "aws") return [];
  if (!isWritten)
    return [
      {
        path: ["aws"],
        message:
          "the target is aws, and its section is missing: write its region, its account and images.linux, such as { id: ami-0123456789abcdef0 }",
      },
    ];
  if (aws === undefined) return [];
  const workers = Object.values(groups ?? {}).flatMap(({ collections }) => Object.values(collections));
  const hasWindows = workers.some((collection) => collection.workers.windows !== undefined);
  if (hasWindows && engine !== "mke")
    return [
      {
        path: ["engine"],
        value: engine,
        message: "Windows workers are set up for mke alone; write mke, or take the Windows workers out",
      },
    ];
  return (["linux", ...(hasWindows ? (["windows"] as const) : [])] as const)
    .filter((os) => aws.images[os] === undefined)
    .map((os) => ({
      path: ["aws", "images", os],
      message: `there are ${os === "linux" ? "Linux" : "Windows"} machines and no image for them; write its id, such as { id: ami-0123456789abcdef0 }`,
    }));
}

/** https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html: 50 on a resource. */
const mostTags = 38;

function sectionProblems({ aws, machines, network, target }: Draft): Problem[] {
  if (aws === undefined) return [];
  const problems: Problem[] = [];
  const windows = aws.images.windows;
  if (windows?.family !== undefined)
    problems.push({
      path: ["aws", "images", "windows", "family"],
      value: windows.family,
      message: "Windows is no family of Linux; take it out",
    });
  if (aws.egress === "proxy" && machines?.proxy === undefined)
    problems.push({
      path: ["aws", "egress"],
      value: "proxy",
      message: "no proxy is named; write machines.proxy with its url and addresses",
    });
  if (network?.existing !== undefined && target === "aws") problems.push(...existing(aws));
  if (aws.loadBalancers === "internet-facing" && network?.frontDoor.length === 0)
    problems.push({
      path: ["aws", "loadBalancers"],
      value: aws.loadBalancers,
      message:
        "without network.frontDoor there are no load balancers; name who may reach them, or take this out",
    });
  aws.transitGateway?.blocks.forEach((block, index) => {
    problems.push(...outsideProblems(["aws", "transitGateway", "blocks", index], block, network));
  });
  if (Object.keys(aws.tags).length > mostTags)
    problems.push({
      path: ["aws", "tags"],
      message: `AWS takes 50 tags and the rest is needed for what Bulkhead writes itself: name at most ${mostTags}`,
    });
  for (const name of Object.keys(aws.tags))
    if (
      /^aws:/i.test(name) ||
      name.startsWith("bulkhead:") ||
      name.startsWith("kubernetes.io/") ||
      name === "Name"
    )
      problems.push({
        path: ["aws", "tags", name],
        message: "AWS, Kubernetes or Bulkhead write this tag themselves; choose another name",
      });
  return problems;
}

function existing(aws: NonNullable<Draft["aws"]>): Problem[] {
  const why = "a network that exists already has its own routes";
  return [
    ...(aws.egress === "nat"
      ? [
          {
            path: ["aws", "egress"],
            value: "nat",
            message: `${why}, so nothing is made there; write proxy or none`,
          },
        ]
      : []),
    ...(aws.transitGateway === undefined
      ? []
      : [{ path: ["aws", "transitGateway"], message: `${why}, so none is attached; take it out` }]),
    ...(aws.loadBalancers === "internal"
      ? []
      : [
          {
            path: ["aws", "loadBalancers"],
            value: aws.loadBalancers,
            message: `${why}, and no subnets with public addresses are named; write internal`,
          },
        ]),
  ];
}

function proxyProblems({ machines, network }: Draft): Problem[] {
  const proxy = machines?.proxy;
  if (proxy === undefined) return [];
  const path = ["machines", "proxy"];
  const problems: Problem[] = [];
  try {
    const { username, password } = new URL(proxy.url);
    if (username !== "" || password !== "")
      problems.push({
        path: [...path, "url"],
        message:
          "every process of a machine can read this: let the proxy know machines by their addresses, and take the name and password out",
      });
    proxyPort(proxy.url);
  } catch {
    problems.push({
      path: [...path, "url"],
      value: proxy.url,
      message: "write a URL, such as http://proxy.example.com:3128",
    });
  }
  proxy.addresses.forEach((block, index) => {
    problems.push(...outsideProblems([...path, "addresses", index], block, network));
  });
  return problems;
}
