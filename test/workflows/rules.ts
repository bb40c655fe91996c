import { parse } from "yaml";
import { problemsOfRights, writes, type Permissions } from "./rights.ts";

// What a workflow of this repository has to be, beside what GitHub takes.

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly if?: string;
  readonly uses?: string;
  readonly permissions?: Permissions;
  readonly concurrency?: Concurrency;
  readonly environment?: unknown;
  readonly "timeout-minutes"?: number;
  readonly steps?: readonly Step[];
}

interface Concurrency {
  readonly group: string;
  readonly "cancel-in-progress"?: unknown;
}

interface Workflow {
  readonly name: string;
  readonly on: string | readonly string[] | Readonly<Record<string, unknown>>;
  readonly permissions?: Permissions;
  readonly concurrency?: Concurrency;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** Why a workflow must not be merged. */
export function problemsOf(text: string): string[] {
  const workflow = parse(text) as Workflow;
  const events = eventsOf(workflow);
  return [
    ...(events.includes("pull_request_target") ? ["pull_request_target runs a change with rights"] : []),
    ...problemsOfRights(workflow.name, workflow.permissions, workflow.jobs),
    ...problemsOfPins(text, workflow),
    ...(events.includes("pull_request") ? problemsOfPullRequests(text, workflow) : []),
    ...problemsOfArtifacts(workflow),
    ...Object.entries(workflow.jobs).flatMap(([name, job]) => [
      ...problemsOfJob(name, job),
      ...(writes(job.permissions) ? problemsOfWriting(name, job) : []),
      ...(scriptsOf(job).some((run) => run.includes("scripts/up")) ? problemsOfUp(name, job, events) : []),
    ]),
  ];
}

const eventsOf = ({ on }: Workflow): readonly string[] =>
  typeof on === "string" ? [on] : isList(on) ? on : Object.keys(on);

const isList = (value: Workflow["on"]): value is readonly string[] => Array.isArray(value);

const stepsOf = ({ steps }: Job): readonly Step[] => steps ?? [];

const stepsUsing = (job: Job, action: string): readonly Step[] =>
  stepsOf(job).filter(({ uses }) => uses?.startsWith(`actions/${action}`) === true);

const input = (step: Step, name: string): string => {
  const value = step.with?.[name];
  return typeof value === "string" ? value : "";
};

/** All that is run as a script, whoever runs it. */
const scriptsOf = (job: Job): readonly string[] =>
  stepsOf(job).flatMap((step) => [step.run ?? "", input(step, "script")].filter((run) => run !== ""));

function problemsOfPins(text: string, { jobs }: Workflow): string[] {
  const lines = text.split("\n").map((line) => line.trim().replace(/^- /, ""));
  return Object.values(jobs)
    .flatMap((job) => [job.uses, ...stepsOf(job).map(({ uses }) => uses)])
    .filter((uses) => uses !== undefined)
    .flatMap((uses) => {
      if (!/@[0-9a-f]{40}$/.test(uses)) return [`${uses} is not pinned by a commit's hash`];
      const said = lines.some(
        (line) =>
          line.startsWith(`uses: ${uses} `) && /^ # v\d+\.\d+\.\d+$/.test(line.slice(6 + uses.length)),
      );
      return said ? [] : [`${uses} does not say its version`];
    });
}

/** A change's own code runs in all of these, so they hold nothing that is worth taking. */
function problemsOfPullRequests(text: string, { name, concurrency, jobs }: Workflow): string[] {
  const problems: string[] = [];
  if (/\bsecrets\b/.test(text.replaceAll(/^\s*#.*$/gm, ""))) problems.push("a change is given a secret");
  if ((concurrency?.["cancel-in-progress"] ?? false) === false)
    problems.push("a preview that is outdated goes on");
  else if (!/pull_request\.number|github\.ref\b/.test(concurrency?.group ?? ""))
    problems.push("a preview cancels that of another pull request");
  for (const [job, one] of Object.entries(jobs)) {
    const from = "github.event.pull_request.head.repo.full_name == github.repository";
    if (
      typeof one.permissions === "object" &&
      "id-token" in one.permissions &&
      one.if?.includes(from) !== true
    )
      problems.push(`${job} lets a fork log in`);
    for (const run of scriptsOf(one))
      if (name.includes("fork") && run.includes("scripts/preview") && !run.includes("--offline"))
        problems.push(`${job} previews a fork's change with credentials`);
  }
  return problems;
}

function problemsOfJob(name: string, job: Job): string[] {
  const problems = scriptsOf(job)
    .filter((run) => run.includes("${{"))
    .map((run) => `an expression becomes a part of a script: ${run}`);
  if (job["timeout-minutes"] === undefined) problems.push(`${name} has no timeout`);
  for (const step of stepsUsing(job, "checkout@"))
    if (step.with?.["persist-credentials"] !== false)
      problems.push(`a checkout of ${name} has no persist-credentials: false`);
  return problems;
}

/** What nobody who only proposes a change has written. */
const trusted = [
  "${{ github.event.pull_request.base.sha }}",
  "${{ github.event.repository.default_branch }}",
];

/** A job whose token may write runs nothing that the change, or a job that ran it, has left. */
function problemsOfWriting(name: string, job: Job): string[] {
  const problems: string[] = [];
  for (const step of stepsUsing(job, "checkout@"))
    if (!trusted.includes(input(step, "ref")) || input(step, "repository") !== "")
      problems.push(`${name} may write and checks out the change`);
  for (const run of scriptsOf(job))
    if (!run.startsWith("scripts/comment "))
      problems.push(`${name} may write and runs more than it has to: ${run}`);
  for (const step of stepsUsing(job, "download-artifact@"))
    if (!input(step, "path").startsWith("${{ runner.temp }}/"))
      problems.push(`${name} may write and puts an artifact among what it runs`);
  if (
    stepsUsing(job, "cache").length +
      stepsUsing(job, "setup-").filter((step) => input(step, "cache") !== "").length >
    0
  )
    problems.push(`${name} may write and runs what a cache holds`);
  return problems;
}

function problemsOfUp(name: string, job: Job, events: readonly string[]): string[] {
  const problems: string[] = [];
  if (events.some((event) => event.startsWith("pull_request")))
    problems.push(`${name} brings up what is not merged`);
  if (job.if?.includes("github.ref == 'refs/heads/main'") !== true)
    problems.push(`${name} brings up a branch that is not merged`);
  if (job.environment === undefined) problems.push(`${name} goes on without an approval`);
  if (job.concurrency === undefined) problems.push(`${name} runs beside itself`);
  else if (job.concurrency["cancel-in-progress"] !== false) problems.push(`${name} can be cancelled`);
  return problems;
}

function problemsOfArtifacts({ jobs }: Workflow): string[] {
  const uploads = Object.values(jobs).flatMap((job) => stepsUsing(job, "upload-artifact@"));
  const names = uploads.map((step) => input(step, "name"));
  const problems = names
    .filter((one, index) => names.indexOf(one) < index)
    .map((one) => `two artifacts are called ${one}`);
  for (const { with: inputs } of uploads) {
    const days = inputs?.["retention-days"];
    if (typeof days !== "number" || days > 14) problems.push("an artifact is kept for longer than two weeks");
    // Else running a job again would fail, since the run has such an artifact already.
    if (inputs?.["overwrite"] !== true) problems.push("an artifact stands in the way of a second attempt");
  }
  return problems;
}
