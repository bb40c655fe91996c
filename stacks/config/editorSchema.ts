import { toJsonSchema } from "@valibot/to-json-schema";
import { prefix } from "../config.ts";
import { configSchema } from "./schema.ts";

interface ObjectSchema {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required: readonly string[];
}

/** The JSON schema with which editors complete and check stack files, as the text of stacks/schema.json. */
export function editorSchema(): string {
  const { properties, required } = toJsonSchema(configSchema, {
    typeMode: "input",
    // What relates values to each other, such as a parser's opinion, has no JSON schema; the program checks it.
    errorMode: "ignore",
  }) as unknown as ObjectSchema;
  const keys = Object.keys(properties);
  const own = Object.fromEntries(keys.map((key) => [`${prefix}${key}`, properties[key]]));
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Bulkhead environment",
    type: "object",
    required: ["config"],
    properties: {
      config: {
        type: "object",
        required: required.map((key) => `${prefix}${key}`),
        properties: own,
        // Other packages' keys, such as aws:region, are theirs to check; an unknown key of ours is a mistake.
        patternProperties: { [`^${prefix}(?!(?:${keys.join("|")})$)`]: false },
      },
    },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
