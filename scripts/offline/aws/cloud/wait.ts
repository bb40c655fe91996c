import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds between two looks, which is longer where AWS itself is asked. */
const pause = 50;
/** Milliseconds after which something never comes about. */
const patience = 120_000;

/** Looks until something is as it is to be, and returns it; throws with what was waited for where it never is. */
export async function waitFor<T>(
  what: string,
  signal: AbortSignal,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = Date.now() + patience;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`waited ${patience / 1000} s in vain until ${what}`);
    await sleep(pause, undefined, { signal });
  }
}
