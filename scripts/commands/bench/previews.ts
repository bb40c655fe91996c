import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import {
  parseReport,
  toHtml,
  toMarkdown,
  type Report,
  type ResourceChange,
} from "../preview/report/index.ts";
import { median, spread } from "./figures.ts";

const root = path.resolve(import.meta.dirname, "../../..");
/** Those that have a target. */
const environments = ["dev", "dev-tiers", "test"];

/** Previews side by side against each alone, the report of a large change, and a fork's preview in a new clone. */
export function measurePreviews(runs: number, folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  return [...sideBySide(runs, folder), ...largeReport(runs), forked(runs, folder)];
}

interface Took {
  /** Milliseconds. */
  readonly wall: number;
  readonly cpu: number;
}

/** By turns, since a machine's speed drifts; each round compares with the times of its own. */
function sideBySide(runs: number, folder: string): string[] {
  const preview = (...names: readonly string[]) => offline(root, folder, names);
  preview(...environments);
  const rounds = Array.from({ length: runs }, () => ({
    all: preview(...environments),
    alone: environments.map((name) => preview(name)),
  }));
  const bound = ({ alone }: (typeof rounds)[number]) =>
    Math.max(
      ...alone.map(({ wall }) => wall),
      alone.reduce((sum, { cpu }) => sum + cpu, 0) / availableParallelism(),
    );
  const ratios = rounds.map((round) => round.all.wall / bound(round));
  return [
    `all ${environments.length} side by side       ${spread(rounds.map(({ all }) => all.wall))}`,
    ...environments.map(
      (name, index) =>
        `${name.padEnd(10)} alone          ${spread(rounds.map(({ alone }) => alone[index]?.wall ?? 0))}`,
    ),
    `the larger of the slowest and the processor's time by cores: all takes ${median(ratios).toFixed(2)} times that`,
  ];
}

function offline(cwd: string, folder: string, args: readonly string[]): Took {
  const begin = performance.now();
  // The shell tells what its children have used of the processor, in its second line.
  const { status, stdout, stderr } = spawnSync(
    "sh",
    [
      "-c",
      'scripts/preview --offline "$@" --output "$0" >&2; code=$?; times; exit $code',
      path.join(folder, "report"),
      ...args,
    ],
    { cwd, encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`scripts/preview failed:\n${stderr}`);
  const wall = performance.now() - begin;
  const used = [...(stdout.trim().split("\n")[1] ?? "").matchAll(/(\d+)m([\d.]+)s/g)];
  const cpu = used.reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000,
    0,
  );
  return { wall, cpu };
}

/** A report of as many changed resources, rendered in each form and read again. */
function largeReport(runs: number): string[] {
  const report = reportOf(2000);
  const forms = {
    markdown: () => toMarkdown(report),
    html: () => toHtml(report),
    json: () => JSON.stringify(parseReport("report", JSON.stringify(report))),
  };
  return Object.entries(forms).map(([name, make]) => {
    const times = Array.from({ length: runs }, () => {
      const begin = performance.now();
      make();
      return performance.now() - begin;
    });
    return `2,000 changes as ${name.padEnd(10)}   ${spread(times)}, ${make().length.toLocaleString("en-US")} characters`;
  });
}

function reportOf(count: number): Report {
  const changes = Array.from({ length: count }, (_, index): ResourceChange => ({
    op: index % 7 === 0 ? "replace" : "update",
    name: `rule-${index}`,
    type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    properties: Array.from({ length: 5 }, (_unused, at) => ({
      path: `tags["key-${at}"]`,
      old: JSON.stringify(`what was written before, ${index}`),
      new: JSON.stringify(`what is written now, ${index}`),
      replaces: at === 0 && index % 7 === 0,
    })),
  }));
  return {
    version: 1,
    made: "2026-11-28T00:00:00Z",
    offline: true,
    environments: [
      {
        name: "test",
        target: "aws",
        outcome: "previewed",
        against: { kind: "state", text: "its state" },
        failures: [],
        risks: [],
        limits: [],
        counts: { create: 0, update: count, replace: 0, delete: 0, same: 0 },
        groups: Array.from({ length: 20 }, (_, at) => ({
          group: `group-${at}`,
          components: [
            { name: "SecurityGroups firewall", changes: changes.filter((_one, index) => index % 20 === at) },
          ],
        })),
        maps: [],
        notes: [],
      },
    ],
    untouched: [],
  };
}

/** As a pull request's job does it: a new clone, and the tools from the cache. */
function forked(runs: number, folder: string): string {
  const times = Array.from({ length: runs }, (_, index) => {
    const clone = path.join(folder, `clone-${index}`);
    const begin = performance.now();
    const { status, stderr } = spawnSync("git", ["clone", "--quiet", root, clone], { encoding: "utf8" });
    if (status !== 0) throw new Error(`git clone failed:\n${stderr}`);
    offline(clone, folder, []);
    return performance.now() - begin;
  });
  return `a new clone, all of it, offline   ${spread(times)}`;
}
