import { controlPlaneFolder, labFolder } from "../linux/folder.ts";
import { Gateway } from "../linux/gateway.ts";
import { LabError } from "../linux/error.ts";
import { Lab } from "../linux/lab.ts";

/** The labs that resources' ids name; a lab's id is its network's. */
export class Labs {
  readonly env: NodeJS.ProcessEnv;
  readonly #gateways = new Map<string, Gateway>();
  /** The lab that was made last, as long as it is not known whether Pulumi has kept that. */
  #unclaimed: Lab | undefined;

  constructor(env: NodeJS.ProcessEnv) {
    this.env = env;
  }

  folder(name: string): string {
    return labFolder(name, this.env);
  }

  controlPlaneFolder(name: string): string {
    return controlPlaneFolder(name, this.env);
  }

  /** The gateway of the lab that an id begins with; undefined where that lab has ended. */
  async find(id: string): Promise<Gateway | undefined> {
    const { network, folder } = this.#parse(id);
    const lab = await Lab.find(folder);
    if (lab?.id !== network) return undefined;
    const gateway = this.#gateways.get(network) ?? new Gateway(lab);
    this.#gateways.set(network, gateway);
    // Pulumi writes a resource down before anything refers to it.
    if (!lab.isClaimed) lab.claim();
    if (this.#unclaimed?.id === network) this.#unclaimed = undefined;
    return gateway;
  }

  /** As `find`, for what cannot be done without. */
  async require(id: string): Promise<Gateway> {
    const gateway = await this.find(id);
    if (gateway !== undefined) return gateway;
    throw new LabError(
      `the lab ${this.#parse(id).network} has ended: run the same command again, which makes it anew`,
    );
  }

  add(lab: Lab): Gateway {
    const gateway = new Gateway(lab);
    this.#gateways.set(lab.id, gateway);
    this.#unclaimed = lab;
    return gateway;
  }

  /** Ends the lab with this id, and leaves another one in its folder alone. */
  async stop(id: string): Promise<void> {
    const { network, folder } = this.#parse(id);
    if (Lab.idIn(folder) === network) await Lab.stop(folder);
  }

  /** Ends a lab that Pulumi may not have taken note of, since it was killed. */
  async abandon(): Promise<void> {
    if (this.#unclaimed !== undefined) await this.stop(this.#unclaimed.id);
  }

  #parse(id: string): { readonly network: string; readonly folder: string } {
    const [network = ""] = id.split("/");
    const name = /^(.+)-[0-9a-f]{8}$/.exec(network)?.[1];
    if (name === undefined)
      throw new LabError(`"${id}" is no id of the lab's: it begins with the network's, such as dev-0123abcd`);
    return { network, folder: this.folder(name) };
  }
}
