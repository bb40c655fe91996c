import { ownComments, type Comment } from "./author.ts";
import { longest, sameBody } from "./body.ts";
import type { Client } from "./client.ts";
import type { Repository } from "./pullRequest.ts";
import { isAnswerLost, isGone, isTooLong } from "./refusal.ts";

export interface Kept {
  readonly did: "made" | "updated" | "left as it is";
  readonly url: string;
  /** How many comments were deleted that an earlier race had left. */
  readonly deleted: number;
}

const attempts = 4;

/** The one comment on a pull request that this command keeps. */
export class StickyComment {
  private readonly client: Client;
  private readonly repository: Repository;
  private readonly issue_number: number;

  constructor(client: Client, repository: Repository, number: number) {
    this.client = client;
    this.repository = repository;
    this.issue_number = number;
  }

  /** Writes what `body` makes within a limit, which gets smaller for as long as GitHub says that it is too long. */
  async keep(body: (limit: number) => string): Promise<Kept> {
    const isOwn = await ownComments(this.client);
    let limit = longest;
    for (let attempt = 1; ; attempt++) {
      const text = body(limit);
      try {
        return await this.write(text, isOwn);
      } catch (error) {
        if (!isTooLong(error) || attempt === attempts) throw error;
        limit = Math.floor((Math.min(limit, text.length) * 3) / 4);
        this.client.say(`GitHub finds ${text.length} characters too long: trying again within ${limit}`);
      }
    }
  }

  /** Each attempt looks at what is there first, so that what a lost answer made is found and not made twice. */
  private async write(body: string, isOwn: (comment: Comment) => boolean): Promise<Kept> {
    const gone = new Set<number>();
    let tried = false;
    for (let attempt = 1; ; attempt++) {
      const [oldest, ...later] = (await this.list()).filter((one) => isOwn(one) && !gone.has(one.id));
      try {
        if (oldest === undefined) {
          tried = true;
          return { did: "made", url: await this.make(body), deleted: 0 };
        }
        const isSame = sameBody(oldest.body ?? "", body);
        if (!isSame) await this.update(oldest.id, body);
        const deleted = await this.delete(later.filter(({ user }) => user?.id === oldest.user?.id));
        return {
          did: !isSame ? "updated" : tried ? "made" : "left as it is",
          url: oldest.html_url,
          deleted,
        };
      } catch (error) {
        if (attempt === attempts) throw error;
        if (oldest !== undefined && isGone(error)) gone.add(oldest.id);
        else if (oldest === undefined && isAnswerLost(error)) {
          this.client.say("GitHub did not say whether it made the comment: looking before trying again");
          await this.client.pause(attempt ** 2);
        } else throw error;
      }
    }
  }

  /** The oldest first. */
  private async list(): Promise<Comment[]> {
    const { octokit } = this.client;
    const comments = await octokit.paginate(octokit.rest.issues.listComments, {
      ...this.repository,
      issue_number: this.issue_number,
      per_page: 100,
    });
    return comments.sort((a, b) => a.id - b.id);
  }

  private async make(body: string): Promise<string> {
    const { data } = await this.client.octokit.rest.issues.createComment({
      ...this.repository,
      issue_number: this.issue_number,
      body,
      request: { retries: 0 },
    });
    return data.html_url;
  }

  private async update(comment_id: number, body: string): Promise<void> {
    await this.client.octokit.rest.issues.updateComment({ ...this.repository, comment_id, body });
  }

  private async delete(comments: readonly Comment[]): Promise<number> {
    for (const { id } of comments)
      await this.client.octokit.rest.issues
        .deleteComment({ ...this.repository, comment_id: id })
        .catch((error: unknown) => {
          // Another run, or the first try of this one, was faster.
          if (!isGone(error)) throw error;
        });
    return comments.length;
  }
}
