import assert from "node:assert/strict";
import { readFileSync, realpathSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { Graph } from "../../../scripts/commands/preview/changed/graph.ts";
import { readsIn } from "../../../scripts/commands/preview/changed/touched.ts";
import { CloudStack } from "../../support/cloudStack.ts";
import { pluginsFolder } from "../../support/tools.ts";

/** Has a Node process tell which modules it loads and which files it opens, those that a program started as well. */
const recorder = `
import fs from "node:fs";
import { registerHooks, syncBuiltinESMExports } from "node:module";
const append = fs.appendFileSync;
const seen = new Set();
const note = (name) => {
  const text = name instanceof URL ? name.href : String(name);
  if (seen.has(text)) return;
  seen.add(text);
  append(process.env.RECORDED, text + "\\n");
};
registerHooks({ load(url, context, next) { note(url); return next(url, context); } });
for (const [owner, name] of [[fs, "readFileSync"], [fs, "openSync"], [fs, "createReadStream"], [fs, "readFile"], [fs.promises, "readFile"], [fs.promises, "open"]]) {
  const original = owner[name];
  owner[name] = function (file, ...rest) { if (typeof file !== "number") note(file); return original.call(this, file, ...rest); };
}
syncBuiltinESMExports();
`;

describe("what an environment is made of, as far as changes of it count", function () {
  this.timeout(120_000);
  before(function () {
    pluginsFolder(this);
  });

  for (const [name, kinds] of [
    [
      "dev",
      ["stacks/index.ts", "components/engine/kubernetes/quota.ts", "components/lab/provider/provider.ts"],
    ],
    [
      "test",
      [
        "stacks/index.ts",
        "components/aws/machines.ts",
        "scripts/offline/aws/schema.json",
        "scripts/offline/aws/main.ts",
      ],
    ],
  ] as const)
    it(`has every file that program and plugins load or open in a real preview of ${name}`, async () => {
      const stack = new CloudStack(name, stackFileOf(name));
      try {
        const { touching, missed } = await seenIn(stack, name);
        for (const kind of kinds) assert.ok(touching.includes(kind), `${kind} was not seen`);
        assert.deepEqual(missed, []);
      } finally {
        stack.delete();
      }
    });
});

/** As it is committed: a salt is of whoever runs the tests. */
const stackFileOf = (name: string): string =>
  readFileSync(`stacks/Pulumi.${name}.yaml`, "utf8").replace(/^encryptionsalt:.*\n/m, "");

async function seenIn(stack: CloudStack, name: string) {
  const [file, record] = ["recorded", "recorder.mjs"].map((one) => path.join(stack.clone.folder.path, one));
  assert.ok(file !== undefined && record !== undefined);
  writeFileSync(record, recorder);
  writeFileSync(file, "");
  const { ended } = await stack.start(["preview"], {
    RECORDED: file,
    NODE_OPTIONS: `--import=${pathToFileURL(record).href}`,
  });
  const { code, output } = await ended;
  assert.equal(code, 0, output);
  const root = realpathSync(stack.clone.path);
  const own = readFileSync(file, "utf8")
    .split("\n")
    .map((text) => (text.startsWith("file:") ? new URL(text).pathname : text))
    .map((text) => path.relative(root, decodeURIComponent(text)))
    .filter((one) => one !== "" && !/^(?:\.\.|node_modules|\.git)(?:\/|$)/.test(one));
  const touching = [...new Set(own)].sort();
  const reads = readsIn(root, await Graph.of(root), name);
  return { touching, missed: touching.filter((one) => !reads(one)) };
}
