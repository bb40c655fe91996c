import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Context } from "mocha";
import { Cache, cacheFolder } from "../../../scripts/toolchain/cache.ts";
import { prepareMoto } from "../../../scripts/toolchain/moto.ts";
import { Folder } from "../../support/folder.ts";
import { notRun } from "../../support/machine.ts";

/** An image that AWS is to have. */
export interface Listed {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly made: string;
  readonly architecture?: string;
  readonly state?: string;
  readonly root?: string;
}

// Ends with whoever started it, however that ended: then its standard input is closed.
const program = `
import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
from moto.server import main
main(["--host", "127.0.0.1", "--port", "0"])
`;

/** A simulated AWS that has these images and nothing else; where the machine has no fitting Python, why tests do not run. */
export async function startCatalogue(
  context: Context,
  images: readonly Listed[],
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  context.timeout(300_000);
  const moto = await prepareMoto(new Cache(cacheFolder(process.env)), process.env);
  if ("why" in moto) return notRun(context, moto.why);
  const folder = new Folder({ "images.json": JSON.stringify(images.map(asMoto)) });
  const child = spawn(moto.python, ["-c", program], {
    stdio: ["pipe", "ignore", "pipe"],
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      MOTO_AMIS_PATH: `${folder.path}/images.json`,
    },
  });
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, "close");
      child.kill("SIGKILL");
      await ended;
    }
    folder.delete();
  };
  try {
    return { url: await addressOf(child), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** https://docs.getmoto.org/en/latest/docs/services/ec2.html, "MOTO_AMIS_PATH". */
const asMoto = ({ id, name, owner, made, architecture, state, root }: Listed) => ({
  ami_id: id,
  name,
  description: name,
  owner_id: owner,
  public: true,
  virtualization_type: "hvm",
  architecture: architecture ?? "x86_64",
  state: state ?? "available",
  platform: null,
  image_type: "machine",
  hypervisor: "xen",
  root_device_name: root ?? "/dev/sda1",
  root_device_type: "ebs",
  sriov: "simple",
  creation_date: `${made}T03:00:00.000Z`,
});

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
