import { retry } from "@octokit/plugin-retry";
import { throttling, type ThrottlingOptions } from "@octokit/plugin-throttling";
import { Octokit } from "@octokit/rest";
import { isHttpError } from "./refusal.ts";

type Queue = NonNullable<Exclude<ThrottlingOptions, { enabled: false }>["write"]>;

/** How long things take; tests do not wait. */
export interface Pace {
  /** What a second lasts, in milliseconds. */
  readonly second: number;
  /** What spaces out writes, instead of the 1 and 3 seconds of plugin-throttling. */
  readonly writes?: Queue;
}

export interface Access {
  readonly token: string;
  readonly api: string;
  readonly say: (line: string) => void;
  readonly pace?: Pace;
}

/** GitHub's own client, and how long it is to wait before something is tried again. */
export interface Client {
  readonly octokit: Octokit;
  readonly say: (line: string) => void;
  readonly pause: (seconds: number) => Promise<void>;
}

/** Longer waits are left to people: a job that sleeps for an hour costs an hour. */
export const longestWait = 300;
const mostWaits = 3;

export function connect({ token, api, say, pace = { second: 1000 } }: Access): Client {
  const wait = (what: string) => (seconds: number, _options: object, _octokit: object, waits: number) => {
    const goesOn = seconds <= longestWait && waits < mostWaits;
    if (goesOn) say(`GitHub asks to wait ${seconds} s (${what}): waiting`);
    return goesOn;
  };
  const octokit = new Client({
    auth: token,
    baseUrl: api,
    // What the client would print of its own accord is told by our errors, in words.
    log: silent,
    request: { fetch: fetchWhole, log: silent },
    // 429 is a limit of requests, which throttling waits for as told; 409 is what the client takes for an empty list.
    retry: { doNotRetry: [400, 401, 403, 404, 409, 410, 422, 429, 451], retryAfterBaseValue: pace.second },
    throttle: {
      onRateLimit: wait("rate limit"),
      onSecondaryRateLimit: wait("secondary rate limit"),
      retryAfterBaseValue: pace.second,
      ...(pace.writes === undefined ? {} : { write: pace.writes, notifications: pace.writes }),
    },
  });
  const pause = (seconds: number) =>
    new Promise<void>((resolve) => {
      setTimeout(resolve, seconds * pace.second);
    });
  return { octokit, say, pause };
}

const nothing = () => undefined;
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Reads an answer to its end, so that one that is cut is asked for again: the client would take it for an empty list. */
async function fetchWhole(...asked: Parameters<typeof fetch>): Promise<Response> {
  const answer = await fetch(...asked);
  return new Response(answer.body === null ? null : await answer.arrayBuffer(), answer);
}

/**
 * plugin-throttling knows a secondary limit by these words alone, but GitHub also says it in others: what counts is
 * `retry-after`, and where that is missing too 429
 * (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit).
 */
function nameLimits({ hook }: Pick<Octokit, "hook">): void {
  hook.error("request", (error) => {
    if (isHttpError(error) && !/\bsecondary rate\b/i.test(error.message)) {
      const headers = error.response?.headers ?? {};
      const said = headers["retry-after"] !== undefined && (error.status === 403 || error.status === 429);
      if (said || (error.status === 429 && headers["x-ratelimit-remaining"] !== "0"))
        error.message += " (a secondary rate limit)";
    }
    throw error;
  });
}

/** What comes first is closest to the network. */
const Client = Octokit.plugin(nameLimits, retry, throttling);
