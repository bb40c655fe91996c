import type { ZoneFirewall } from "../firewall.ts";
import { LabError } from "../linux/error.ts";
import type { Snapshot } from "../linux/snapshot.ts";
import { applyFirewall, deleteFirewall } from "../linux/zone.ts";
import { newInstance } from "./instance.ts";
import type { Created, Found, Kind } from "./kind.ts";
import type { Labs } from "./labs.ts";
import { inside, rules, text } from "./properties.ts";

export interface FirewallInputs extends ZoneFirewall {
  /** The zone's id. */
  readonly zone: string;
}

export interface FirewallOutputs extends FirewallInputs {
  readonly instance: string;
}

const suffix = "/firewall";

/** All that may enter and leave a zone, changed as a whole. */
export class Firewall implements Kind<FirewallInputs, FirewallOutputs> {
  readonly properties = { zone: text, inside, ingress: rules, egress: rules };
  readonly fixed = ["zone"] as const;
  readonly #labs: Labs;

  constructor(labs: Labs) {
    this.#labs = labs;
  }

  claims({ zone }: FirewallInputs) {
    return [{ property: "zone", what: `the firewall of ${zone}`, scope: zone, value: "firewall" }];
  }

  async create(inputs: FirewallInputs): Promise<Created<FirewallOutputs>> {
    const outputs = { ...inputs, instance: newInstance() };
    await this.#apply(outputs);
    return { id: `${inputs.zone}${suffix}`, outputs };
  }

  async read(id: string): Promise<Found<FirewallInputs, FirewallOutputs> | undefined> {
    const zone = id.slice(0, -suffix.length);
    const now = await (await this.#labs.find(zone))?.read();
    const live = now?.firewalls.find((firewall) => firewall.zone === nameIn(zone));
    if (live === undefined || !id.endsWith(suffix)) return undefined;
    const inputs = { zone, inside: live.inside, ingress: live.ingress, egress: live.egress };
    return { inputs, outputs: { ...inputs, instance: live.instance } };
  }

  async update(_id: string, { instance }: FirewallOutputs, inputs: FirewallInputs): Promise<FirewallOutputs> {
    await this.#apply({ ...inputs, instance });
    return { ...inputs, instance };
  }

  async delete(_id: string, { zone, instance }: FirewallOutputs): Promise<void> {
    const gateway = await this.#labs.find(zone);
    const name = nameIn(zone);
    await gateway?.change(`delete the firewall of the zone ${name}`, (now) =>
      deleteFirewall(now, name, instance),
    );
  }

  async #apply({ zone, instance, ...firewall }: FirewallOutputs): Promise<void> {
    const gateway = await this.#labs.require(zone);
    await gateway.change(`change the firewall of the zone ${nameIn(zone)}`, (now) =>
      applyFirewall(now, requireZone(now, zone), instance, firewall),
    );
  }
}

export const nameIn = (id: string): string => id.split("/")[1] ?? "";

export function requireZone(now: Snapshot, id: string): Snapshot["zones"][number] {
  const zone = now.zones.find(({ name }) => name === nameIn(id));
  if (zone === undefined)
    throw new LabError(
      `the zone ${id} is gone: \`pulumi refresh\` shows it, and the next \`up\` makes it anew`,
    );
  return zone;
}
