import { parseEnvironment } from "../../stacks/config.ts";
import type { Environment } from "../../components/plan/index.ts";

type Raw = Record<string, unknown>;

/** A configuration without problems, as small as it can be, with two groups in zones of their own. */
export const sound = (): Raw => ({
  target: "aws",
  engine: "mke",
  network: { cidr: "10.16.0.0/16" },
  management: { managers: { count: 3 }, registry: { count: 1 } },
  aws: {
    region: "eu-central-1",
    account: "111122223333",
    images: { linux: { id: "ami-0123456789abcdef0" }, windows: { id: "ami-0fedcba9876543210" } },
  },
  zones: { red: { slot: 1 }, blue: { slot: 2 } },
  groups: { red: group("red"), blue: group("blue") },
});

/** A group with one collection and one namespace, each of the group's name. */
export const group = (name: string, collection: Raw = {}): Raw => ({
  team: { directoryGroup: `CN=${name}` },
  collections: { [name]: { zone: name, workers: { linux: { count: 2 } }, ...collection } },
  namespaces: {
    [name]: { quota: { cpu: 4, memory: "8Gi", pods: 20 }, limits: { cpu: 1, memory: "2Gi" } },
  },
});

/** The configuration with the value at each dotted path replaced, or taken out where it is undefined. */
export function edited(edits: Readonly<Record<string, unknown>>, raw: Raw = sound()): Raw {
  const copy = structuredClone(raw);
  for (const [path, value] of Object.entries(edits)) {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    const holder = keys.reduce<Raw>((at, key) => (at[key] ??= {}) as Raw, copy);
    if (value === undefined) Reflect.deleteProperty(holder, last);
    else holder[last] = value;
  }
  return copy;
}

/** The environment of the sound configuration with these edits. */
export const environment = (edits: Readonly<Record<string, unknown>> = {}): Environment =>
  parseEnvironment("sample", edited(edits));
