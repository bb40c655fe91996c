import { createHash, generateKeyPairSync } from "node:crypto";
import fs from "node:fs";
import { delimiter, join } from "node:path";
import { parseDocument, visit } from "yaml";
import { UserError } from "../../../toolchain/report.ts";
import { root, type Toolchain } from "../../../toolchain/toolchain.ts";
import type { Engine } from "../engine/index.ts";
import { hidden } from "../secrets/index.ts";
import type { Deployment } from "./scrub.ts";

/** What a program may have of who runs it: nothing with which one could log in anywhere. */
const kept = new Set(["LANG", "LC_ALL", "TMPDIR", "TERM", "TZ", "BULKHEAD_SKIP_PROOF", "BULKHEAD_SDK_DEBUG"]);

/** The key that a state without secrets is kept with, since Pulumi wants one; and the salt that Pulumi made for it. */
const passphrase = "offline";
const salt = "v1:kPbvwcVfxSA=:v1:oN5aNmJPq0/DGtGC:qeqGyU1DbvlX5FqhCsgb6ngrHfTVag==";

/** Of a stack in which nothing was made yet; `magic` is the SHA-256 of the version (pkg/resource/deploy/manifest.go). */
const emptyManifest = {
  time: "2026-01-01T00:00:00Z",
  version: "v3",
  magic: createHash("sha256").update("v3").digest("hex"),
};

/** A place where a stack is previewed that nobody keeps: a folder that goes away, without anybody's credentials. */
export interface Place {
  readonly engine: Engine;
  readonly options: readonly string[];
  /** How many secrets of the configuration were replaced, which only the real key could tell. */
  readonly withheld: number;
}

/** Makes a stack in `folder` that has what was exported, or nothing, and runs the files of `tree`. */
export function offlinePlace(
  { pulumi, variables }: Toolchain,
  folder: string,
  name: string,
  exported?: Deployment,
  tree = root,
): Place {
  const stacks = join(folder, ".pulumi", "stacks", "bulkhead");
  fs.mkdirSync(stacks, { recursive: true });
  const home = join(folder, "home");
  fs.mkdirSync(home, { recursive: true });
  fs.writeFileSync(join(folder, ".pulumi", "meta.yaml"), "version: 1\n");
  const latest = {
    ...(exported === undefined ? { manifest: emptyManifest } : withKeys(exported)),
    secrets_providers: { type: "passphrase", state: { salt } },
  };
  // As Pulumi keeps a stack in files (pkg/backend/diy, sdk/go/common/apitype.CheckpointV3).
  fs.writeFileSync(
    join(stacks, `${name}.json`),
    JSON.stringify({ version: 3, checkpoint: { stack: `organization/bulkhead/${name}`, latest } }),
  );
  const { text, withheld } = withoutSecrets(tree, name);
  const config = join(folder, `Pulumi.${name}.yaml`);
  fs.writeFileSync(config, `${text.trimEnd()}\nencryptionsalt: ${salt}\n`);
  const plugins = (variables["BULKHEAD_PLUGINS_FOLDER"] ?? "").split(delimiter).filter((one) => one !== "");
  return {
    engine: {
      pulumi,
      cwd: tree,
      env: {
        ...Object.fromEntries(Object.entries(process.env).filter(([key]) => kept.has(key))),
        ...variables,
        HOME: home,
        // The stand-in for AWS before all others: the official plugin would want an account.
        PATH: [join(tree, "scripts", "offline", "aws"), ...plugins, variables["PATH"] ?? ""].join(delimiter),
        PULUMI_HOME: join(folder, "pulumi"),
        PULUMI_BACKEND_URL: `file://${folder}`,
        PULUMI_CONFIG_PASSPHRASE: passphrase,
        PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        AWS_EC2_METADATA_DISABLED: "true",
        BULKHEAD_OFFLINE: "true",
      },
    },
    options: ["--config-file", config],
    withheld,
  };
}

/** Where the plugin tls wants a key that it can read: a new one in the place of each that was taken out. */
function withKeys(exported: Deployment): Deployment {
  const { privateKey: key } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "sec1", format: "pem" },
  });
  return JSON.parse(JSON.stringify(exported), (name, value: unknown) =>
    value === hidden && /[pP]rivateKeyPem$/.test(name) ? key : value,
  ) as Deployment;
}

/** An environment's stack file without what only the key of its stack could read. */
function withoutSecrets(tree: string, name: string): { text: string; withheld: number } {
  const file = join(tree, "stacks", `Pulumi.${name}.yaml`);
  const document = parseDocument(fs.readFileSync(file, "utf8"));
  const [first] = document.errors;
  if (first !== undefined)
    throw new UserError(`stacks/Pulumi.${name}.yaml is not YAML: ${first.message.trimEnd()}`);
  for (const key of ["encryptionsalt", "secretsprovider", "encryptedkey"]) document.delete(key);
  let withheld = 0;
  visit(document, {
    Map: (_, node) => {
      if (node.items.length !== 1 || String(node.items[0]?.key) !== "secure") return undefined;
      withheld += 1;
      return document.createNode(hidden);
    },
  });
  return { text: document.toString(), withheld };
}
