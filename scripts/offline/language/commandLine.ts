/** What the CLI says when it starts a language host: `[flags] [engine address]`. */
export interface CommandLine {
  readonly engineAddress: string | undefined;
  /** A Zipkin-compatible address, handed on to the program. */
  readonly tracing: string | undefined;
  readonly showVersion: boolean;
}

// The flags of pulumi's sdk/nodejs/cmd/pulumi-language-nodejs/main.go, and those for logging that
// pkg/resource/plugin/plugin.go (buildPluginArguments) adds. This host logs nothing, so those change nothing.
const flagsWithValue = new Set(["tracing", "runtime", "v"]);
const switches = new Set(["version", "logtostderr", "logflow"]);

export function parseCommandLine(words: readonly string[]): CommandLine {
  const values = new Map<string, string>();
  const rest = [...words];
  // As Go's flag package has it: one dash or two, and the first word that is no flag ends the flags.
  for (let flag = rest[0]; flag?.startsWith("-") === true && flag !== "-"; flag = rest[0]) {
    rest.shift();
    if (flag === "--") break;
    const [, name = "", value] = /^--?([^=]*)(?:=(.*))?$/.exec(flag) ?? [];
    if (flagsWithValue.has(name)) {
      const given = value ?? rest.shift();
      if (given === undefined) throw new Error(`flag needs a value: --${name}`);
      values.set(name, given);
    } else if (switches.has(name)) values.set(name, value ?? "true");
    else throw new Error(`unknown flag: ${flag}`);
  }
  const runtime = values.get("runtime") ?? "nodejs";
  if (runtime !== "nodejs")
    throw new Error(`unsupported runtime: ${runtime}; Bulkhead's stand-in host runs "nodejs" only`);
  const tracing = values.get("tracing");
  return {
    engineAddress: rest[0] === "" ? undefined : rest[0],
    tracing: tracing === "" ? undefined : tracing,
    showVersion: values.get("version") === "true",
  };
}
