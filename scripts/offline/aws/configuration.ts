import { checkInputs, type Failure } from "./check.ts";
import { providerType, type Schema, type Shape } from "./schema.ts";
import { simulatedCloud } from "./simulation.ts";
import { isKnown, open, type Properties } from "./value.ts";

/** What the engine itself keeps among a provider's inputs. */
const engines = new Set(["version", "pluginDownloadURL"]);

/** Finds all that is wrong with the provider's configuration. */
export function checkConfiguration(
  schema: Schema,
  inputs: Properties,
  env: NodeJS.ProcessEnv,
): readonly Failure[] {
  const type = schema.kinds[providerType];
  if (type === undefined) throw new Error(`the schema has no ${providerType}`);
  const own = Object.entries(inputs).filter(([name]) => !engines.has(name));
  const { failures } = checkInputs(
    schema,
    type,
    Object.fromEntries(own.map(([name, value]) => [name, decode(value, type.inputs[name])])),
  );
  const { value } = open(inputs["region"]);
  const regionless =
    isKnown(value) && (value === "" || regionOf(inputs, env) === undefined)
      ? [
          {
            path: "region",
            reason:
              "it is missing: write region of the provider, or aws:region into the configuration, or set AWS_REGION " +
              "(profiles are not read here)",
          },
        ]
      : [];
  return [...failures, ...regionless, ...wrongCloud(env)];
}

/** The region of a provider, as the official plugin finds it. */
export function regionOf(inputs: Properties, env: NodeJS.ProcessEnv): string | undefined {
  const { value } = open(inputs["region"]);
  return [value, env["AWS_REGION"], env["AWS_DEFAULT_REGION"]].find(
    (one): one is string => typeof one === "string" && one !== "",
  );
}

/** The SDK sends what is no text as JSON (provider.js of @pulumi/aws). */
function decode(wrapped: unknown, shape: Shape | undefined): unknown {
  const { value } = open(wrapped);
  if (shape === undefined || shape === "string" || typeof value !== "string" || !isKnown(value))
    return wrapped;
  try {
    return JSON.parse(value);
  } catch (error) {
    if (error instanceof SyntaxError) return wrapped;
    throw error;
  }
}

function wrongCloud(env: NodeJS.ProcessEnv): readonly Failure[] {
  try {
    simulatedCloud(env);
    return [];
  } catch (error) {
    return [{ path: "", reason: error instanceof Error ? error.message : String(error) }];
  }
}
