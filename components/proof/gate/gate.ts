import * as pulumi from "@pulumi/pulumi";
import { Resources, Unknown, type Reference, type Resource } from "../resource/index.ts";
import { UnreadableError } from "../unreadable.ts";
import { Recorder } from "./recorder.ts";
import { Resolver, settled } from "./resolve.ts";

/** What became of a proof, to be kept with the stack. */
export interface Verdict {
  readonly holds: boolean;
  /** What a program's user has to read where it does not hold; else one line. */
  readonly message: string;
}

/** Judges what a program registers, given all of it. */
export type Judge = (resources: Resources) => Promise<Verdict>;

/** Lets everything through without a proof; its value says why, since every report shows it. */
const bypass = "BULKHEAD_SKIP_PROOF";

/** The exit code with which the engine takes it that the program has said what is wrong (sdk/nodejs/cmd/run/run.ts). */
const saidWhy = 32;

/**
 * Holds every resource of a stack back until a proof has judged them all, so that nothing exists where it fails. The
 * resources themselves stay the program's: only that they wait is added to them.
 */
export class Gate {
  readonly #recorder = new Recorder();
  readonly #opened = Promise.withResolvers<undefined>();
  /** What a resource's inputs were taken for, and is looked at before it is made. */
  readonly #taken = new Map<Resource, (() => Promise<void>)[]>();
  #judge: Judge | undefined;
  #late: Promise<undefined> | undefined;

  /** Has to be called before the first resource is made; sees all that come after, whoever makes them. */
  static register(): Gate {
    const gate = new Gate();
    pulumi.runtime.registerStackTransformation((args) => gate.#hold(args));
    return gate;
  }

  /**
   * Judges what the program has registered, and lets it be made; throws a RunError where the proof fails. What comes
   * later, from inside an apply, is judged when it comes. Gives what the proof came to, in a line.
   */
  async prove(judge: Judge): Promise<string> {
    const why = process.env[bypass];
    if (why !== undefined && why.trim() !== "") {
      const said = `the proof was skipped (${bypass}): ${why}`;
      await pulumi.log.warn(said);
      this.#opened.resolve(undefined);
      return said;
    }
    const { holds, message } = await this.#judged(judge).catch(unreadable);
    if (!holds)
      throw new pulumi.RunError(
        `the compartments do not hold, so nothing was made or changed.\n\n${message}`,
      );
    this.#judge = judge;
    this.#opened.resolve(undefined);
    return message;
  }

  #hold(args: pulumi.ResourceTransformationArgs): pulumi.ResourceTransformationResult | undefined {
    const { type, opts } = args;
    const resource = this.#recorder.take(args);
    // Providers and references to other stacks make nothing, and others have to be known through them.
    if (type.startsWith("pulumi:providers:") || type === "pulumi:pulumi:StackReference") return undefined;
    const waits = this.#judge === undefined ? this.#opened.promise : this.#judgeLate(this.#judge);
    const dependsOn = waits.then(async () => {
      await Promise.all((this.#taken.get(resource) ?? []).map((confirm) => confirm()));
      return opts.dependsOn ?? [];
    });
    return {
      props: args.props,
      opts: { ...opts, dependsOn: dependsOn as Promise<pulumi.Input<pulumi.Resource>[]> },
    };
  }

  /** Judges everything once more, for all that are made at the same time together. */
  #judgeLate(judge: Judge): Promise<undefined> {
    this.#late ??= Promise.resolve().then(async () => {
      this.#late = undefined;
      const { holds, message } = await this.#judged(judge);
      if (!holds) await stop(`the compartments do not hold, so nothing more is made.\n\n${message}`);
      return undefined;
    });
    return this.#late;
  }

  async #judged(judge: Judge): Promise<Verdict> {
    const { recorded } = this.#recorder;
    const resolver = new Resolver(recorded);
    const live = new Map<Resource, pulumi.Resource>();
    const all = await Promise.all(
      [...recorded].map(async ([instance, one]) => {
        live.set(one.resource, instance);
        // References lead to this very object, so that it is filled and not copied.
        return Object.assign(one.resource, { inputs: await resolver.inputs(one) });
      }),
    );
    const resources = new Resources(all);
    const verdict = await judge(resources);
    for (const reference of resources.relied) {
      const derived = resolver.derived.get(reference);
      const instance = live.get(reference.resource);
      if (derived === undefined || instance === undefined) continue;
      const own = this.#taken.get(derived.user) ?? [];
      own.push(async () => confirm(reference, await derived.value(), instance));
      this.#taken.set(derived.user, own);
    }
    return verdict;
  }
}

/** What no cloud would take ends the program as a failed proof does, without a stack trace. */
function unreadable(error: unknown): never {
  if (!(error instanceof UnreadableError)) throw error;
  throw new pulumi.RunError(
    `the proof cannot read what the program asks for, so nothing was made or changed.\n\n${error.message}`,
  );
}

/** Stops the engine where a value turns out not to name the resource that the proof took it to name. */
async function confirm({ resource }: Reference, value: unknown, instance: pulumi.Resource): Promise<void> {
  const { id, metadata } = instance as {
    readonly id?: pulumi.Output<string>;
    readonly metadata?: pulumi.Output<{ readonly name?: string }>;
  };
  const names = [
    id === undefined ? undefined : await settled(id),
    metadata === undefined ? undefined : ((await settled(metadata)) as { name?: unknown } | undefined)?.name,
  ];
  // In a preview neither is known.
  if (value instanceof Unknown || names.includes(value)) return;
  await stop(
    `${JSON.stringify(value)} was taken in the proof for what names ${resource.urn}, and is not: pass its id as it is`,
  );
}

async function stop(message: string): Promise<never> {
  await pulumi.log.error(message);
  process.exit(saidWhy);
}
