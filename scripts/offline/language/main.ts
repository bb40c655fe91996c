import { parseCommandLine } from "./commandLine.ts";
import { serve } from "./server.ts";
import { standInVersion } from "./version.ts";

try {
  const commandLine = parseCommandLine(process.argv.slice(2));
  if (commandLine.showVersion) console.log(standInVersion());
  else {
    const port = await serve(commandLine);
    // The CLI reads the port from the first line, and shows every later line to the user.
    console.log(port);
  }
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
