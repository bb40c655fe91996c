import * as pulumi from "@pulumi/pulumi";
import { createAws } from "../../../components/aws/index.ts";
import { plan } from "../../../components/plan/index.ts";
import { edited, sound } from "../../support/config.ts";
import { record, type Recorded } from "../../support/record.ts";
import { parseEnvironment } from "../../../stacks/config.ts";
import { parseStackFile, readStackFile } from "../../../stacks/config/file.ts";
import type { Environment } from "../../../components/plan/index.ts";

export interface Options {
  readonly preview?: boolean;
  readonly held?: readonly string[];
  /** Told of each resource that inherits what is asked of the environment. */
  readonly inherited?: (name: string) => void;
}

/** What an environment asks AWS for. */
export function recordAws(environment: Environment, { preview = false, held = [], inherited }: Options = {}) {
  return record(
    () => {
      const transformations =
        inherited === undefined
          ? []
          : [
              ({ type, name }: pulumi.ResourceTransformationArgs) => {
                inherited(`${type} ${name}`);
                return undefined;
              },
            ];
      const parent = new pulumi.ComponentResource("test:index:Parent", "parent", {}, { transformations });
      createAws(plan(environment), parent, new Set(held));
    },
    { preview },
  );
}

/** The sound configuration on AWS with these edits. */
export const onAws = (edits: Readonly<Record<string, unknown>> = {}): Environment =>
  parseEnvironment("sample", edited(edits, sound()));

export const committed = async (name: string, target?: string): Promise<Environment> => {
  const file = await readStackFile(name);
  return parseStackFile(
    target === undefined
      ? file
      : { ...file, text: file.text.replace(/bulkhead:target: \w+/, `bulkhead:target: ${target}`) },
  );
};

/** Those of a kind, such as `ec2/subnet:Subnet`, by their names. */
export const ofKind = (all: readonly Recorded[], kind: string): Map<string, Recorded["inputs"]> =>
  new Map(all.filter(({ type }) => type === `aws:${kind}`).map(({ name, inputs }) => [name, inputs]));

/** What differs between two records: names with their kinds. */
export function changes(before: readonly Recorded[], after: readonly Recorded[]): string[] {
  const key = ({ type, name }: Recorded) => `${type.replace(/^aws:\w+\/?\w*:/, "")} ${name}`;
  const old = new Map(before.map((one) => [key(one), JSON.stringify(one.inputs)]));
  const now = new Map(after.map((one) => [key(one), JSON.stringify(one.inputs)]));
  return [
    ...[...now.keys()].filter((name) => !old.has(name)).map((name) => `+ ${name}`),
    ...[...old.keys()].filter((name) => !now.has(name)).map((name) => `- ${name}`),
    ...[...now]
      .filter(([name, inputs]) => old.has(name) && old.get(name) !== inputs)
      .map(([name]) => `~ ${name}`),
  ].sort();
}
