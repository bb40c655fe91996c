import { readFileSync, statSync } from "node:fs";
import { InvalidArgumentError } from "commander";
import type { Repository, Wanted } from "./pullRequest.ts";

// GitHub's names: an owner's may hold an underscore where a company manages its users.
const ownerForm = "[A-Za-z0-9][A-Za-z0-9_-]*";

export function repositoryOf(text: string): Repository {
  const [, owner, repo] = new RegExp(`^(${ownerForm})/([A-Za-z0-9_.-]+)$`).exec(text) ?? [];
  if (owner === undefined || repo === undefined || /^\.+$/.test(repo))
    throw new InvalidArgumentError("write owner/name.");
  return { owner, repo };
}

export function numberOf(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new InvalidArgumentError("write a pull request's number.");
  return Number(text);
}

export function headOf(text: string): string {
  // What git allows in a branch's name (git-check-ref-format), as far as it could mislead.
  if (!new RegExp(`^${ownerForm}:[^\\s\\p{Cc}:~^?*\\[\\\\]+$`, "u").test(text))
    throw new InvalidArgumentError("write owner:branch, the owner being that of the head's repository.");
  return text;
}

export function shaOf(text: string): string {
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text))
    throw new InvalidArgumentError("write a commit's whole hash.");
  return text;
}

/** Spelled so that it cannot end the link that it becomes. */
export function urlOf(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "")
    throw new InvalidArgumentError("write an address that begins with https://, without a password.");
  return url.href;
}

export interface Named {
  readonly pullRequest?: number;
  readonly head?: string;
  readonly sha?: string;
}

export function wantedBy({ pullRequest, head, sha }: Named): Wanted {
  if (pullRequest !== undefined && head === undefined)
    return { number: pullRequest, ...(sha === undefined ? {} : { sha }) };
  if (pullRequest === undefined && head !== undefined && sha !== undefined) return { head, sha };
  throw new Error("say which pull request: either --pull-request, or both --head and --sha");
}

/** What the environment says; the token is not printed, whatever is wrong with it. */
export function accessOf(env: NodeJS.ProcessEnv): { token: string; api: string } {
  const token = (env["GITHUB_TOKEN"] ?? "").trim();
  if (token === "")
    throw new Error(
      "GITHUB_TOKEN is not set; it takes a token with the permission `pull-requests: write`, in a workflow ${{ github.token }}",
    );
  // The library would say what is wrong with such a header, and show it.
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new Error("GITHUB_TOKEN holds characters that no token has, such as spaces; write the token alone");
  const set = env["GITHUB_API_URL"] ?? "";
  const api = URL.parse(set === "" ? "https://api.github.com" : set);
  if (api === null || !/^https?:$/.test(api.protocol) || api.username !== "" || api.password !== "")
    throw new Error("GITHUB_API_URL is no address of an API; write one such as https://api.github.com");
  return { token, api: api.href.replace(/\/+$/, "") };
}

/** Far more than a report of ten thousand changed resources has. */
const largest = 64 * 1024 * 1024;

/** A report's text; what is too large to be one, or is no file, is not read: it may come from a fork. */
export function readReport(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) throw new Error(`there is no ${file}; scripts/preview --json ${file} writes it`);
  if (!found.isFile() || found.size > largest)
    throw new Error(
      `${file} is no report of scripts/preview: it is ${found.isFile() ? "larger than 64 MB" : "no file"}`,
    );
  return readFileSync(file, "utf8");
}
