import { say } from "../../toolchain/report.ts";
import { sideBySide } from "../../toolchain/sideBySide.ts";
import { scrub, stateOf, writeExport } from "./baseline/index.ts";
import { atOnce, toolsFor } from "./previews.ts";
import { Secrets } from "./secrets/index.ts";

/** Writes each environment's state without its secrets into a folder, and says what was taken out. */
export async function exportStates(environments: readonly string[], folder: string): Promise<void> {
  const tools = await toolsFor(environments, false);
  const engine = { pulumi: tools.pulumi, env: { ...process.env, ...tools.variables } };
  await sideBySide(environments, atOnce, async (name) => {
    const state = await stateOf(engine, name, new Secrets());
    if (state === undefined) {
      say(`${name}: there is no stack of this name, so there is nothing to export`);
      return;
    }
    const { deployment, taken } = scrub(state);
    const file = writeExport(folder, name, deployment);
    const byResource = Map.groupBy(taken, (place) => place.slice(0, place.indexOf(": ")));
    const lines = [...byResource].map(
      ([resource, places]) =>
        `  ${resource}: ${places.map((place) => place.slice(resource.length + 2)).join(", ")}`,
    );
    const what =
      taken.length === 0
        ? "it held no secret"
        : [`${taken.length} secret value${taken.length === 1 ? "" : "s"} taken out:`, ...lines].join("\n");
    say(`${name}: ${file}; ${what}`);
  });
}
