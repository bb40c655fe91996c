import fs from "node:fs";
import { join } from "node:path";
import { lastLines, run } from "./command.ts";
import { isCode, UserError } from "./report.ts";
import { createOnce, type State } from "./state.ts";

// Pulumi wants the salt of a passphrase in the stack file, which is committed, and writes it there if it is missing.
// A salt of one user's key is of no use to others. So each user has one salt, which is in the stack files of their
// clones and which a git filter keeps out of commits and diffs. A salt or a secrets provider that a team commits is
// never touched.

const stackFile = /^Pulumi\..+\.yaml$/;
const filter = "filter.bulkhead-salt";
const placedKey = "bulkhead.salt";

const saltLine = (salt: string) => `encryptionsalt: ${salt}`;
const hasProvider = (text: string) => /^(encryptionsalt|secretsprovider):/m.test(text);

/** As `toolchain/salt smudge`. */
export function withSalt(text: string, salt: string): string {
  if (hasProvider(text)) return text;
  return text === "" || text.endsWith("\n") ? `${text}${saltLine(salt)}\n` : `${text}\n${saltLine(salt)}`;
}

/** As `toolchain/salt clean`. */
export function withoutSalt(text: string, salt: string): string {
  const lines = text.split("\n");
  return lines.includes(saltLine(salt)) ? lines.filter((line) => line !== saltLine(salt)).join("\n") : text;
}

/** This user's salt, made once by the CLI itself, so that its format is the CLI's business. */
export async function userSalt(
  state: State & { readonly kind: "local" },
  pulumi: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  // A salt holds for one passphrase.
  const file = join(state.keys, state.passphraseFile === undefined ? "salt-of-your-passphrase" : "salt");
  if (!fs.existsSync(file)) createOnce(file, `${await newSalt(state, pulumi, env)}\n`);
  return fs.readFileSync(file, "utf8").trim();
}

/** The salts that this user's key and passphrase have, which may be in stack files although they no longer apply. */
export function knownSalts(keys: string): readonly string[] {
  const files = ["salt", "salt-of-your-passphrase"].map((name) => join(keys, name));
  return files.filter((file) => fs.existsSync(file)).map((file) => fs.readFileSync(file, "utf8").trim());
}

async function newSalt(
  state: State & { readonly kind: "local" },
  pulumi: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const work = fs.mkdtempSync(join(state.keys, ".new-"));
  try {
    fs.writeFileSync(join(work, "Pulumi.yaml"), "name: salt\nruntime: nodejs\n");
    const { code, output } = await run(
      pulumi,
      ["stack", "init", "salt", "--non-interactive", "--no-select"],
      {
        cwd: work,
        env: {
          ...env,
          PULUMI_BACKEND_URL: `file://${work}`,
          PULUMI_HOME: work,
          PULUMI_SKIP_UPDATE_CHECK: "true",
          ...(state.passphraseFile === undefined
            ? {}
            : { PULUMI_CONFIG_PASSPHRASE_FILE: state.passphraseFile }),
        },
      },
    );
    const file = join(work, "Pulumi.salt.yaml");
    const salt = fs.existsSync(file)
      ? /^encryptionsalt: (\S+)$/m.exec(fs.readFileSync(file, "utf8"))?.[1]
      : undefined;
    if (code !== 0 || salt === undefined)
      throw new UserError(`pulumi made no encryption salt:\n${lastLines(output, 20)}`);
    return salt;
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

/** Puts the salt into this clone's stack files, or takes it out where `salt` is undefined. */
export async function placeSalt(
  root: string,
  salt: string | undefined,
  env: NodeJS.ProcessEnv,
  former: readonly string[] = [],
): Promise<void> {
  const git = await openGit(root, env);
  const stale = [...former, git?.config[placedKey]].filter((old) => old !== undefined && old !== salt);
  if (salt !== undefined) await git?.configureFilter(salt);
  const folder = join(root, "stacks");
  const changed: string[] = [];
  for (const name of fs.readdirSync(folder).filter((file) => stackFile.test(file))) {
    const file = join(folder, name);
    const text = fs.readFileSync(file, "utf8");
    const plain = stale.reduce<string>(
      (rest, old) => (old === undefined ? rest : withoutSalt(rest, old)),
      text,
    );
    const next = salt === undefined ? plain : withSalt(plain, salt);
    if (next === text) continue;
    replace(file, next, join(root, "node_modules", `.salt-${process.pid}`));
    changed.push(join("stacks", name));
  }
  if (salt === undefined) await git?.configureFilter(undefined);
  if (changed.length > 0) await git?.refresh(changed);
}

/** Gives a file its new content at once, so that nobody ever reads half of it. */
function replace(file: string, text: string, work: string): void {
  fs.writeFileSync(work, text, { mode: fs.statSync(file).mode });
  try {
    fs.renameSync(work, file);
  } catch (error) {
    fs.rmSync(work);
    if (!isCode(error, "EXDEV")) throw error;
    // A node_modules on another file system.
    fs.writeFileSync(file, text);
  }
}

async function openGit(root: string, env: NodeJS.ProcessEnv) {
  const git = (...args: readonly string[]) => run("git", ["-C", root, ...args], { env });
  // In most clones the repository's root is ours, and then one question to git is enough.
  let prefix = "";
  if (!fs.existsSync(join(root, ".git"))) {
    const asked = await git("rev-parse", "--show-prefix");
    if (asked.code !== 0) return undefined;
    prefix = asked.stdout.trim();
  }
  const listed = await git("config", "--get-regexp", "^(filter\\.bulkhead-salt|bulkhead)\\.");
  // 1 means that nothing matches; more that this is no repository, or not one that git may use.
  if (listed.code > 1) return undefined;
  const config = Object.fromEntries(
    listed.stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]),
  ) as Partial<Record<string, string>>;

  const set = async (key: string, value: string) => {
    if (config[key] === value) return;
    const { code, output } = await git("config", key, value);
    if (code !== 0)
      throw new UserError(`git cannot keep ${key} in this clone's configuration: ${output.trim()}`);
  };
  return {
    config,
    async configureFilter(salt: string | undefined): Promise<void> {
      // Git runs filters with a shell, in the work tree's root.
      const script = `sh '${`${prefix}scripts/toolchain/salt`.replaceAll("'", "'\\''")}'`;
      const known = salt ?? config[placedKey];
      if (known === undefined) return;
      // Cleaning goes on after a login: another work tree of this clone may still hold the salt.
      await set(`${filter}.clean`, `${script} clean ${known}`);
      await set(`${filter}.smudge`, salt === undefined ? "cat" : `${script} smudge ${salt}`);
      await set(placedKey, known);
    },
    /**
     * Git takes a file whose size is not the recorded one for changed without asking the filter. An entry that is put
     * into the index by its blob has no size, so that git looks into the file. Stages nothing.
     */
    async refresh(files: readonly string[]): Promise<void> {
      const { stdout } = await git("ls-files", "--stage", "-z", "--", ...files);
      for (const entry of stdout.split("\0").filter((text) => text !== "")) {
        const [head = "", path = ""] = entry.split("\t");
        const [mode = "", blob = "", stage] = head.split(" ");
        if (stage === "0") await git("update-index", "--cacheinfo", `${mode},${blob},${prefix}${path}`);
      }
    },
  };
}
