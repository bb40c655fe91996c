import * as v from "valibot";
import {
  awsDefaultQuotas,
  awsServices,
  parseBlock,
  parseTraffic,
  trafficForms,
} from "../../components/plan/index.ts";
import { didYouMean } from "./problem.ts";

/*
 * The one definition of a stack file's shape. The editors' schema (stacks/schema.json) is made from it, and what
 * relates one part of a file to another is checked by the rules beside it.
 */

type Entries = Parameters<typeof v.strictObject>[0];

/** An object whose every key is known: a slip of the pen is named, never ignored. */
function object<const E extends Entries>(entries: E) {
  const keys = Object.keys(entries);
  return v.strictObject(entries, (issue) => {
    const last = issue.path?.at(-1)?.key;
    const key = typeof last === "string" ? last : "";
    if (issue.expected === "never")
      return `unknown key${didYouMean(key, keys)}; allowed here: ${keys.join(", ")}`;
    if (issue.expected === "Object") return `write an object with the keys ${keys.join(", ")}`;
    return `"${key}" is missing${describe(entries[key])}`;
  });
}

const describe = (schema: Entries[string] | undefined): string => {
  const text = schema === undefined ? undefined : v.getDescription(schema);
  return text === undefined ? "" : `: ${text}`;
};

const map = <V extends v.GenericSchema>(value: V, what: string) =>
  v.pipe(
    v.record(v.string(), value, `write an object: ${what}`),
    v.check((input) => !Array.isArray(input), `write an object, not a list: ${what}`),
  );

const list = <V extends v.GenericSchema>(item: V, what: string) => v.array(item, `write a list of ${what}`);

const choice = <const T extends readonly string[]>(options: T, what: string) =>
  v.pipe(v.picklist(options, `${what} is one of ${options.join(", ")}`), v.description(what));

function integer(first: number, last: number, what: string) {
  const allowed = `${what} is a whole number from ${first} to ${last}`;
  return v.pipe(
    v.number(allowed),
    v.integer(allowed),
    v.minValue(first, allowed),
    v.maxValue(last, allowed),
    v.description(what),
  );
}

function text(what: string, pattern = /\S/, example?: string) {
  const allowed = example === undefined ? `write ${what}` : `write ${what}, such as ${example}`;
  return v.pipe(
    v.string(allowed),
    v.regex(pattern, allowed),
    // What is printed for reviewers must be one line of theirs.
    v.regex(/^[^\p{Cc}\u2028\u2029]{1,500}$/u, `${allowed}: one line of at most 500 characters`),
    v.description(what),
  );
}

/** Keeps the text, and says what its parser finds wrong with it. */
function parsed(what: string, pattern: RegExp, parse: (text: string) => unknown) {
  return v.pipe(
    v.string(`write ${what}`),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      try {
        parse(dataset.value);
      } catch (error) {
        addIssue({ message: error instanceof Error ? error.message : String(error) });
      }
    }),
    v.metadata({ pattern: pattern.source }),
    v.description(what),
  );
}

const cidr = parsed("an IPv4 CIDR block, such as 10.16.0.0/16", /^[\d.]+\/\d+$/, parseBlock);
const traffic = v.pipe(
  parsed(`traffic: ${trafficForms}`, /^(?:(?:tcp|udp)\/\d+(?:-\d+)?|icmp|ip\/\d+)$/, parseTraffic),
  v.transform(parseTraffic),
);
const traffics = v.pipe(
  list(traffic, `traffic: ${trafficForms}`),
  v.minLength(1, "name at least one kind of traffic, such as tcp/443"),
);
const why = text("why it is needed: it becomes the firewall rule's description");

// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
const processors = /^(?!0+(?:\.0+)?m?$)\d+(?:\.\d+|m)?$/;
const bytes = /^(?!0)\d+(?:k|Ki|M|Mi|G|Gi|T|Ti)?$/;
const quantity = (what: string, example: string, pattern: RegExp) =>
  v.pipe(
    v.union([v.string(), v.number()], `write ${what}, such as ${example}`),
    v.transform(String),
    v.regex(pattern, `write ${what}, such as ${example}`),
    v.description(what),
  );

// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
const labelText = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;
const labelName =
  /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const labels = v.optional(
  v.pipe(
    map(
      v.pipe(
        v.string("a label's value is text: put it in quotes"),
        v.regex(labelText, "a label's value has up to 63 letters, digits, dots, hyphens and underscores"),
      ),
      "labels for Kubernetes nodes, by name",
    ),
    v.check(
      (input) =>
        Object.keys(input).every(
          (name) => labelName.test(name) && !/(?:^|\.)(?:kubernetes|k8s)\.io\//.test(name),
        ),
      "a label's name has up to 63 letters, digits, dots, hyphens and underscores, with a DNS name and a slash before it if you like, but not one of kubernetes.io or k8s.io",
    ),
  ),
  {},
);

const letter = v.picklist(["a", "b", "c", "d"], "an availability zone is one of the letters a, b, c, d");
const letters = (what: string) =>
  v.pipe(
    list(letter, "letters, such as [a, b, c]"),
    v.minLength(1, "name at least one availability zone"),
    v.description(what),
  );

const machines = (count: v.GenericSchema<number, number>) =>
  object({
    count,
    size: v.optional(choice(["small", "medium", "large", "xlarge"], "how large each machine is"), "small"),
    labels,
    spread: v.exactOptional(letters("availability zones to spread over, where not all of the network's")),
  });

/** https://docs.mirantis.com/mke/3.9 runs on Mirantis Container Runtime 25.0.12 or later. */
const mirantis = { repository: "https://repos.mirantis.com", channel: "stable-25.0.14" };

/*
 * Managers need 8 GB and 2 vCPUs at least, 16 GB and 4 are recommended; the registry 16 GB
 * (docker/docs@03a6e01a:ee/ucp/admin/install/system-requirements.md).
 */
const defaultInstanceTypes = {
  small: "t3.medium",
  medium: "m6i.large",
  large: "m6i.xlarge",
  xlarge: "m6i.2xlarge",
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const logDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const certificate = v.pipe(
  v.string("write a certificate in PEM"),
  v.regex(
    /^(?:-----BEGIN CERTIFICATE-----\r?\n(?:[A-Za-z0-9+/=]+\r?\n)+-----END CERTIFICATE-----\s*)+$/,
    "write certificates in PEM, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----, and no keys",
  ),
);

const inside = choice(
  ["open", "flows"],
  "whether machines of a zone talk freely, as in a VLAN, or only by flows",
);
const workers = machines(integer(1, 999, "the number of workers"));

const managementSchema = object({
  managers: machines(integer(1, 7, "the number of managers")),
  registry: v.optional(machines(integer(0, 7, "the number of registry machines")), { count: 0 }),
  inside: v.optional(inside, "flows"),
});

const serviceSchema = object({
  addresses: v.pipe(
    list(cidr, "CIDR blocks"),
    v.minLength(1, "name at least one address, such as 192.0.2.53/32"),
  ),
  traffic: v.exactOptional(traffics),
  why: v.exactOptional(why),
});

const existingSchema = object({
  id: text("the network's id: vpc-... on AWS, the virtual network's resource id on Azure"),
  subnets: map(
    v.pipe(
      list(
        object({ id: text("the subnet's id"), cidr, availabilityZone: v.exactOptional(letter) }),
        "subnets",
      ),
      v.minLength(1, "name at least one subnet"),
    ),
    "a list of subnets for each zone, management included",
  ),
});

const networkSchema = object({
  cidr,
  zonePrefix: v.optional(integer(16, 25, "the prefix length of a zone's block"), 22),
  availabilityZones: v.optional(letters("letters of the availability zones to spread over"), ["a"]),
  overlay: v.exactOptional(choice(["ipip", "vxlan"], "what carries pods' packets between hosts")),
  workerMesh: v.optional(
    choice(["cut", "vendor"], "whether workers of different zones reach each other on the engine's ports"),
    "cut",
  ),
  podCidr: v.optional(cidr, "192.168.0.0/16"),
  serviceCidr: v.optional(cidr, "10.96.0.0/16"),
  frontDoor: v.optional(list(cidr, "CIDR blocks that may reach the platform's front door"), []),
  services: v.optional(map(serviceSchema, "outside services that every machine may reach, by name"), {}),
  existing: v.exactOptional(existingSchema),
});

const zoneSchema = object({
  // A missing slot is a rule's to report, which knows the next free one.
  slot: v.exactOptional(integer(1, 65535, "a zone's slot")),
  tier: v.exactOptional(text("the zone's tier", /^[a-z0-9](?:[a-z0-9-]{0,22}[a-z0-9])?$/, "test")),
  inside: v.optional(inside, "open"),
});

const collectionSchema = object({
  zone: text("the zone that the collection's workers stand in"),
  slot: v.optional(integer(1, 7, "which of its zone's windows a collection takes"), 1),
  workers: v.optional(object({ linux: v.exactOptional(workers), windows: v.exactOptional(workers) }), {}),
});

const exposureSchema = object({
  host: text(
    "a DNS name",
    /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
    "shop.example.com",
  ),
  port: v.optional(integer(1, 65535, "a port"), 443),
  protocol: v.optional(choice(["https", "tls"], "what travels: HTTPS, or anything else inside TLS"), "https"),
  via: choice(["load-balancer", "ingress", "gateway"], "what ends or passes TLS"),
  from: v.pipe(
    list(cidr, "CIDR blocks that may connect"),
    v.minLength(1, "name who may connect, such as 10.0.0.0/8"),
  ),
});

const namespaceSchema = object({
  collection: v.exactOptional(text("the collection whose nodes the namespace's pods run on")),
  quota: object({
    cpu: quantity("processors that the namespace may use", "8", processors),
    memory: quantity("memory that the namespace may use", "16Gi", bytes),
    pods: integer(1, 100_000, "the number of pods"),
  }),
  limits: object({
    cpu: quantity("processors that one container may use", "2", processors),
    memory: quantity("memory that one container may use", "4Gi", bytes),
  }),
  samplePods: v.optional(
    integer(0, 100, "how many pods of a small deployment show that the namespace works"),
    0,
  ),
  exposures: v.optional(map(exposureSchema, "exposures by name"), {}),
});

const groupSchema = object({
  owner: v.exactOptional(text("who answers for the application group")),
  team: object({ directoryGroup: text("the directory's group whose members are the team") }),
  collections: map(collectionSchema, "collections by name"),
  namespaces: v.optional(map(namespaceSchema, "namespaces by name"), {}),
});

const flowSchema = object({
  from: text("a zone, zone/collection, manager, registry, worker or a CIDR block"),
  to: text("a zone, zone/collection, manager, registry, worker or a CIDR block"),
  traffic: traffics,
  why,
  owner: text("who answers for the flow"),
});

/** A day as ISO 8601 writes it; Pulumi's own YAML reader makes a time of one that stands without quotes. */
const day = v.pipe(
  v.string("write a day, such as 2027-01-31"),
  v.transform((value) => value.replace(/T00:00:00Z$/, "")),
  v.regex(/^\d{4}-\d{2}-\d{2}$/, "write a day, such as 2027-01-31"),
  v.check(isDay, "there is no such day in the calendar"),
  v.description("the last day on which it holds, such as 2027-01-31"),
);

function isDay(value: string): boolean {
  const time = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}

const exceptionSchema = object({
  finding: v.exactOptional(text("the id of a finding, as the proof prints it")),
  from: v.exactOptional(text("a zone, zone/collection, manager, registry, worker or a CIDR block")),
  to: v.exactOptional(text("a zone, zone/collection, manager, registry, worker or a CIDR block")),
  traffic: v.exactOptional(traffics),
  why: text("why the leak is accepted for now"),
  owner: text("who answers for it"),
  expires: day,
});

/** Of what needs no quoting anywhere; packages and images are taken from where TLS says that it is. */
const url = (what: string, example: string) => text(what, /^https:\/\/[\w.:/[\]~+,=-]+$/, example);

const machinesSchema = object({
  packages: v.optional(
    object({
      repository: v.optional(
        url("where the container engine's packages are", "https://repos.mirantis.com"),
        mirantis.repository,
      ),
      channel: v.optional(
        text("the packages' channel", /^[a-z0-9][a-z0-9.-]*$/, "stable-25.0.14"),
        mirantis.channel,
      ),
      installer: v.exactOptional(
        url("what installs the engine on Windows", "https://mirror.example.com/install.ps1"),
      ),
    }),
    mirantis,
  ),
  sessionAgent: v.exactOptional(
    url("where Session Manager's agent is, for RHEL", "https://mirror.example.com/amazon-ssm-agent.rpm"),
  ),
  registryMirrors: v.optional(list(url("a mirror's URL", "https://mirror.example.com"), "URLs"), []),
  proxy: v.exactOptional(
    object({
      url: text("the proxy's URL", /^https?:\/\/[\w.:/[\]~+,@=-]+$/, "http://proxy.example.com:3128"),
      addresses: v.pipe(
        list(cidr, "CIDR blocks"),
        v.minLength(1, "name the proxy's own addresses, such as 10.0.8.128/32"),
      ),
      except: v.optional(
        list(text("a name or block", /^[A-Za-z0-9.*:/-]+$/, ".example.com"), "names and blocks"),
        [],
      ),
    }),
  ),
  certificates: v.optional(list(certificate, "certificates in PEM"), []),
});

const imageSchema = object({
  id: text("an image's id", /^ami-(?:[0-9a-f]{8}|[0-9a-f]{17})$/, "ami-0123456789abcdef0"),
  family: v.exactOptional(choice(["ubuntu", "rhel"], "which family of Linux it is")),
  name: v.exactOptional(text("the image's name, with * for what newer ones have in its place")),
  owner: v.exactOptional(
    text("the account that publishes it", /^(?:\d{12}|amazon|self|aws-marketplace)$/, "099720109477"),
  ),
});

const instanceType = text("an instance type", /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, "m6i.large");

const awsSchema = object({
  region: text("the region", /^[a-z]{2}(?:-[a-z]+)+-\d$/, "eu-central-1"),
  account: text("the account's twelve digits, in quotes", /^\d{12}$/, '"111122223333"'),
  images: object({ linux: v.exactOptional(imageSchema), windows: v.exactOptional(imageSchema) }),
  instanceTypes: v.optional(
    object({
      small: v.optional(instanceType, defaultInstanceTypes.small),
      medium: v.optional(instanceType, defaultInstanceTypes.medium),
      large: v.optional(instanceType, defaultInstanceTypes.large),
      xlarge: v.optional(instanceType, defaultInstanceTypes.xlarge),
    }),
    defaultInstanceTypes,
  ),
  diskSize: v.optional(integer(30, 16384, "each machine's root volume in GiB"), 100),
  kmsKey: v.exactOptional(
    text("a KMS key's ARN", /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/),
  ),
  egress: v.optional(choice(["nat", "proxy", "none"], "how machines reach what is no service"), "none"),
  transitGateway: v.exactOptional(
    object({
      id: text("a transit gateway's id", /^tgw-[0-9a-f]{8,17}$/, "tgw-0123456789abcdef0"),
      blocks: v.pipe(
        list(cidr, "CIDR blocks"),
        v.minLength(1, "name the blocks that it leads to, such as 10.0.0.0/12"),
      ),
    }),
  ),
  loadBalancers: v.optional(
    choice(["internal", "internet-facing"], "whether load balancers have public addresses"),
    "internal",
  ),
  endpoints: v.exactOptional(list(choice(awsServices, "a service that machines use"), "services")),
  secretStore: v.optional(
    choice(["parameter-store", "secrets-manager"], "where join secrets are kept"),
    "parameter-store",
  ),
  permissionsBoundary: v.exactOptional(
    text("a policy's ARN", /^arn:aws[a-z-]*:iam::(?:\d{12}|aws):policy\/[\w+=,.@/-]+$/),
  ),
  clusterId: v.exactOptional(text("the cluster's id in tags", /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/)),
  flowLogDays: v.optional(
    v.picklist(logDays, `how many days flow logs are kept is one of ${logDays.join(", ")}`),
    365,
  ),
  tags: v.optional(map(text("a tag's value", /^[\p{L}\p{N} _.:/=+@-]{0,256}$/u, "1234"), "tags by name"), {}),
  quotas: v.optional(
    object({
      rulesPerGroup: v.optional(integer(1, 1000, "rules per security group"), awsDefaultQuotas.rulesPerGroup),
      groupsPerInterface: v.optional(
        integer(1, 16, "security groups per interface"),
        awsDefaultQuotas.groupsPerInterface,
      ),
      groupsPerRegion: v.optional(
        integer(1, 100_000, "security groups per region"),
        awsDefaultQuotas.groupsPerRegion,
      ),
      subnetsPerVpc: v.optional(integer(1, 100_000, "subnets per VPC"), awsDefaultQuotas.subnetsPerVpc),
      vcpus: v.exactOptional(integer(1, 1_000_000, "vCPUs of standard instances")),
    }),
    awsDefaultQuotas,
  ),
});

const sections = {
  target: choice(["lab", "aws", "azure"], "where the environment runs"),
  engine: choice(["mke", "kubernetes"], "what runs its containers"),
  network: v.pipe(networkSchema, v.description("addresses and what may pass between them")),
  management: v.pipe(managementSchema, v.description("the zone of the managers and the registry")),
  machines: v.optional(v.pipe(machinesSchema, v.description("what machines of a cloud are set up with")), {
    packages: mirantis,
    registryMirrors: [],
    certificates: [],
  }),
  aws: v.exactOptional(v.pipe(awsSchema, v.description("what only AWS needs to know"))),
  zones: v.pipe(map(zoneSchema, "zones by name"), v.description("the application groups' zones")),
  groups: v.pipe(map(groupSchema, "application groups by name"), v.description("the application groups")),
  flows: v.optional(
    v.pipe(
      list(flowSchema, "flows, each with from, to, traffic, why and owner"),
      v.description("flows beyond what the roles need"),
    ),
    [],
  ),
  exceptions: v.optional(
    v.pipe(
      list(exceptionSchema, "exceptions, each with why, owner, expires and what it is about"),
      v.description("leaks that are accepted for a time"),
    ),
    [],
  ),
  expiresAfter: v.exactOptional(
    text("hours or days after the last update", /^(?:[1-9]\d{0,3}h|[1-9]\d{0,2}d)$/, "72h or 14d"),
  ),
};

/** Everything under a stack file's `bulkhead:` keys. */
export const configSchema = object(sections);

/** The same with any section absent, and with null in place of a flow or an exception that is faulty. */
export const draftSchema = v.partial(
  v.strictObject({
    ...sections,
    flows: v.array(v.nullable(flowSchema)),
    exceptions: v.array(v.nullable(exceptionSchema)),
  }),
);

export type Config = v.InferOutput<typeof configSchema>;
