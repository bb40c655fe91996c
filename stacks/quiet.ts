import { createRequire } from "node:module";

interface Debuggable {
  debuggablePromise?: (promise: Promise<unknown>, context?: unknown) => Promise<unknown>;
}

interface Log {
  debug?: (message: string) => Promise<void>;
}

/**
 * Has the SDK leave out what it does for those who look for its own faults; with a thousand resources that takes close
 * to half of a preview's time.
 *
 * It notes a stack trace with each of its promises, of which it makes four for each property of a resource, and shows
 * one only of a promise that nobody ever settled. Errors keep their traces. And it sends the engine several messages
 * for each resource, one after the other, which are shown with `--debug` alone.
 */
export function quietSdk(env: NodeJS.ProcessEnv): void {
  if ((env["BULKHEAD_SDK_DEBUG"] ?? env["PULUMI_DEBUG_PROMISE_LEAKS"] ?? "") !== "") return;
  const require = createRequire(import.meta.url);
  const debuggable = require("@pulumi/pulumi/runtime/debuggable.js") as Debuggable;
  const log = require("@pulumi/pulumi/log/index.js") as Log;
  // Another version of the SDK may lack them, or have them elsewhere.
  if (log.debug !== undefined) log.debug = () => Promise.resolve();
  const { debuggablePromise } = debuggable;
  if (debuggablePromise === undefined) return;
  debuggable.debuggablePromise = (promise, context) => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(promise, context);
    } finally {
      Error.stackTraceLimit = limit;
    }
  };
}
