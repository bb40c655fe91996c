import type { Octokit } from "@octokit/rest";
import { isGone } from "./refusal.ts";

export interface Repository {
  readonly owner: string;
  readonly repo: string;
}

/** By its number, or by its head (`owner:branch`); a report on a commit is only for a head that still is that commit. */
export type Wanted =
  { readonly number: number; readonly sha?: string } | { readonly head: string; readonly sha: string };

export interface PullRequest {
  readonly number: number;
  /** Whether its head is in another repository, or in none any more. */
  readonly fromFork: boolean;
}

/** A pull request, or in words why there is none to write to, which is no error. */
export type Found = { readonly pullRequest: PullRequest } | { readonly none: string };

/** What counts of GitHub's answer; the client's types do not tell that a head's repository can be gone. */
interface Pull {
  readonly number: number;
  readonly head: {
    readonly label: string;
    readonly sha: string;
    readonly repo: { readonly id: number } | null;
  };
  readonly base: { readonly repo: { readonly id: number } };
}

export async function findPullRequest(
  octokit: Octokit,
  repository: Repository,
  wanted: Wanted,
): Promise<Found> {
  const pull =
    "number" in wanted
      ? await byNumber(octokit, repository, wanted.number)
      : await byHead(octokit, repository, wanted);
  if (pull === undefined)
    return { none: `no open pull request has the head ${"head" in wanted ? wanted.head : ""}` };
  if (wanted.sha !== undefined && pull.head.sha !== wanted.sha)
    return {
      none: `the head of pull request ${pull.number} has moved on, from ${wanted.sha} to ${pull.head.sha}, and the report is of the old one`,
    };
  return { pullRequest: { number: pull.number, fromFork: pull.head.repo?.id !== pull.base.repo.id } };
}

async function byNumber(octokit: Octokit, { owner, repo }: Repository, number: number): Promise<Pull> {
  try {
    return (await octokit.rest.pulls.get({ owner, repo, pull_number: number })).data;
  } catch (error) {
    if (!isGone(error)) throw error;
    // Fails in its own words where it is the repository that is missing.
    await octokit.rest.repos.get({ owner, repo });
    throw new Error(
      `there is no pull request ${number} in ${owner}/${repo}; the number of an issue is not one`,
      { cause: error },
    );
  }
}

async function byHead(
  octokit: Octokit,
  { owner, repo }: Repository,
  { head, sha }: { readonly head: string; readonly sha: string },
): Promise<Pull | undefined> {
  const listed: readonly Pull[] = await octokit.paginate(octokit.rest.pulls.list, {
    owner,
    repo,
    state: "open",
    head,
    per_page: 100,
  });
  // GitHub lists all pull requests where it cannot make sense of a head.
  const found = listed.filter((pull) => sameHead(pull.head.label, head));
  const current = found.filter((pull) => pull.head.sha === sha);
  if (current.length > 1)
    throw new Error(
      `the pull requests ${current.map(({ number }) => number).join(", ")} of ${owner}/${repo} have the same head, ${head}, and a report is of one: name it with --pull-request`,
    );
  return current[0] ?? found[0];
}

/** Names of owners are the same in any case, those of branches are not. */
function sameHead(one: string, other: string): boolean {
  const split = (label: string) => [label.split(":")[0]?.toLowerCase(), label.slice(label.indexOf(":"))];
  return String(split(one)) === String(split(other));
}
