import type { Octokit, RestEndpointMethodTypes } from "@octokit/rest";
import { marker } from "./body.ts";
import type { Client } from "./client.ts";
import { isHttpError } from "./refusal.ts";

export type Comment = RestEndpointMethodTypes["issues"]["listComments"]["response"]["data"][number];

/**
 * What tells this command's own comments from those of others. Anybody can quote the marker, and a token that may write
 * may change anybody's comment, so the author counts: GraphQL's `viewer`, since it also answers GitHub Actions'
 * GITHUB_TOKEN, to which `GET /user` is closed. Where even that is, what counts is that a bot wrote it, which nobody
 * can who opens or reviews a pull request.
 */
export async function ownComments({ octokit, say }: Client): Promise<(comment: Comment) => boolean> {
  const login = await viewer(octokit);
  if (login === undefined)
    say(
      "GitHub does not tell whose the token is: a comment with the marker counts as its own where a bot wrote it",
    );
  return ({ body, user }) =>
    body?.startsWith(marker) === true && (login === undefined ? user?.type === "Bot" : user?.login === login);
}

async function viewer(octokit: Octokit): Promise<string | undefined> {
  try {
    const answer = await octokit.graphql<{ viewer: { login: string } }>("query { viewer { login } }");
    return answer.viewer.login;
  } catch (error) {
    const refused = isHttpError(error)
      ? (error.status === 403 || error.status === 404) && !/\brate\b/i.test(error.message)
      : error instanceof Error && error.name === "GraphqlResponseError";
    if (refused) return undefined;
    throw error;
  }
}
