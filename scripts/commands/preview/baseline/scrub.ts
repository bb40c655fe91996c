import { gatherSecrets, hidden, isSecret, Secrets } from "../secrets/index.ts";
import { nameOf } from "../changes/index.ts";

export interface Scrubbed {
  readonly deployment: Deployment;
  /** What was taken out: the resource and the property's path. */
  readonly taken: readonly string[];
}

export interface Deployment {
  readonly manifest?: { readonly time?: string };
  readonly resources?: readonly Readonly<Record<string, unknown>>[];
}

/** What says where somebody works and with which key, and is no part of what a preview compares. */
const dropped = new Set(["secrets_providers", "pending_operations", "metadata"]);
const droppedOfResources = new Set(["sourcePosition", "stackTrace", "aliases"]);

/**
 * Takes every secret out of a state that was exported with them in the clear: what is marked, the same texts where they
 * stand unmarked, and what looks like a key or token.
 */
export function scrub(exported: Deployment): Scrubbed {
  const secrets = new Secrets();
  gatherSecrets(secrets, exported);
  const taken: string[] = [];
  const clean = (value: unknown, place: string): unknown => {
    if (typeof value === "string") {
      const plain = secrets.redact(value);
      if (plain !== value) taken.push(place);
      return plain;
    }
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((item, index) => clean(item, `${place}[${index}]`));
    const fields = value as Readonly<Record<string, unknown>>;
    if (isSecret(fields)) {
      taken.push(place);
      return hidden;
    }
    return Object.fromEntries(
      Object.entries(fields).map(([key, item]) => [key, clean(item, place === "" ? key : `${place}.${key}`)]),
    );
  };
  const { resources = [], ...rest } = exported;
  return {
    deployment: {
      ...(Object.fromEntries(Object.entries(rest).filter(([key]) => !dropped.has(key))) as Omit<
        Deployment,
        "resources"
      >),
      resources: resources.map((resource) => {
        const name = nameOf(String(resource["urn"]));
        return Object.fromEntries(
          Object.entries(resource)
            .filter(([key]) => !droppedOfResources.has(key))
            // What names a resource is how others refer to it.
            .map(([key, value]) => [
              key,
              /^(?:urn|parent|provider|dependencies|propertyDependencies)$/.test(key)
                ? value
                : clean(value, `${name}: ${key}`),
            ]),
        );
      }),
    },
    taken,
  };
}
