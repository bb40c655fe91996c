import * as pulumi from "@pulumi/pulumi";
import { createAws } from "../../../../components/aws/index.ts";
import { plan, type Plan } from "../../../../components/plan/index.ts";
import { evidenceOf } from "../../../../components/proof/evidence.ts";
import { Recorder } from "../../../../components/proof/gate/recorder.ts";
import { Resolver } from "../../../../components/proof/gate/resolve.ts";
import { judge } from "../../../../components/proof/judge/index.ts";
import {
  Reference,
  Resources,
  type Resource,
  type Value,
} from "../../../../components/proof/resource/index.ts";
import type { Statement } from "../../../../components/proof/statement/index.ts";
import { parseStackFile, readStackFile } from "../../../../stacks/config/file.ts";
import { record } from "../../../support/record.ts";
import { today } from "../judge/judged.ts";
import { resource } from "./world.ts";

/** The plan of a committed stack file with the target AWS. */
export async function planOf(name: string, edit: (text: string) => string = (text) => text): Promise<Plan> {
  const file = await readStackFile(name);
  const text = edit(file.text.replace(/bulkhead:target: \w+/, "bulkhead:target: aws"));
  return plan(parseStackFile({ ...file, text }));
}

class Environment extends pulumi.ComponentResource {
  constructor(name: string, recorder: Recorder) {
    super(
      "bulkhead:index:Environment",
      name,
      {},
      {
        transformations: [(args) => (recorder.take(args), undefined)],
      },
    );
  }
}

/** What the target AWS asks for, as the gate sees it before any of it exists. */
export async function requested(planned: Plan): Promise<Resource[]> {
  let found: Resource[] = [];
  await record(
    async () => {
      const recorder = new Recorder();
      createAws(planned, new Environment(planned.environment, recorder));
      const resolver = new Resolver(recorder.recorded);
      found = await Promise.all(
        [...recorder.recorded.values()].map(async (one) =>
          // References lead to this very object, so that it is filled and not copied.
          Object.assign(one.resource, { inputs: await resolver.inputs(one) }),
        ),
      );
    },
    { preview: true },
  );
  return found;
}

/** A stack's resources, to be changed: a copy in which references lead to the copies. */
export class Edited {
  readonly all: Resource[];

  constructor(resources: readonly Resource[]) {
    const copies = new Map<Resource, Resource>(resources.map((one) => [one, { ...one }]));
    const copy = (value: Value): Value => {
      if (value instanceof Reference)
        return new Reference(copies.get(value.resource) ?? value.resource, value.property);
      if (Array.isArray(value)) return (value as readonly Value[]).map(copy);
      if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
        return value;
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item as Value)]));
    };
    this.all = [...copies].map(([one, made]) =>
      Object.assign(made, { inputs: copy(one.inputs), outputs: copy(one.outputs) }),
    );
  }

  /** The one of a kind, such as `Instance`, and a name. */
  get(kind: string, name: string): Resource {
    const found = this.all.find((one) => one.type.endsWith(`:${kind}`) && one.name === name);
    if (found === undefined) throw new Error(`there is no ${kind} "${name}"`);
    return found;
  }

  id(kind: string, name: string): Reference {
    return new Reference(this.get(kind, name), "id");
  }

  set(kind: string, name: string, inputs: Readonly<Record<string, Value>>): this {
    const found = this.get(kind, name);
    Object.assign(found, { inputs: { ...found.inputs, ...inputs } });
    return this;
  }

  add(type: string, name: string, inputs: Readonly<Record<string, Value>>): Resource {
    const made = resource(type, name, inputs);
    this.all.push(made);
    return made;
  }

  drop(kind: string, name: string): this {
    this.all.splice(this.all.indexOf(this.get(kind, name)), 1);
    return this;
  }

  /** Takes out the rules of a group for a protocol, to or from another group. */
  shut(direction: "Ingress" | "Egress", group: string, peer: string, ipProtocol: string): this {
    const names = (value: Value | undefined, name: string) =>
      value instanceof Reference && value.resource.name === name;
    const rules = this.all.filter(
      ({ type, inputs }) =>
        type.endsWith(`:SecurityGroup${direction}Rule`) &&
        names(inputs["securityGroupId"], group) &&
        names(inputs["referencedSecurityGroupId"], peer) &&
        inputs["ipProtocol"] === ipProtocol,
    );
    if (rules.length === 0) throw new Error(`${group} has no such rule for ${peer}`);
    for (const rule of rules) this.all.splice(this.all.indexOf(rule), 1);
    return this;
  }

  /** A rule of a security group, to or from a block, or another group. */
  rule(
    direction: "Ingress" | "Egress",
    group: string,
    peer: string,
    inputs: Readonly<Record<string, Value>> = { ipProtocol: "-1" },
  ): this {
    this.add(`aws:vpc/securityGroup${direction}Rule:SecurityGroup${direction}Rule`, "by hand", {
      securityGroupId: this.id("SecurityGroup", group),
      ...(peer.includes("/")
        ? { cidrIpv4: peer }
        : { referencedSecurityGroupId: this.id("SecurityGroup", peer) }),
      ...inputs,
    });
    return this;
  }
}

export const judgedAws = async (planned: Plan, resources: readonly Resource[]): Promise<Statement> =>
  judge(planned, await evidenceOf(planned, new Resources(resources), "the test"), today);
