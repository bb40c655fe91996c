const pending: (() => void | Promise<void>)[] = [];

/** Cleans up when the running test is over, however it ended: the last thing made goes first. */
export function afterwards(cleanUp: () => void | Promise<void>): void {
  pending.push(cleanUp);
}

afterEach(async () => {
  for (const cleanUp of pending.splice(0).reverse()) await cleanUp();
});
