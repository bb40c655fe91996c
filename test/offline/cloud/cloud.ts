import assert from "node:assert/strict";
import { openCloud } from "../../../scripts/offline/aws/cloud/index.ts";
import { codeOf } from "../../../scripts/offline/aws/cloud/refusal.ts";
import type { Cloud, Context, Kind, Made, Properties } from "../../../scripts/offline/aws/kind.ts";
import { account, region, withMoto, type Moto } from "../../support/moto.ts";

/** What the engine does with a kind, in short. */
export class Account {
  readonly moto: Moto;
  readonly context: Context = { region, account, signal: new AbortController().signal };
  private readonly cloud: Cloud;

  constructor(moto: Moto, cloud: Cloud) {
    this.moto = moto;
    this.cloud = cloud;
  }

  kind(name: string): Kind {
    const [module = "", kind = ""] = name.split("/");
    const found = this.cloud.kinds.get(`aws:${name}:${kind.charAt(0).toUpperCase()}${kind.slice(1)}`);
    assert(found, `there is no kind ${module}/${kind}`);
    return found;
  }

  create(name: string, inputs: Properties): Promise<Made> {
    return this.kind(name).create(inputs, this.context);
  }

  read(name: string, { id, outputs }: Made): Promise<Made | undefined> {
    return this.kind(name).read(id, outputs, this.context);
  }

  /** With the inputs that it had and, over them, others. */
  async update(name: string, { id, outputs }: Made, old: Properties, others: Properties): Promise<Made> {
    const made = this.kind(name).update?.(id, { ...old, ...others }, old, outputs, this.context);
    assert(made, `${name} is only ever replaced`);
    return made;
  }

  delete(name: string, { id, outputs }: Made): Promise<void> {
    return this.kind(name).delete(id, outputs, this.context);
  }

  /** That it is as it was made, can be imported by its id alone, and is gone once it is deleted. */
  async endsWell(name: string, made: Made): Promise<void> {
    assert.deepEqual(await this.read(name, made), made);
    await this.delete(name, made);
    assert.equal(await this.read(name, made), undefined);
    // A run that was killed after AWS's answer deletes once more.
    await this.delete(name, made);
  }
}

/** To be called in a describe: an empty account on a simulated AWS before each of its tests. */
export function withAccount(): () => Account {
  const moto = withMoto();
  let current: Account | undefined;
  let cloud: Cloud | undefined;
  beforeEach(async () => {
    cloud = await openCloud(moto().url, { region });
    current = new Account(moto(), cloud);
  });
  afterEach(() => cloud?.close());
  return () => {
    assert(current);
    return current;
  };
}

/** That AWS, or the stand-in in its place, refuses something with this code and text. */
export async function refused(doing: Promise<unknown>, code: string, text: string): Promise<void> {
  await assert.rejects(doing, (error: Error) => {
    assert.equal(codeOf(error), code, String(error));
    assert.equal(error.message.replace(/^.*?: api error [\w.]+: /, ""), text);
    return true;
  });
}
