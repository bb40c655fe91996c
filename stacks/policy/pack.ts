import { plan } from "../../components/plan/index.ts";
import { evidenceOf } from "../../components/proof/evidence.ts";
import { dayOf, judge, locate } from "../../components/proof/judge/index.ts";
import { labId } from "../../components/proof/lab/index.ts";
import { findingText } from "../../components/proof/report/index.ts";
import { analyzed, Resources, type Analyzed } from "../../components/proof/resource/index.ts";
import type { Finding, StatedException } from "../../components/proof/statement/index.ts";
import { finderIn, parseStackFile, readStackFile, type StackFile } from "../config/file.ts";
import type { Policy, Violation } from "./violation.ts";

type Properties = Readonly<Record<string, unknown>>;

/** Proves a stack from what the engine knows of it, whatever its program says of itself. */
export class Pack {
  readonly #inputs = new Map<string, Properties>();
  readonly #intentOf: (environment: string) => Promise<StackFile>;

  constructor(intentOf: (environment: string) => Promise<StackFile> = readStackFile) {
    this.#intentOf = intentOf;
  }

  /** Forgets the resources of another run. */
  begin(): void {
    this.#inputs.clear();
  }

  /** Takes what is asked of a resource. */
  take(urn: string, inputs: Properties): void {
    this.#inputs.set(urn, inputs);
  }

  /** Judges the resources that the engine has in the end. What cannot be judged does not pass. */
  async judge(all: readonly Omit<Analyzed, "inputs">[], now = new Date()): Promise<Violation[]> {
    try {
      return await this.#prove(all, dayOf(now));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const message = `it cannot be told whether the compartments hold: ${why}`;
      return [{ policy: "proof", mandatory: true, message }];
    }
  }

  async #prove(all: readonly Omit<Analyzed, "inputs">[], today: string): Promise<Violation[]> {
    const [, environment] = /^urn:pulumi:([^:]+)::/.exec(all[0]?.urn ?? "") ?? [];
    // There is nothing yet, or nothing any more.
    if (environment === undefined) return [];
    const file = await this.#intentOf(environment);
    const planned = plan(parseStackFile(file));
    const resources = new Resources(
      analyzed(
        all.map((one) => {
          const inputs = this.#inputs.get(one.urn);
          return inputs === undefined ? one : { ...one, inputs };
        }),
        labId,
      ),
    );
    const evidence = await evidenceOf(planned, resources, "the resources as the engine has them");
    const statement = locate(judge(planned, evidence, today), finderIn(file));
    const urns = new Set(resources.all.map(({ urn }) => urn));
    return [
      ...statement.leaks.map((leak) => violation("no-leak", leak, urns)),
      ...statement.missing.map((missing) => violation("nothing-missing", missing, urns)),
      ...statement.exceptions.map(exception),
    ];
  }
}

function violation(policy: Policy, finding: Finding, urns: ReadonlySet<string>): Violation {
  const urn = finding.because.map(({ id }) => id).find((id) => urns.has(id));
  const message = findingText(finding);
  return { policy, mandatory: true, message, ...(urn === undefined ? {} : { urn }) };
}

function exception({ what, why, owner, expires, expired, excuses }: StatedException): Violation {
  const state = expired
    ? `it EXPIRED on ${expires} and excuses nothing any more`
    : excuses.length === 0
      ? "it excuses nothing and can be taken away"
      : `until ${expires} it excuses ${excuses.join(", ")}`;
  return { policy: "exceptions", mandatory: false, message: `${what}: ${state} (${why}; ${owner})` };
}
