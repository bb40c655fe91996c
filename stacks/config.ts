import {
  parseTraffic,
  type AwsService,
  type AwsSpec,
  type Environment,
  type ExceptionSpec,
  type GroupSpec,
  type ServiceSpec,
} from "../components/plan/index.ts";
import { draft } from "./config/draft.ts";
import { showProblem, type Problem } from "./config/problem.ts";
import { existingProblems } from "./config/rules/existing.ts";
import { awsProblems } from "./config/rules/aws.ts";
import { exceptionProblems } from "./config/rules/exceptions.ts";
import { exposureProblems } from "./config/rules/exposures.ts";
import { flowProblems } from "./config/rules/flows.ts";
import { groupProblems } from "./config/rules/groups.ts";
import { managementProblems } from "./config/rules/management.ts";
import { defaultOverlay, knownServices, networkProblems } from "./config/rules/network.ts";
import { zoneProblems } from "./config/rules/zones.ts";
import type { Config } from "./config/schema.ts";
import { written } from "./config/written.ts";

export { showProblem, type Problem };

/** The prefix of the project's keys in a stack file. */
export const prefix = "bulkhead:";

/** Thrown where a configuration cannot be used; its message lists every problem. */
export class ConfigError extends Error {
  readonly environment: string;
  readonly problems: readonly Problem[];

  constructor(
    environment: string,
    problems: readonly Problem[],
    lineOf: (problem: Problem) => number | undefined = () => undefined,
  ) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const lines = problems.map((problem) => `  ${showProblem(problem, lineOf(problem))}`);
    super([`stacks/Pulumi.${environment}.yaml has ${count}:`, ...lines].join("\n"));
    this.name = "ConfigError";
    this.environment = environment;
    this.problems = problems;
  }
}

/** The project's keys of what Pulumi hands to a program: text, with objects and lists as JSON. */
export function fromPulumi(values: Readonly<Record<string, string>>): Record<string, unknown> {
  return ownKeys(values, (value) => {
    if (!/^[[{]/.test(value)) return value;
    try {
      return JSON.parse(value) as unknown;
    } catch {
      return value;
    }
  });
}

/** The project's keys of a stack file's `config`. */
export const fromFile = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  ownKeys(values, (value) => value);

const ownKeys = <T>(
  values: Readonly<Record<string, T>>,
  read: (value: T) => unknown,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), read(value)]),
  );

/** Reads one environment; throws a ConfigError with every problem that there is. */
export function parseEnvironment(name: string, raw: Readonly<Record<string, unknown>>): Environment {
  const result = checkEnvironment(name, raw);
  if ("problems" in result) throw new ConfigError(name, result.problems);
  return result.environment;
}

/** Reads one environment, or tells every problem that there is. */
export function checkEnvironment(
  name: string,
  raw: Readonly<Record<string, unknown>>,
): { environment: Environment } | { problems: Problem[] } {
  const { draft: sound, problems: shape } = draft(raw);
  const names = written(raw);
  const problems = [
    ...shape,
    ...networkProblems(sound),
    ...managementProblems(sound),
    ...zoneProblems(sound, names),
    ...groupProblems(sound, names),
    ...flowProblems(sound, names),
    ...exceptionProblems(sound, names),
    ...existingProblems(sound, names),
    ...exposureProblems(sound),
    ...awsProblems(name, sound, Object.hasOwn(raw, "aws")),
  ];
  return problems.length > 0 ? { problems } : { environment: toEnvironment(name, sound as Config) };
}

function toEnvironment(name: string, config: Config): Environment {
  const { target, engine, network, management, machines, aws, zones, groups } = config;
  const { flows, exceptions, expiresAfter } = config;
  return {
    name,
    target,
    engine,
    network: {
      ...network,
      overlay: network.overlay ?? defaultOverlay(target),
      services: Object.fromEntries(
        Object.entries(network.services).map(([key, service]) => [key, toService(key, service)]),
      ),
    },
    management,
    machines,
    ...(aws === undefined ? {} : { aws: toAws(name, aws) }),
    zones: Object.fromEntries(
      Object.entries(zones).map(([key, zone]) => [key, { ...zone, slot: zone.slot ?? 0 }]),
    ),
    groups: Object.fromEntries(Object.entries(groups).map(([key, group]) => [key, toGroup(group)])),
    flows,
    exceptions: exceptions.map(toException),
    ...(expiresAfter === undefined ? {} : { expiresAfterHours: hours(expiresAfter) }),
  };
}

function toService(
  name: string,
  { addresses, traffic, why }: Config["network"]["services"][string],
): ServiceSpec {
  const known = knownServices[name];
  return {
    addresses,
    traffic: traffic ?? known?.traffic.map(parseTraffic) ?? [],
    why: why ?? known?.why ?? name,
  };
}

function toAws(name: string, { images, ...aws }: NonNullable<Config["aws"]>): AwsSpec {
  const { linux, windows } = images;
  const store: readonly AwsService[] = aws.secretStore === "secrets-manager" ? ["secretsmanager"] : [];
  return {
    ...aws,
    clusterId: aws.clusterId ?? name,
    endpoints: aws.endpoints ?? ["ssm", "ssmmessages", ...store],
    images: {
      ...(linux === undefined ? {} : { linux: { ...linux, family: linux.family ?? "ubuntu" } }),
      ...(windows === undefined ? {} : { windows: { ...windows, family: "windows" } }),
    },
  };
}

function toGroup({ namespaces, collections, ...group }: Config["groups"][string]): GroupSpec {
  const [only = ""] = Object.keys(collections);
  return {
    ...group,
    collections,
    namespaces: Object.fromEntries(
      Object.entries(namespaces).map(([name, namespace]) => [
        name,
        { ...namespace, collection: namespace.collection ?? only },
      ]),
    ),
  };
}

function toException({ finding, from, to, traffic, ...about }: Config["exceptions"][number]): ExceptionSpec {
  if (finding !== undefined) return { kind: "finding", finding, ...about };
  return { kind: "flow", from: from ?? "", to: to ?? "", traffic: traffic ?? [], ...about };
}

const hours = (text: string): number => Number.parseInt(text) * (text.endsWith("d") ? 24 : 1);
