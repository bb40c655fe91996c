import { contains, parseBlock } from "../../plan/index.ts";
import { createHost, deleteHost, updateHost } from "../linux/host.ts";
import { LabError } from "../linux/error.ts";
import type { Snapshot } from "../linux/snapshot.ts";
import { gatewayOf } from "../linux/zone.ts";
import { requireZone } from "./firewall.ts";
import { newInstance } from "./instance.ts";
import type { Claim, Created, Found, Kind } from "./kind.ts";
import type { Labs } from "./labs.ts";
import { address, groups, hostName, text } from "./properties.ts";

export interface HostInputs {
  /** The id of the zone that it is in. */
  readonly zone: string;
  readonly name: string;
  readonly address: string;
  /** What rules know it by. */
  readonly groups: readonly string[];
}

export interface HostOutputs extends HostInputs {
  readonly instance: string;
}

/** A machine of the lab: a network namespace with one cable to the gateway. */
export class Host implements Kind<HostInputs, HostOutputs> {
  readonly properties = { zone: text, name: hostName, address, groups };
  readonly fixed = ["zone", "name", "address"] as const;
  readonly #labs: Labs;

  constructor(labs: Labs) {
    this.#labs = labs;
  }

  claims({ zone, name, address }: HostInputs): Claim[] {
    const scope = networkOf(zone);
    return [
      { property: "name", what: `the host ${name}`, scope, value: name },
      { property: "address", what: address, scope, value: address },
    ];
  }

  async create(inputs: HostInputs): Promise<Created<HostOutputs>> {
    const gateway = await this.#labs.require(inputs.zone);
    const instance = newInstance();
    const made = gateway.change(`make the host ${inputs.name}`, (now) => {
      const { cidr } = requireZone(now, inputs.zone);
      const own = parseBlock(`${inputs.address}/32`);
      if (!contains(parseBlock(cidr), own) || inputs.address === gatewayOf(cidr))
        throw new LabError(
          `the address ${inputs.address} is not one of the zone's: write one of ${cidr} other than the gateway's, ${gatewayOf(cidr)}`,
        );
      return createHost(now, { ...inputs, instance }, cidr);
    });
    await made.catch(async (error: unknown) => {
      const rest = { name: inputs.name, instance };
      await gateway.change(`remove what was made of the host ${inputs.name}`, (now) => deleteHost(now, rest));
      throw error;
    });
    return { id: `${networkOf(inputs.zone)}/${inputs.name}`, outputs: { ...inputs, instance } };
  }

  async read(id: string): Promise<Found<HostInputs, HostOutputs> | undefined> {
    const [network = "", own = ""] = id.split("/");
    const now = await (await this.#labs.find(network))?.read();
    const host = now?.hosts.find(({ name }) => name === own);
    // One that has lost its cable cannot be mended, only made anew.
    if (now === undefined || host === undefined || !host.maySend || !host.isUp || !host.hasNamespace)
      return undefined;
    const { name, address, instance } = host;
    const inputs = { zone: zoneOf(now, network, address), name, address, groups: [...host.groups].sort() };
    return { inputs, outputs: { ...inputs, instance } };
  }

  async update(id: string, { name, instance }: HostOutputs, inputs: HostInputs): Promise<HostOutputs> {
    const gateway = await this.#labs.require(id);
    await gateway.change(`change the host ${name}`, (now) =>
      updateHost(now, { name, instance, groups: inputs.groups }),
    );
    return { ...inputs, instance };
  }

  async delete(id: string, { name, instance }: HostOutputs): Promise<void> {
    const gateway = await this.#labs.find(id);
    await gateway?.change(`delete the host ${name}`, (now) => deleteHost(now, { name, instance }));
  }
}

const networkOf = (zone: string): string => zone.split("/")[0] ?? "";

function zoneOf(now: Snapshot, network: string, address: string): string {
  const own = parseBlock(`${address}/32`);
  const zone = now.zones.find(({ cidr }) => contains(parseBlock(cidr), own));
  return zone === undefined ? network : `${network}/${zone.name}`;
}
