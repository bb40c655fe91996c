import { contains, parseBlock } from "../../plan/index.ts";
import { LabError } from "../linux/error.ts";
import { createZone, deleteZone, gatewayOf } from "../linux/zone.ts";
import { newInstance } from "./instance.ts";
import type { Claim, Created, Found, Kind } from "./kind.ts";
import type { Labs } from "./labs.ts";
import { block, name, text } from "./properties.ts";

export interface ZoneInputs {
  /** The network's id. */
  readonly network: string;
  readonly name: string;
  readonly cidr: string;
}

export interface ZoneOutputs extends ZoneInputs {
  readonly gateway: string;
  readonly instance: string;
}

/** A segment of the network, closed in both directions until it has a firewall. */
export class Zone implements Kind<ZoneInputs, ZoneOutputs> {
  readonly properties = { network: text, name, cidr: block };
  readonly fixed = ["network", "name", "cidr"] as const;
  readonly #labs: Labs;

  constructor(labs: Labs) {
    this.#labs = labs;
  }

  claims({ network, name, cidr }: ZoneInputs): Claim[] {
    return [
      { property: "name", what: `the zone ${name}`, scope: network, value: name },
      { property: "cidr", what: cidr, scope: network, value: parseBlock(cidr) },
    ];
  }

  async create(inputs: ZoneInputs): Promise<Created<ZoneOutputs>> {
    const gateway = await this.#labs.require(inputs.network);
    const instance = newInstance();
    await gateway.change(`make the zone ${inputs.name}`, (now) => {
      if (!contains(parseBlock(now.network ?? inputs.cidr), parseBlock(inputs.cidr)))
        throw new LabError(`the zone's block ${inputs.cidr} is not in the network's, ${now.network ?? ""}`);
      return createZone(now, { ...inputs, instance });
    });
    return { id: `${inputs.network}/${inputs.name}`, outputs: outputsOf(inputs, instance) };
  }

  async read(id: string): Promise<Found<ZoneInputs, ZoneOutputs> | undefined> {
    const [network = "", own] = id.split("/");
    const now = await (await this.#labs.find(network))?.read();
    const zone = now?.zones.find(({ name }) => name === own);
    if (zone === undefined) return undefined;
    const inputs = { network, name: zone.name, cidr: zone.cidr };
    return { inputs, outputs: outputsOf(inputs, zone.instance) };
  }

  update(): never {
    throw new TypeError("a zone has nothing that can be changed");
  }

  async delete(_id: string, { network, name, instance }: ZoneOutputs): Promise<void> {
    const gateway = await this.#labs.find(network);
    await gateway?.change(`delete the zone ${name}`, (now) => deleteZone(now, { name, instance }));
  }
}

const outputsOf = (inputs: ZoneInputs, instance: string): ZoneOutputs => ({
  ...inputs,
  gateway: gatewayOf(inputs.cidr),
  instance,
});
