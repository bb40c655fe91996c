import type { Report } from "../preview/report/index.ts";
import { bodyOf } from "./body.ts";
import type { Client } from "./client.ts";
import { findPullRequest, type Repository, type Wanted } from "./pullRequest.ts";
import { explain } from "./refusal.ts";
import { StickyComment, type Kept } from "./sticky.ts";

export interface Posting {
  readonly api: string;
  readonly repository: Repository;
  readonly wanted: Wanted;
  readonly artifactUrl?: string;
}

/** Puts a report on its pull request, and says in words what came of it. Which one that is, the report has no say in. */
export async function post(
  client: Client,
  { api, repository, wanted, artifactUrl }: Posting,
  report: Pick<Report, "commit">,
  render: (limit: number) => string,
): Promise<string> {
  if (wanted.sha !== undefined && report.commit !== wanted.sha)
    throw new Error(
      `the report is of ${report.commit ?? "no commit that it names"} and not of ${wanted.sha}: it is an older run's, or somebody else's. Nothing was written`,
    );
  const name = `${repository.owner}/${repository.repo}`;
  let pullRequest: string | undefined;
  try {
    const found = await findPullRequest(client.octokit, repository, wanted);
    if ("none" in found) return `nothing to write in ${name}: ${found.none}`;
    const { number, fromFork } = found.pullRequest;
    pullRequest = `pull request ${number} of ${name}`;
    const body = bodyOf(render, { fromFork, ...(artifactUrl === undefined ? {} : { artifactUrl }) });
    return describe(await new StickyComment(client, repository, number).keep(body), pullRequest);
  } catch (error) {
    throw explain(error, {
      api,
      repository: `repository ${name}`,
      ...(pullRequest === undefined ? {} : { pullRequest }),
    });
  }
}

function describe({ did, url, deleted }: Kept, pullRequest: string): string {
  const why = did === "left as it is" ? ", since it says the same already" : "";
  const duplicates = deleted === 0 ? "" : `; deleted ${deleted} more that an earlier race had left`;
  return `${did}: the comment on ${pullRequest}${why}${duplicates}. ${url}`;
}
