import type { Command } from "commander";

/** Runs a command of the user's; what goes wrong is said in one message, without a stack trace, and exits with 1. */
export async function runCommand(command: Command): Promise<void> {
  // A reader that has seen enough, such as head, is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  try {
    await command.parseAsync();
  } catch (error) {
    if (error instanceof TypeError || !(error instanceof Error)) throw error;
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}
