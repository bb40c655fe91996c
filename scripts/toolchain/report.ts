// What people see while the scripts work. All of it goes to stderr: stdout belongs to whoever reads the result.

/** Something the user can put right; shown without a stack trace. */
export class UserError extends Error {
  override readonly name = "UserError";
}

export const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

export function size(bytes: number): string {
  return bytes < 1e6
    ? `${Math.ceil(bytes / 1e3)} kB`
    : bytes < 1e9
      ? `${Math.round(bytes / 1e6)} MB`
      : `${(bytes / 1e9).toFixed(1)} GB`;
}

/**
 * Runs a long piece of work and shows how far it is: a line that changes on a terminal, else one every 30 seconds.
 * What `work` returns is its result; `now` tells the latest state in a few words.
 */
export async function during<T>(
  what: string,
  work: (now: (state: string) => void) => Promise<T>,
): Promise<T> {
  const started = Date.now();
  let state = "";
  const terminal = process.stderr.isTTY;
  const line = () =>
    `${what}: ${[state, `${duration(Date.now() - started)} so far`].filter((part) => part !== "").join(", ")}`;
  if (!terminal) say(what);
  const timer = setInterval(
    () => {
      if (terminal) process.stderr.write(`\r\x1b[K${line().slice(0, process.stderr.columns - 1)}`);
      else say(line());
    },
    terminal ? 1000 : 30_000,
  );
  const end = (how: string) => {
    clearInterval(timer);
    if (terminal) process.stderr.write("\r\x1b[K");
    say(`${what}: ${how} after ${duration(Date.now() - started)}`);
  };
  try {
    const result = await work((next) => {
      state = next;
    });
    end("done");
    return result;
  } catch (error) {
    end("failed");
    throw error;
  }
}

/** Runs a script's main function: problems of the user's are told, others keep their stack trace. */
export async function runMain(main: (args: readonly string[]) => Promise<void>): Promise<void> {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    say(`error: ${error.message}`);
    process.exitCode = 1;
  }
}
