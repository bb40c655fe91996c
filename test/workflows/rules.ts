// What a workflow of this repository has to be, beside what GitHub takes.

export interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

export interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: { readonly "cancel-in-progress"?: unknown };
  readonly environment?: unknown;
  readonly "timeout-minutes"?: number;
  readonly steps: readonly Step[];
}

export interface Workflow {
  readonly name: string;
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: { readonly "cancel-in-progress"?: unknown };
  readonly jobs: Readonly<Record<string, Job>>;
}

/** All that each job may have, by workflow and job. */
const rights: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "check/check": {},
  "preview/preview": { contents: "read", "id-token": "write" },
  "preview/comment": { contents: "read", "pull-requests": "write" },
  "preview of a fork/preview": { contents: "read" },
  "comment on a fork's preview/comment": { actions: "read", contents: "read", "pull-requests": "write" },
  "up/up": { contents: "read", "id-token": "write" },
};

/** Why a workflow must not be merged. */
export function problemsOf(text: string, { name, on, permissions, concurrency, jobs }: Workflow): string[] {
  const problems: string[] = [];
  if ("pull_request_target" in on) problems.push("pull_request_target runs a change with rights");
  if (permissions === undefined || Object.values(permissions).some((right) => right !== "read"))
    problems.push("its top-level permissions give every job rights");
  for (const [, uses = "", comment = ""] of text.matchAll(/^\s*(?:- )?uses: (\S+)(.*)$/gm)) {
    if (!/@[0-9a-f]{40}$/.test(uses)) problems.push(`${uses} is not pinned by a commit's hash`);
    else if (!/^ # v\d+\.\d+\.\d+$/.test(comment)) problems.push(`${uses} does not say its version`);
  }
  for (const [job, one] of Object.entries(jobs)) problems.push(...problemsOfJob(name, job, one));
  if ("pull_request" in on && concurrency?.["cancel-in-progress"] === false)
    problems.push("a preview that is outdated goes on");
  if (name === "preview of a fork" && /\bsecrets\./.test(text))
    problems.push("a fork's job is given a secret");
  return problems;
}

function problemsOfJob(workflow: string, name: string, job: Job): string[] {
  const allowed = rights[`${workflow}/${name}`] ?? {};
  const problems = Object.entries(job.permissions ?? {})
    .filter(([right, level]) => allowed[right] !== level)
    .map(([right, level]) => `${workflow}/${name} may ${right}: ${level}`);
  if (job["timeout-minutes"] === undefined) problems.push(`${name} has no timeout`);
  const writes = job.permissions?.["pull-requests"] === "write";
  for (const { uses, run, with: inputs } of job.steps) {
    // Only what nobody outside can choose is written into a script.
    if (run !== undefined && run.includes('${{'))
      problems.push(`an expression becomes a part of a script: ${run}`);
    if (uses?.startsWith("actions/checkout@") !== true) continue;
    if (inputs?.["persist-credentials"] !== false)
      problems.push(`a checkout of ${name} has no persist-credentials: false`);
    const ref = typeof inputs?.["ref"] === "string" ? inputs["ref"] : "";
    if (writes && !/base\.sha|default_branch/.test(ref))
      problems.push(`${name} may comment and checks out the change`);
  }
  if (workflow === "up") {
    if (job.environment === undefined) problems.push(`${name} goes on without an approval`);
    if (job.concurrency?.["cancel-in-progress"] !== false) problems.push(`${name} can be cancelled`);
  }
  return problems;
}
