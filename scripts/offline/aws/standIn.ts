import { checkInputs, type Failure } from "./check.ts";
import { checkConfiguration, regionOf } from "./configuration.ts";
import { changes, topOf, type Change } from "./difference.ts";
import type { Tell } from "./engine.ts";
import type { Made } from "./kind.ts";
import { replaceOn } from "./kinds/replace.ts";
import { isAutonamed, named, wasMadeUp } from "./name.ts";
import { planned, plannedUpdate } from "./planned.ts";
import { inputsRead } from "./readBack.ts";
import { about, aboutSimulated, noAnswer, refusal } from "./refusal.ts";
import { providerType, readSchema, type ResourceType, type Schema } from "./schema.ts";
import { Simulation, simulatedCloud, type OpenCloud } from "./simulation.ts";
import { close, holdsSecret, plainProperties, type Properties } from "./value.ts";

export interface Checked {
  readonly inputs: Properties;
  readonly failures: readonly Failure[];
}

export interface Difference {
  readonly changes: readonly Change[];
  /** Top-level names of inputs for whose sake the resource has to be made anew. */
  readonly replacing: readonly string[];
  /** Whether the old one has to go first, as it has the name that the new one wants. */
  readonly deleteFirst: boolean;
}

export interface Read {
  readonly inputs: Properties;
  readonly outputs: Properties;
}

/**
 * The plugin aws without AWS: it checks what it is given by the SDK's own declarations and tells what a preview can
 * know. With the URL of a simulated cloud it makes things there; without one it makes nothing.
 */
export class StandIn {
  readonly #env: NodeJS.ProcessEnv;
  readonly #tell: Tell;
  readonly #openCloud: OpenCloud | undefined;
  #schema: Schema | undefined;
  #simulation: Simulation | undefined;
  #refused = false;

  constructor(env: NodeJS.ProcessEnv, tell: Tell, openCloud?: OpenCloud) {
    this.#env = env;
    this.#tell = tell;
    this.#openCloud = openCloud;
  }

  /** The SDK's, which the engine asks for. */
  get version(): string {
    return this.#declared.sdk;
  }

  checkConfiguration(inputs: Properties): Checked {
    return { inputs, failures: checkConfiguration(this.#declared, inputs, this.#env) };
  }

  async configure(inputs: Properties): Promise<void> {
    const url = simulatedCloud(this.#env);
    if (url !== undefined)
      this.#simulation = new Simulation(url, regionOf(inputs, this.#env) ?? "", this.#openCloud);
    await this.#tell("info", url === undefined ? about(this.version) : aboutSimulated(this.version, url));
  }

  async check(urn: string, olds: Properties, news: Properties, seed: Uint8Array): Promise<Checked> {
    const type = typeOf(urn);
    const kind = Object.hasOwn(this.#declared.kinds, type) ? this.#declared.kinds[type] : undefined;
    if (kind === undefined || type === providerType)
      return { inputs: news, failures: [{ path: "", reason: this.#unknownKind(type) }] };
    // Before anything is made.
    await this.#simulation?.kind(type);
    const { failures, doubts } = checkInputs(this.#declared, kind, news);
    for (const { path, reason } of doubts) await this.#tell("warning", `${path}: ${reason}`, urn);
    return { inputs: named(type, kind, nameOf(urn), olds, news, seed), failures };
  }

  async diff(urn: string, olds: Properties, news: Properties): Promise<Difference> {
    const type = typeOf(urn);
    const kind = this.#kind(type);
    const found = changes(olds, news);
    const tops = [...new Set(found.map(({ path }) => topOf(path)))];
    const simulated = await this.#simulation?.kind(type);
    const fixed = [
      "region",
      ...(kind.replaces ?? []),
      ...(replaceOn[type] ?? []),
      ...(simulated?.replaceOn ?? []),
    ];
    const replacing =
      simulated !== undefined && simulated.update === undefined
        ? tops
        : tops.filter((name) => fixed.includes(name));
    const keepsName = isAutonamed(kind) && "name" in news && !tops.includes("name") && !wasMadeUp(news);
    return { changes: found, replacing, deleteFirst: replacing.length > 0 && keepsName };
  }

  planned(urn: string, inputs: Properties): Properties {
    return planned(this.#kind(typeOf(urn)), inputs);
  }

  plannedUpdate(urn: string, olds: Properties, inputs: Properties): Properties {
    return plannedUpdate(this.#kind(typeOf(urn)), olds, inputs);
  }

  async create(urn: string, inputs: Properties): Promise<Made> {
    const simulation = this.#simulated("make");
    const kind = await simulation.kind(typeOf(urn));
    const { id, outputs } = await kind.create(plainProperties(inputs), simulation.context);
    return { id, outputs: this.#told(urn, inputs, outputs) };
  }

  async read(
    urn: string,
    id: string,
    inputs: Properties,
    state: Properties,
  ): Promise<(Read & { id: string }) | undefined> {
    const simulation = this.#simulated("read");
    const type = typeOf(urn);
    const found = await (await simulation.kind(type)).read(id, plainProperties(state), simulation.context);
    if (found === undefined) return undefined;
    const fitted = inputsRead(this.#declared, this.#kind(type), plainProperties(inputs), found.outputs);
    const own = Object.entries(inputs).filter(([name]) => name.startsWith("__"));
    return {
      id: found.id,
      inputs: { ...guarded(inputs, fitted), ...Object.fromEntries(own) },
      outputs: this.#told(urn, inputs, { ...fitted, ...found.outputs }),
    };
  }

  async update(
    urn: string,
    id: string,
    olds: Properties,
    news: Properties,
    state: Properties,
  ): Promise<Properties> {
    const simulation = this.#simulated("change");
    const kind = await simulation.kind(typeOf(urn));
    if (kind.update === undefined) throw new Error(`nothing of a ${typeOf(urn)} can be changed`);
    const [inputs, before, outputs] = [news, olds, state].map(plainProperties) as [
      Properties,
      Properties,
      Properties,
    ];
    const made = await kind.update(id, inputs, before, outputs, simulation.context);
    return this.#told(urn, news, made.outputs);
  }

  async delete(urn: string, id: string, state: Properties): Promise<void> {
    const simulation = this.#simulated("delete");
    await (await simulation.kind(typeOf(urn))).delete(id, plainProperties(state), simulation.context);
  }

  /** Functions ask AWS. */
  invoke(token: string): never {
    throw new Error(noAnswer(token, this.version));
  }

  cancel(): void {
    this.#simulation?.cancel();
  }

  get #declared(): Schema {
    return (this.#schema ??= readSchema());
  }

  #kind(type: string): ResourceType {
    const kind = this.#declared.kinds[type];
    if (kind === undefined) throw new Error(this.#unknownKind(type));
    return kind;
  }

  #unknownKind(type: string): string {
    return (
      `this stand-in for the plugin aws does not know ${type}: it knows the modules ${this.#declared.modules.join(", ")}. ` +
      "Add the module in scripts/offline/aws/declarations/read.ts and run scripts/offline/aws/extract, " +
      `or install the official plugin: pulumi plugin install resource aws ${this.version}`
    );
  }

  /** Outputs as the official plugin tells them: all inputs, and what the cloud knows. */
  #told(urn: string, inputs: Properties, outputs: Properties): Properties {
    const kind = this.#kind(typeOf(urn));
    const { tags } = { ...plainProperties(inputs), ...outputs } as Properties;
    const all = kind.outputs.includes("tagsAll") ? { tagsAll: tags ?? {} } : {};
    return guarded(inputs, { ...all, ...plainProperties(inputs), ...outputs });
  }

  #simulated(what: string): Simulation {
    if (this.#simulation !== undefined) return this.#simulation;
    // Others are under way when the first one fails, and one is enough to read.
    const first = !this.#refused;
    this.#refused = true;
    throw new Error(first ? refusal(what, this.version) : "not done either, for the same reason");
  }
}

/** Values under the names of which the inputs hold a secret are secrets, too. */
const guarded = (inputs: Properties, values: Properties): Properties =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, holdsSecret(inputs[name]) ? close(value) : value]),
  );

const typeOf = (urn: string): string => urn.split("::")[2]?.split("$").at(-1) ?? "";
const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");
