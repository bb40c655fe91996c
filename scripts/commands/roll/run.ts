import type { Step, Work } from "./work.ts";

/** What a roll does to the world. */
export interface Actions {
  /** Updates the stack, and lets that replace these machines alone. */
  update(chosen: readonly string[]): Promise<void>;
  /** Takes a machine away, and nothing else. */
  remove(machine: string): Promise<void>;
  /** Waits until machines are well. */
  well(machines: readonly string[]): Promise<void>;
  /** Whether somebody wants it to end. */
  stopped(): boolean;
  say(line: string): void;
}

/** What has come of a roll. */
export interface Outcome {
  readonly done: number;
  readonly all: number;
  /** Why it ended before all was done. */
  readonly stoppedBy?: unknown;
}

/** Does one step after the other, and nothing after the first that fails. */
export async function roll({ removed, finished, replaced }: Work, actions: Actions): Promise<Outcome> {
  const all = removed.length + finished.length + replaced.length;
  let done = 0;
  const stop = () => {
    if (actions.stopped()) throw new Error("it was interrupted");
  };
  const announce = ({ machine, what }: Step) => {
    actions.say(`\n${machine} of ${what} (${done + 1} of ${all})`);
  };
  try {
    for (const step of removed) {
      stop();
      announce(step);
      await actions.well(step.others);
      stop();
      await actions.remove(step.machine);
      done += 1;
    }
    stop();
    actions.say("\neverything else that has changed");
    const missing = finished.map(({ machine }) => machine);
    await actions.update(missing);
    if (missing.length > 0) {
      stop();
      await actions.well(missing);
      done += missing.length;
    }
    for (const step of replaced) {
      stop();
      announce(step);
      await actions.well(step.others);
      stop();
      await actions.update([step.machine]);
      // Where it is stopped nobody waits for this one: the next run does before it touches another.
      if (!actions.stopped()) await actions.well([step.machine]);
      done += 1;
    }
    return { done, all };
  } catch (error) {
    return { done, all, stoppedBy: error };
  }
}
