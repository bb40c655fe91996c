import type { AwsImage, Os } from "../../../components/plan/index.ts";
import type { FoundImage, LookedUp } from "./lookUp.ts";

/** How many newer ones are shown. */
const shown = 5;

/** What there is to say of one operating system's image, in lines. */
export function describeImage(
  os: Os,
  { id, name, owner }: AwsImage,
  { pinned, newer }: LookedUp,
  now: Date,
): string[] {
  return [
    `${os}: ${id} is pinned`,
    ...(pinned === undefined
      ? ["  AWS does not show it to this account: a machine that is made anew would not start"]
      : [`  ${pinned.name}`, `  ${ages(pinned, now)}`]),
    ...(newer === undefined
      ? [
          `  newer ones cannot be looked up: write ${[
            ...(name === undefined ? ["its name, with * for what newer ones have in its place"] : []),
            ...(owner === undefined ? ["its owner"] : []),
          ].join(" and ")} beside the id, such as ${examples[os]}`,
        ]
      : newer.length === 0
        ? [`  nothing newer of ${owner ?? ""} is called ${name ?? ""}`]
        : [
            `  newer, the newest first:`,
            ...newer.slice(0, shown).map((image) => `    ${image.id}  ${day(image.made)}  ${image.name}`),
            ...(newer.length > shown ? [`    and ${newer.length - shown} more`] : []),
          ]),
  ];
}

const examples: Readonly<Record<Os, string>> = {
  linux: '{ name: ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*, owner: "099720109477" }',
  windows: "{ name: Windows_Server-2022-English-Core-Base-*, owner: amazon }",
};

function ages({ made, deprecated }: FoundImage, now: Date): string {
  const days = Math.floor((now.getTime() - made.getTime()) / 86_400_000);
  const age = days <= 0 ? "today" : days === 1 ? "1 day ago" : `${days} days ago`;
  const end =
    deprecated === undefined
      ? ""
      : deprecated <= now
        ? `; its owner advises against it since ${day(deprecated)}`
        : `; its owner advises against it from ${day(deprecated)} on`;
  return `made on ${day(made)}, ${age}${end}`;
}

const day = (date: Date): string => date.toISOString().slice(0, 10);
