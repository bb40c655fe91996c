import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterwards } from "./afterwards.ts";

export interface Author {
  readonly id: number;
  readonly login: string;
  readonly type: "User" | "Bot";
}

export const actions: Author = { id: 41898282, login: "github-actions[bot]", type: "Bot" };
export const someone: Author = { id: 7, login: "someone", type: "User" };

export interface Pull {
  number: number;
  state: "open" | "closed";
  locked: boolean;
  head: { label: string; sha: string; repo: { id: number } | null };
  base: { repo: { id: number } };
}

export interface IssueComment {
  id: number;
  issue: number;
  user: Author;
  body: string;
  html_url: string;
}

/** An answer, or what becomes of the connection: `cut` before anything is done, `lost` after it, `short` within the answer. */
type Answer =
  "cut" | "lost" | "short" | { status: number; message: string; headers?: Record<string, string> };

/** What GitHub's REST API does, as far as comments on the pull requests of company/platform need it. */
export class FakeGitHub {
  readonly token = "ghs_0123456789abcdefTOKEN";
  url = "";
  viewer: Author | undefined = actions;
  mayWrite = true;
  longest = 65_536;
  readonly pulls: Pull[] = [];
  comments: IssueComment[] = [];
  /** As `POST /repos/company/platform/issues/7/comments`, in the order in which they came. */
  readonly requests: string[] = [];
  private readonly faults: { on: RegExp; answers: Answer[] }[] = [];
  private readonly hooks: { on: RegExp; action: () => void }[] = [];
  private nextId = 1000;

  static async start(): Promise<FakeGitHub> {
    const github = new FakeGitHub();
    const server = http.createServer((request, response) => {
      let text = "";
      request.on("data", (chunk: Buffer) => (text += chunk.toString()));
      request.once("end", () => github.answer(request, text, response));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    github.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    afterwards(() => {
      server.closeAllConnections();
      server.close();
    });
    return github;
  }

  /** The next requests like this are answered so, one after another. */
  fail(on: RegExp, ...answers: Answer[]): void {
    this.faults.push({ on, answers });
  }

  /** Something that somebody else does just before the first request like this. */
  before(on: RegExp, action: () => void): void {
    this.hooks.push({ on, action });
  }

  open(number: number, given: Partial<Pull> = {}): Pull {
    const head = { label: `company:change-${number}`, sha: "a".repeat(40), repo: { id: 1 } };
    const pull: Pull = { number, state: "open", locked: false, head, base: { repo: { id: 1 } }, ...given };
    this.pulls.push(pull);
    return pull;
  }

  comment(issue: number, user: Author, body: string): IssueComment {
    const id = this.nextId++;
    const made = { id, issue, user, body, html_url: `https://github.test/pull/${issue}#issuecomment-${id}` };
    this.comments.push(made);
    return made;
  }

  /** How many requests there were that changed or were to change something. */
  get writes(): readonly string[] {
    return this.requests.filter((line) => !/^GET|graphql/.test(line));
  }

  private answer(request: http.IncomingMessage, text: string, response: http.ServerResponse): void {
    const url = new URL(request.url ?? "", this.url);
    const line = `${request.method ?? ""} ${url.pathname}`;
    this.requests.push(line);
    const hook = this.hooks.findIndex(({ on }) => on.test(line));
    if (hook >= 0) this.hooks.splice(hook, 1)[0]?.action();
    const fault = this.faults.find(({ on, answers }) => on.test(line) && answers.length > 0)?.answers.shift();
    if (fault === "cut") {
      response.destroy();
      return;
    }
    if (typeof fault === "object") {
      send(response, fault.status, { message: fault.message }, fault.headers);
      return;
    }
    const [status, data, headers] = this.handle(line, url, request.headers.authorization, text);
    if (fault === "lost") response.destroy();
    else if (fault === "short") {
      response.writeHead(status, { "content-type": "application/json", "content-length": 1_000_000 });
      response.write("[", () => response.destroy());
    } else send(response, status, data, headers);
  }

  private handle(line: string, url: URL, authorization: string | undefined, text: string): Handled {
    if (authorization !== `token ${this.token}`) return [401, { message: "Bad credentials" }];
    if (line === "POST /graphql")
      return this.viewer === undefined
        ? [200, { data: null, errors: [{ type: "FORBIDDEN", message: notAccessible }] }]
        : [200, { data: { viewer: { login: this.viewer.login } } }];
    const path = /^(\w+) \/repos\/company\/platform(.*)$/.exec(line);
    if (path === null) return notFound;
    const [, method = "", rest = ""] = path;
    if (method !== "GET" && !this.mayWrite) return [403, { message: notAccessible }];
    const number = Number(/\d+/.exec(rest)?.[0]);
    if (rest === "") return [200, { id: 1, full_name: "company/platform" }];
    if (rest === "/pulls") return this.page(url, this.listed(url));
    const found = this.pulls.find((pull) => pull.number === number);
    if (/^\/pulls\/\d+$/.test(rest)) return found === undefined ? notFound : [200, found];
    if (/^\/issues\/\d+\/comments$/.test(rest)) {
      if (found === undefined) return notFound;
      if (method === "GET")
        return this.page(
          url,
          this.comments.filter(({ issue }) => issue === number),
        );
      if (found.locked) return [403, { message: "Unable to create comment because issue is locked." }];
    }
    return this.write(method, number, text);
  }

  private write(method: string, number: number, text: string): Handled {
    const { body } = (text === "" ? {} : JSON.parse(text)) as { body?: string };
    if (body !== undefined && body.length > this.longest) return [422, tooLong(this.longest)];
    if (method === "POST") return [201, this.comment(number, this.viewer ?? actions, body ?? "")];
    const found = this.comments.find(({ id }) => id === number);
    if (found === undefined) return notFound;
    if (method === "PATCH") return [200, Object.assign(found, { body })];
    this.comments = this.comments.filter((one) => one !== found);
    return [204, undefined];
  }

  /** As GitHub does, a head without an owner is passed over, and all are listed. */
  private listed({ searchParams }: URL): readonly Pull[] {
    const head = searchParams.get("head") ?? "";
    return this.pulls.filter(
      ({ state, head: { label } }) =>
        state === searchParams.get("state") &&
        (!head.includes(":") || label.toLowerCase() === head.toLowerCase()),
    );
  }

  private page(url: URL, all: readonly unknown[]): Handled {
    const size = Math.min(Number(url.searchParams.get("per_page") ?? 30), 100);
    const page = Number(url.searchParams.get("page") ?? 1);
    const next = new URL(url);
    next.searchParams.set("page", String(page + 1));
    const link = page * size < all.length ? { link: `<${next.href}>; rel="next"` } : {};
    return [200, all.slice((page - 1) * size, page * size), link];
  }
}

type Handled = readonly [status: number, data: unknown, headers?: Record<string, string>];

const notFound: Handled = [404, { message: "Not Found" }];
const notAccessible = "Resource not accessible by integration";

const tooLong = (longest: number) => ({
  message: "Validation Failed",
  errors: [
    {
      resource: "IssueComment",
      code: "unprocessable",
      field: "data",
      message: `Body is too long (maximum is ${longest} characters)`,
    },
  ],
});

function send(
  response: http.ServerResponse,
  status: number,
  data: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
  response.end(data === undefined ? undefined : JSON.stringify(data));
}
