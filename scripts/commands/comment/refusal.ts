/** What the client throws for an answer that is an error, and with 500 for none at all. */
export interface HttpError extends Error {
  readonly status: number;
  readonly response?: {
    readonly headers: Readonly<Record<string, string | number | undefined>>;
    readonly data: unknown;
  };
}

export const isHttpError = (error: unknown): error is HttpError =>
  error instanceof Error && error.name === "HttpError" && "status" in error;

/** Where a request may have been carried out nevertheless. */
export const isAnswerLost = (error: unknown): boolean => isHttpError(error) && error.status >= 500;

export const isGone = (error: unknown): boolean =>
  isHttpError(error) && (error.status === 404 || error.status === 410);

export const isTooLong = (error: unknown): boolean =>
  isHttpError(error) && error.status === 422 && /\btoo long\b/i.test(error.message);

/** What was asked of whom, for messages. */
export interface Asked {
  readonly api: string;
  readonly repository: string;
  /** `pull request 7 of owner/name`, once that is known. */
  readonly pullRequest?: string;
}

/** The error for people; what is no answer of GitHub's stays as it is. */
export function explain(error: unknown, asked: Asked): unknown {
  return isHttpError(error) ? new Error(messageFor(error, asked)) : error;
}

function messageFor(error: HttpError, { api, repository, pullRequest }: Asked): string {
  const said = `GitHub says ${JSON.stringify(answerOf(error))}`;
  const where = pullRequest ?? repository;
  if (error.response === undefined)
    return `${api} cannot be reached, or the connection was cut each time: ${error.message || reasonOf(error)}. Check GITHUB_API_URL and the network, or run it again`;
  if (isLimit(error))
    return `GitHub takes no more requests of this token for now${untilWhen(error)}, and this has waited long enough: run it again later. ${said}`;
  switch (error.status) {
    case 401:
      return `${api} refuses the token in GITHUB_TOKEN: it has expired, was revoked, or is another server's. ${said}`;
    case 403:
      return /\blocked\b/i.test(error.message)
        ? `${where} is locked, and this token may not comment on what is locked. Unlock the conversation, or leave it without a comment. ${said}`
        : `the token in GITHUB_TOKEN may not do this in ${repository}: it needs the permission \`pull-requests: write\`. ${said}\n` +
            "  In a workflow write it under `permissions:` of the job. The workflow of a fork's pull request never gets it:\n" +
            "  there a job of its own has to post the report, on: workflow_run.";
    case 404:
      return `there is no ${where} at ${api}, or the token in GITHUB_TOKEN may not see it: it needs the permission \`pull-requests: write\` there. ${said}`;
    default:
      return error.status >= 500
        ? `GitHub failed each time (${error.status}): run it again later. ${said}`
        : `GitHub does not do this on ${where} (${error.status}). ${said}`;
  }
}

function isLimit({ status, message, response }: HttpError): boolean {
  if (status === 429) return true;
  return (
    status === 403 &&
    (/\bsecondary rate\b/i.test(message) || response?.headers["x-ratelimit-remaining"] === "0")
  );
}

function untilWhen({ response }: HttpError): string {
  const { "retry-after": after, "x-ratelimit-reset": reset } = response?.headers ?? {};
  if (after !== undefined) return ` and asks to wait ${after} s`;
  const time = new Date(Number(reset) * 1000);
  return Number.isNaN(time.valueOf()) ? "" : ` and asks to wait until ${time.toISOString()}`;
}

/** A proxy answers with a page: its beginning does. */
const answerOf = ({ message }: HttpError): string =>
  message.length > 300 ? `${message.slice(0, 300)}...` : message;

/** Where a host has several addresses, the reason for all is empty. */
function reasonOf({ cause }: Error): string {
  const inner = cause instanceof Error ? (cause.cause ?? cause) : cause;
  return inner instanceof Error && "code" in inner ? String(inner.code) : "no answer";
}
