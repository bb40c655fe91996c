import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../toolchain/report.ts";

export interface Patience {
  /** How long to wait at most, in milliseconds. */
  readonly limit: number;
  /** How long to wait between two looks, in milliseconds. */
  readonly pause: number;
  readonly signal?: AbortSignal;
  /** Is told what is waited for whenever that has changed. */
  readonly onWait?: (problems: readonly string[]) => void;
}

/** Waits until nothing is wrong any more; throws what still is when the time is over. */
export async function untilWell(
  look: () => Promise<readonly string[]>,
  { limit, pause, signal, onWait }: Patience,
): Promise<void> {
  const deadline = performance.now() + limit;
  for (let told = ""; ;) {
    const problems = await look();
    if (problems.length === 0) return;
    if (performance.now() >= deadline)
      throw new UserError(
        [`after ${inMinutes(limit)} this is still so:`, ...problems.map((problem) => `  ${problem}`)].join(
          "\n",
        ),
      );
    if (problems.join() !== told) onWait?.(problems);
    told = problems.join();
    await sleep(pause, undefined, signal === undefined ? {} : { signal });
  }
}

const inMinutes = (milliseconds: number): string => {
  const minutes = Math.round(milliseconds / 6_000) / 10;
  return `${minutes} minute${minutes === 1 ? "" : "s"}`;
};
