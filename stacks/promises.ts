import { createRequire } from "node:module";

interface Debuggable {
  readonly debugPromiseLeaks?: boolean;
  debuggablePromise?: (promise: Promise<unknown>, context?: unknown) => Promise<unknown>;
}

/**
 * Has the SDK note no stack trace with each of its promises. It makes four for each property of a resource and shows a
 * trace only of one that nobody ever settled; with a thousand resources they take a third of a preview's time. Errors
 * keep their traces. Where the SDK is asked to look for such promises (PULUMI_DEBUG_PROMISE_LEAKS), all stays as it is.
 */
export function leaveOutPromiseTraces(): void {
  const debuggable = createRequire(import.meta.url)("@pulumi/pulumi/runtime/debuggable.js") as Debuggable;
  const { debuggablePromise, debugPromiseLeaks = false } = debuggable;
  // Another version of the SDK may have none.
  if (debuggablePromise === undefined || debugPromiseLeaks) return;
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
