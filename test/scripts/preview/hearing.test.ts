import assert from "node:assert/strict";
import { createConnection } from "node:net";
import path from "node:path";
import { Hearing } from "../../../scripts/commands/preview/engine/index.ts";
import { Secrets } from "../../../scripts/commands/preview/secrets/index.ts";
import { Folder } from "../../support/folder.ts";
import { until } from "../../support/until.ts";

describe("what a program tells while it is previewed", () => {
  const folder = new Folder({});
  let hearing: Hearing;
  const secrets = new Secrets();
  before(async () => {
    hearing = await Hearing.open(path.join(folder.path, "socket"), secrets);
  });
  after(() => {
    hearing.close();
    folder.delete();
  });

  const tell = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const socket = createConnection(hearing.variables["BULKHEAD_LISTENER"] ?? "");
      socket.once("error", reject);
      socket.end(text, resolve);
    });

  it("is heard line by line, in whatever pieces it comes", async () => {
    await tell('{"note":"roll them"}\n{"sec');
    await tell('{"secret":"swordfish1"}\n{"limits":[]}\n');
    await until("the secret is known", () => secrets.redact("swordfish1") === "[secret]");
    await until("the note is there", () => hearing.notes.length > 0);
    assert.deepEqual(hearing.notes, ["roll them"]);
  });

  it("ends nothing where it is none of what is told, as a fork's program may send", async () => {
    await tell('nonsense\n[]\n7\nnull\n"text"\n{"note":"still here"}\n');
    await until("what comes after is heard", () => hearing.notes.includes("still here"));
  });
});
