import type { Server } from "@grpc/grpc-js";
import { killEverything, stopEverything } from "./child.ts";

// The CLI interrupts its plugins when it is done with them, and kills after five seconds
// (pkg/resource/plugin/plugin.go, ExecPlugin).
const childGrace = 3_000;
const answerPatience = 500;

export function leaveOnSignals(server: Server): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      leave(server);
    });
  process.once("exit", killEverything);
  // Where a program's output goes is gone with the CLI. What to do about that is for `watchEngine` to notice.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}

let leaving = false;

/** Stops what this host has started, lets the answers about it out, and ends the process. */
export function leave(server: Server): void {
  if (leaving) return;
  leaving = true;
  // Whatever is still there then is killed: see leaveOnSignals.
  const end = () => process.exit(0);
  setTimeout(end, childGrace + answerPatience);
  stopEverything(childGrace).then((stopped) => {
    if (stopped) server.tryShutdown(end);
    else end();
  }, end);
}
