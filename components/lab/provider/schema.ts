// What Pulumi's own tools need to know of the lab's types, `pulumi import` above all
// (https://www.pulumi.com/docs/iac/extending-pulumi/schema).

/** Rises when a property comes, goes or changes its meaning. */
export const version = "0.1.0";

const string = { type: "string" };
const strings = { type: "array", items: string };
const texts = { type: "object", additionalProperties: string };

type Types = Readonly<Record<string, object>>;

const resource = (description: string, inputs: Types, outputs: Types) => ({
  description,
  inputProperties: inputs,
  requiredInputs: Object.keys(inputs),
  properties: { ...inputs, ...outputs },
  required: Object.keys({ ...inputs, ...outputs }),
});

export const schema = {
  name: "lab",
  version,
  description: "Firewalled zones and hosts as network namespaces of one Linux machine",
  resources: {
    "lab:index:Network": resource(
      "A process that holds network namespaces, a gateway in between, and everything outside",
      { name: string, cidr: string },
      { asRoot: { type: "boolean" }, changedByHand: strings },
    ),
    "lab:index:Zone": resource(
      "A segment of the network, closed in both directions until it has a firewall",
      { network: string, name: string, cidr: string },
      { gateway: string, instance: string },
    ),
    "lab:index:Firewall": resource(
      "All that may enter and leave a zone",
      { zone: string, inside: string, ingress: texts, egress: texts },
      { instance: string },
    ),
    "lab:index:Host": resource(
      "A machine of the lab: a network namespace with one cable to the gateway",
      { zone: string, name: string, address: string, groups: strings },
      { instance: string },
    ),
    "lab:index:ControlPlane": resource(
      "A Kubernetes control plane on a host of the lab",
      {
        host: string,
        version: string,
        programs: { type: "object", additionalProperties: texts },
        files: texts,
        pki: { ...texts, secret: true },
      },
      { endpoint: string, stopped: strings },
    ),
  },
};
