import { randomBytes } from "node:crypto";
import { LabError } from "../linux/error.ts";
import { Lab } from "../linux/lab.ts";
import { createNetwork, repairNetwork } from "../linux/network.ts";
import type { Snapshot } from "../linux/snapshot.ts";
import type { Created, Found, Kind } from "./kind.ts";
import type { Labs } from "./labs.ts";
import { block, text } from "./properties.ts";

export interface NetworkInputs {
  readonly name: string;
  readonly cidr: string;
}

export interface NetworkOutputs extends NetworkInputs {
  readonly asRoot: boolean;
  /** What somebody has changed in what all zones share. */
  readonly changedByHand: readonly string[];
}

/** A lab of its own: the process that holds it, its gateway, and outside. */
export class Network implements Kind<NetworkInputs, NetworkOutputs> {
  readonly properties = { name: labName, cidr: block };
  readonly fixed = ["name", "cidr"] as const;
  readonly #labs: Labs;

  constructor(labs: Labs) {
    this.#labs = labs;
  }

  claims() {
    return [];
  }

  async create(inputs: NetworkInputs, urn: string): Promise<Created<NetworkOutputs>> {
    const folder = this.#labs.folder(inputs.name);
    const other = await Lab.find(folder);
    if (other?.isClaimed === true)
      throw new LabError(
        `the name is taken: a lab "${inputs.name}" runs already, made by ${other.owner} in a state that is not this one. ` +
          `Destroy it there, or if that state is gone, end it with: scripts/lab down ${inputs.name}`,
      );
    const lab = await Lab.start(folder, `${inputs.name}-${randomBytes(4).toString("hex")}`, urn);
    try {
      await createNetwork(lab, inputs.cidr);
      const outputs = outputsOf(lab, inputs, await this.#labs.add(lab).read());
      return { id: lab.id, outputs };
    } catch (error) {
      await Lab.stop(folder);
      throw error;
    }
  }

  async read(id: string): Promise<Found<NetworkInputs, NetworkOutputs> | undefined> {
    const gateway = await this.#labs.find(id);
    const now = await gateway?.read();
    if (gateway === undefined || now?.network === undefined) return undefined;
    const inputs = { name: id.replace(/-[0-9a-f]{8}$/, ""), cidr: now.network };
    return { inputs, outputs: outputsOf(gateway.lab, inputs, now) };
  }

  async update(id: string, _before: NetworkOutputs, inputs: NetworkInputs): Promise<NetworkOutputs> {
    const gateway = await this.#labs.require(id);
    await gateway.change(`put the network ${inputs.name} right`, (now) => repairNetwork(now, inputs.cidr));
    return outputsOf(gateway.lab, inputs, await gateway.read());
  }

  delete(id: string): Promise<void> {
    return this.#labs.stop(id);
  }

  async damage(id: string, { changedByHand }: NetworkOutputs) {
    if ((await this.#labs.find(id)) === undefined) return "gone" as const;
    return changedByHand.length > 0 ? ({ output: "changedByHand" } as const) : undefined;
  }
}

function labName(value: unknown): string {
  if (!/^[a-zA-Z0-9](?:[\w.-]{0,98}\w)?$/.test(text(value)))
    throw new RangeError("write a stack's name: 1 to 100 letters, digits, hyphens, dots and underscores");
  return text(value);
}

const outputsOf = (lab: Lab, inputs: NetworkInputs, { byHand }: Snapshot): NetworkOutputs => ({
  ...inputs,
  asRoot: lab.asRoot,
  changedByHand: byHand.map(({ what }) => what),
});
