import { Command, CommanderError } from "commander";
import { connect } from "./comment/client.ts";
import {
  accessOf,
  headOf,
  numberOf,
  readReport,
  repositoryOf,
  shaOf,
  urlOf,
  wantedBy,
} from "./comment/options.ts";
import { post } from "./comment/post.ts";
import { printable } from "./comment/print.ts";
import type { Repository } from "./comment/pullRequest.ts";
import { parseReport, toMarkdown } from "./preview/report/index.ts";

interface Options {
  readonly report: string;
  readonly repository: Repository;
  readonly pullRequest?: number;
  readonly head?: string;
  readonly sha?: string;
  readonly artifactUrl?: string;
}

const token = process.env["GITHUB_TOKEN"]?.trim();

const say = (line: string): void => {
  process.stderr.write(`${printable(line, token)}\n`);
};

const command = new Command("scripts/comment")
  .description(
    "Puts a report of scripts/preview on a pull request on GitHub, as one comment that is kept up to date.",
  )
  .requiredOption("--report <file>", "what `scripts/preview --json` wrote; it may come from a fork")
  .requiredOption("--repository <owner/name>", "where the pull request is", repositoryOf)
  .option("--pull-request <number>", "the pull request", numberOf)
  .option(
    "--head <owner:branch>",
    "or its head, as in a job on workflow_run, which is not told the number",
    headOf,
  )
  .option("--sha <hash>", "the commit that the report has to be of, and the head still has to be", shaOf)
  .option("--artifact-url <url>", "where the whole report is, for those who want more than fits", urlOf)
  .addHelpText(
    "after",
    `
Environment: GITHUB_TOKEN, a token with the permission \`pull-requests: write\`; GITHUB_API_URL, where GitHub's API is,
https://api.github.com where it is left out.

It waits as long as GitHub asks, three times and at most five minutes each.

Exit codes: 0 done, or nothing to do: the comment says the same already, no open pull request has that head, or the head
has moved on; 2 it could not.`,
  )
  .configureOutput({ writeErr: (text) => process.stderr.write(printable(text, token)) })
  .exitOverride()
  .action(async ({ report: file, repository, artifactUrl, ...named }: Options) => {
    const wanted = wantedBy(named);
    const access = accessOf(process.env);
    const report = parseReport(file, readReport(file));
    const posting = {
      api: access.api,
      repository,
      wanted,
      ...(artifactUrl === undefined ? {} : { artifactUrl }),
    };
    const done = await post(connect({ ...access, say }), posting, report, (limit) =>
      toMarkdown(report, limit),
    );
    process.stdout.write(`${printable(done, token)}\n`);
  });

try {
  await command.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    // What is not foreseen is shown with where it comes from, but never by Node itself, which would show a request too.
    const unforeseen = error instanceof TypeError ? error.stack : undefined;
    say(`error: ${unforeseen ?? (error instanceof Error ? error.message : String(error))}`);
    process.exitCode = 2;
  }
}
