import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

// The DevTools protocol over a pipe needs no library: a message is JSON with a NUL behind it
// (https://chromedevtools.github.io/devtools-protocol).

type Json = Readonly<Record<string, unknown>>;

/** A page in a headless Chromium, and what it did that a report may not do. */
export interface Page {
  /** Opens a file, as a reader does by a double click. */
  readonly open: (url: URL) => Promise<void>;
  /** The value of an expression in the page. */
  readonly evaluate: <T>(expression: string) => Promise<T>;
  /** Presses a key as a person does: `Enter`, `ArrowDown`, `a`. */
  readonly press: (key: string) => Promise<void>;
  readonly type: (text: string) => Promise<void>;
  readonly size: (width: number, height: number) => Promise<void>;
  readonly prefer: (scheme: "light" | "dark", media?: "screen" | "print") => Promise<void>;
  readonly withScripts: (wanted: boolean) => Promise<void>;
  readonly pdf: () => Promise<Buffer>;
  readonly screenshot: (whole?: boolean) => Promise<Buffer>;
  /** Messages of the console, errors and violations of the page's policy. */
  readonly complaints: string[];
  /** Addresses that were asked for, but for the files that were opened. */
  readonly requests: string[];
  readonly close: () => Promise<void>;
}

export async function openBrowser(program = "chromium"): Promise<Page> {
  const profile = await mkdtemp(join(tmpdir(), "bulkhead-browser-"));
  const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions"];
  const child = spawn(
    program,
    [...flags, `--user-data-dir=${profile}`, "--remote-debugging-pipe", "about:blank"],
    {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    },
  );
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const [, , , input, output] = child.stdio as unknown as [null, null, null, Writable, Readable];
  const waiting = new Map<number, { resolve: (result: Json) => void; reject: (error: Error) => void }>();
  const listeners = new Map<string, (parameters: Json) => void>();
  void exited.then(() => {
    for (const { reject } of waiting.values()) reject(new Error("the browser ended"));
  });

  let rest = "";
  output.setEncoding("utf8").on("data", (chunk: string) => {
    const messages = `${rest}${chunk}`.split("\0");
    rest = messages.pop() ?? "";
    for (const text of messages) {
      const { id, result, error, method, params } = JSON.parse(text) as {
        id?: number;
        result?: Json;
        error?: { message: string };
        method?: string;
        params?: Json;
      };
      if (method !== undefined) listeners.get(method)?.(params ?? {});
      if (id === undefined) continue;
      if (error === undefined) waiting.get(id)?.resolve(result ?? {});
      else waiting.get(id)?.reject(new Error(error.message));
      waiting.delete(id);
    }
  });

  let last = 0;
  const ask = (method: string, params: Json, session?: string): Promise<Json> =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      input.write(
        `${JSON.stringify({ id, method, params, ...(session !== undefined && { sessionId: session }) })}\0`,
      );
    });

  const { targetInfos } = (await ask("Target.getTargets", {})) as {
    targetInfos: { type: string; targetId: string }[];
  };
  const targetId = targetInfos.find(({ type }) => type === "page")?.targetId;
  const { sessionId } = (await ask("Target.attachToTarget", { targetId, flatten: true })) as {
    sessionId: string;
  };
  const send = (method: string, params: Json = {}): Promise<Json> => ask(method, params, sessionId);
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await send(`${domain}.enable`);

  const complaints: string[] = [];
  const requests: string[] = [];
  const opened = new Set<string>();
  listeners.set("Runtime.consoleAPICalled", (event) => complaints.push(JSON.stringify(event["args"])));
  listeners.set("Runtime.exceptionThrown", (event) =>
    complaints.push(JSON.stringify(event["exceptionDetails"])),
  );
  listeners.set("Log.entryAdded", (event) => complaints.push(JSON.stringify(event["entry"])));
  listeners.set("Network.requestWillBeSent", (event) => {
    const { url } = event["request"] as { url: string };
    if (!opened.has(url)) requests.push(url);
  });

  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result, exceptionDetails } = (await send("Runtime.evaluate", {
      expression,
      returnByValue: true,
      awaitPromise: true,
    })) as {
      result: { value: T };
      exceptionDetails?: { text: string; exception?: { description?: string } };
    };
    if (exceptionDetails !== undefined)
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  return {
    complaints,
    requests,
    evaluate,
    open: async ({ href }) => {
      opened.add(href);
      const loaded = new Promise<void>((resolve) => listeners.set("Page.loadEventFired", () => resolve()));
      await send("Page.navigate", { url: href });
      await loaded;
    },
    press: async (key) => {
      const code = { Enter: 13, Escape: 27, Tab: 9, " ": 32 }[key];
      const text = key === "Enter" ? "\r" : key.length === 1 ? key : undefined;
      const common = { key, ...(code !== undefined && { windowsVirtualKeyCode: code }) };
      await send("Input.dispatchKeyEvent", {
        type: "keyDown",
        ...common,
        ...(text !== undefined && { text }),
      });
      await send("Input.dispatchKeyEvent", { type: "keyUp", ...common });
    },
    type: async (text) => {
      await send("Input.insertText", { text });
    },
    size: async (width, height) => {
      await send("Emulation.setDeviceMetricsOverride", {
        width,
        height,
        deviceScaleFactor: 1,
        mobile: false,
      });
    },
    prefer: async (scheme, media = "screen") => {
      await send("Emulation.setEmulatedMedia", {
        media,
        features: [{ name: "prefers-color-scheme", value: scheme }],
      });
    },
    withScripts: async (wanted) => {
      await send("Emulation.setScriptExecutionDisabled", { value: !wanted });
    },
    pdf: async () =>
      Buffer.from((await send("Page.printToPDF", { printBackground: true }))["data"] as string, "base64"),
    screenshot: async (whole = false) =>
      Buffer.from(
        (await send("Page.captureScreenshot", { format: "png", captureBeyondViewport: whole }))[
          "data"
        ] as string,
        "base64",
      ),
    close: async () => {
      child.kill();
      await exited;
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
