import { connect, type Pace } from "../../../scripts/commands/comment/client.ts";
import { post, type Posting } from "../../../scripts/commands/comment/post.ts";
import type { FakeGitHub } from "../../support/github.ts";

/** Nothing waits: a second is no time, and writes follow each other at once. */
const pace: Pace = {
  second: 0.001,
  writes: {
    key: () => ({
      schedule: (_options: object, job: (...args: unknown[]) => unknown, ...args: unknown[]) => job(...args),
    }),
  } as unknown as NonNullable<Pace["writes"]>,
};

export interface Given extends Partial<Posting> {
  readonly token?: string;
  readonly commit?: string;
  readonly render?: (limit: number) => string;
}

/** Posts a report through the real client; `said` takes what is said meanwhile. */
export function posted(github: FakeGitHub, given: Given = {}, said: string[] = []): Promise<string> {
  const { token = github.token, commit, render = () => "nothing changes", api = github.url } = given;
  const client = connect({ token, api, say: (line) => said.push(line), pace });
  const posting = {
    api,
    repository: { owner: "company", repo: "platform" },
    wanted: { number: 7 },
    ...given,
  };
  return post(client, posting, commit === undefined ? {} : { commit }, render);
}
