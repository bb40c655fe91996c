import { spawn, type ChildProcess } from "node:child_process";
import type { EC2 } from "@aws-sdk/client-ec2";
import type { Context } from "mocha";
import { openSession, type Session } from "../../scripts/offline/aws/cloud/session.ts";
import { Cache, cacheFolder } from "../../scripts/toolchain/cache.ts";
import { prepareMoto } from "../../scripts/toolchain/moto.ts";
import { describeAll } from "./described.ts";
import { notRun } from "./machine.ts";

/** The region of the tests' simulated cloud. */
export const region = "eu-central-1";
/** The only account that moto knows without being told of another (moto.core.DEFAULT_ACCOUNT_ID). */
export const account = "123456789012";

// Ends with whoever started it, however that ended: then its standard input is closed.
const program = `
import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
from moto.server import main
main(["--host", "127.0.0.1", "--port", "0"])
`;

/** A simulated AWS of its own, on this machine alone. */
export class Moto {
  readonly url: string;
  readonly session: Session;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.child = child;
    this.url = url;
    this.session = openSession(url, region);
  }

  /** From a hook of mocha: where the machine has no fitting Python, its tests are not run. */
  static async start(context: Context): Promise<Moto> {
    context.timeout(300_000);
    const moto = await prepareMoto(new Cache(cacheFolder(process.env)), process.env);
    if ("why" in moto) return notRun(context, moto.why);
    const child = spawn(moto.python, ["-c", program], {
      stdio: ["pipe", "ignore", "pipe"],
      env: {
        PATH: process.env["PATH"],
        HOME: process.env["HOME"],
        // Images are pinned by ids that no list of moto's has.
        MOTO_EC2_LOAD_DEFAULT_AMIS: "false",
      },
    });
    return new Moto(child, await addressOf(child));
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** EC2 itself, to do something behind Pulumi's back. */
  get ec2(): EC2 {
    return this.session.ec2;
  }

  /** Takes everything away that was made. */
  async reset(): Promise<void> {
    const { status } = await fetch(new URL("/moto-api/reset", this.url), { method: "POST" });
    if (status !== 200) throw new Error(`moto answered its reset with ${status}`);
  }

  /** What `aws ec2 describe-...` prints, by the key under which each list stands there. */
  describe(): Promise<Readonly<Record<string, readonly unknown[]>>> {
    return describeAll(this.session);
  }

  async stop(): Promise<void> {
    this.session.close();
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => this.child.once("close", () => resolve()));
    this.child.kill("SIGKILL");
    await ended;
  }
}

/** To be called in a describe: a simulated AWS for its tests, empty before each. */
export function withMoto(): () => Moto {
  let moto: Moto | undefined;
  before(async function () {
    moto = await Moto.start(this);
  });
  beforeEach(() => moto?.reset());
  after(() => moto?.stop());
  return () => {
    if (moto === undefined) throw new Error("moto is there only while tests run");
    return moto;
  };
}

/** Waits until it says where it listens, which it does once it answers. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      // Every request is a line, which nobody needs once the address is known.
      if (said.length < 10_000) said += text;
      const url = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.once("error", reject);
    child.once("close", (code) => {
      reject(new Error(`moto ended with ${String(code)} before it listened:\n${said}`));
    });
  });
}
