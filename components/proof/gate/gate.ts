import * as pulumi from "@pulumi/pulumi";
import { Resources, type Reference, type Resource } from "../resource/index.ts";
import { Recorder } from "./recorder.ts";
import { Resolver } from "./resolve.ts";

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
   * later, from inside an apply, is judged when it comes. The output stands once nothing has turned out to be another
   * than the proof took it for.
   */
  async prove(judge: Judge): Promise<pulumi.Output<string>> {
    const why = process.env[bypass];
    if (why !== undefined && why.trim() !== "") {
      const said = `the proof was skipped (${bypass}): ${why}`;
      await pulumi.log.warn(said);
      this.#opened.resolve(undefined);
      return pulumi.output(said);
    }
    const { verdict, check } = await this.#judged(judge);
    if (!verdict.holds) throw new pulumi.RunError(verdict.message);
    this.#judge = judge;
    this.#opened.resolve(undefined);
    return check().apply(() => verdict.message);
  }

  #hold({ resource, type, name, props, opts }: pulumi.ResourceTransformationArgs) {
    this.#recorder.take({ resource, type, name, props, opts });
    // Providers and references to other stacks make nothing, and others have to be known through them.
    if (type.startsWith("pulumi:providers:") || type === "pulumi:pulumi:StackReference") return undefined;
    const { dependsOn = [] } = opts;
    const waits = this.#judge === undefined ? this.#opened.promise : this.#judgeLate(this.#judge);
    return {
      props: props,
      opts: { ...opts, dependsOn: waits.then(() => dependsOn) as Promise<pulumi.Input<pulumi.Resource>[]> },
    };
  }

  /** Judges everything once more, for all that are made at the same time together. */
  #judgeLate(judge: Judge): Promise<undefined> {
    this.#late ??= Promise.resolve().then(async () => {
      this.#late = undefined;
      const { verdict, check } = await this.#judged(judge);
      if (verdict.holds) check();
      else await stop(verdict.message);
      return undefined;
    });
    return this.#late;
  }

  async #judged(judge: Judge) {
    const { recorded } = this.#recorder;
    const resolver = new Resolver(recorded);
    const live = new Map<Resource, pulumi.Resource>();
    const all = await Promise.all(
      [...recorded].map(async ([instance, one]) => {
        // References lead to this very object, so that it is filled and not copied.
        const resource = Object.assign(one.resource, { inputs: await resolver.inputs(one) });
        live.set(resource, instance);
        return resource;
      }),
    );
    const resources = new Resources(all);
    const verdict = await judge(resources);
    const check = () =>
      pulumi.all([...resources.relied].map((reference) => confirm(reference, resolver, live)));
    return { verdict, check };
  }
}

/** Stops the engine where what a resource says is not what the proof took it for. */
function confirm(
  reference: Reference,
  { derived }: Resolver,
  live: ReadonlyMap<Resource, pulumi.Resource>,
): pulumi.Output<void> {
  const { resource } = reference;
  const instance = live.get(resource) as {
    id?: pulumi.Output<string>;
    metadata?: pulumi.Output<{ name?: string }>;
  };
  return pulumi
    .all([derived.get(reference), instance.id, instance.metadata])
    .apply(async ([value, id, metadata]) => {
      if (value === id || value === metadata?.name) return;
      await stop(
        `${resource.urn}: ${JSON.stringify(value)} was proved to be what names this resource and is not: pass its id as it is`,
      );
    });
}

async function stop(message: string): Promise<never> {
  await pulumi.log.error(message);
  process.exit(saidWhy);
}
