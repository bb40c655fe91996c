import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { join } from "node:path";
import { stateFolder } from "../../components/lab/linux/folder.ts";
import { isCode, say, UserError } from "./report.ts";

// Where Pulumi keeps its state, and the key of the secrets in it.

export type State =
  /** The user's own choice, which is left alone. */
  | { readonly kind: "login"; readonly backend: string }
  /** The default: files of this user, outside the repository. */
  | {
      readonly kind: "local";
      readonly backend: string;
      readonly stacks: string;
      readonly keys: string;
      /** Absent where the user has set a passphrase of their own. */
      readonly passphraseFile: string | undefined;
    };

export function findState(root: string, env: NodeJS.ProcessEnv): State {
  const local = localState(env);
  const login = loginOf(root, env, local.backend);
  if (login !== undefined) return { kind: "login", backend: login };
  const own = hasOwnPassphrase(env, local.passphraseFile);
  return { kind: "local", ...local, passphraseFile: own ? undefined : local.passphraseFile };
}

/** What the default is for this user, whether it applies or not. */
export function localState(env: NodeJS.ProcessEnv) {
  const folder = stateFolder(env);
  const stacks = join(folder, "stacks");
  const keys = join(folder, "keys");
  return { stacks, keys, backend: `file://${stacks}`, passphraseFile: join(keys, "passphrase") };
}

/** The backend that the CLI would use by itself, in its order (pkg/workspace/creds.go); ours does not count. */
function loginOf(root: string, env: NodeJS.ProcessEnv, ours: string): string | undefined {
  const named = env["PULUMI_BACKEND_URL"] ?? "";
  if (named !== "" && named !== ours) return named;
  const project = /^backend:[ \t]*\n(?:[ \t]+.*\n|[ \t]*\n)*?[ \t]+url:[ \t]*["']?([^\s"'#]+)/m.exec(
    `${fs.readFileSync(join(root, "Pulumi.yaml"), "utf8")}\n`,
  )?.[1];
  if (project !== undefined) return project;
  const current = storedLogin(env);
  if (current !== undefined && current !== ours) return current;
  // With a token alone the CLI logs in to the cloud by itself, as in CI.
  if ((env["PULUMI_ACCESS_TOKEN"] ?? "") !== "") return "Pulumi Cloud (PULUMI_ACCESS_TOKEN)";
  return undefined;
}

function storedLogin(env: NodeJS.ProcessEnv): string | undefined {
  const own = [env["PULUMI_CREDENTIALS_PATH"], env["PULUMI_HOME"]].find((folder) => (folder ?? "") !== "");
  const file = join(own ?? join(env["HOME"] ?? "/", ".pulumi"), "credentials.json");
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT") || isCode(error, "ENOTDIR")) return undefined;
    throw new UserError(`cannot read ${file}: ${String(error)}`);
  }
  if (text.trim() === "") return undefined;
  try {
    const content = JSON.parse(text) as { current?: unknown; $pulumiSecureStore?: unknown };
    // Encrypted by the CLI with a key of the system's: somebody has logged in, and only the CLI can tell where.
    if (content.$pulumiSecureStore !== undefined) return "your Pulumi login";
    return typeof content.current === "string" && content.current !== "" ? content.current : undefined;
  } catch {
    throw new UserError(
      `${file} is not JSON, so it does not say whether you are logged in. Run \`pulumi login\` or remove it.`,
    );
  }
}

function hasOwnPassphrase(env: NodeJS.ProcessEnv, ours: string): boolean {
  if (env["PULUMI_CONFIG_PASSPHRASE"] !== undefined) return true;
  const file = env["PULUMI_CONFIG_PASSPHRASE_FILE"] ?? "";
  return file !== "" && file !== ours;
}

/** Makes the local state's folders and key, if they are not there. */
export function prepareState(state: State): void {
  if (state.kind === "login") return;
  for (const folder of [state.stacks, state.keys]) fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  removeEmptyAttributes(state.stacks);
  if (state.passphraseFile === undefined || fs.existsSync(state.passphraseFile)) return;
  if (fs.existsSync(join(state.keys, "salt")))
    throw new UserError(
      `${state.passphraseFile} is gone, and without it the secrets of the stacks in ${state.stacks} cannot be read. ` +
        `Restore it; or, to begin anew and lose those stacks, remove ${state.keys} and ${state.stacks}.`,
    );
  createOnce(state.passphraseFile, `${randomBytes(32).toString("base64url")}\n`);
}

/**
 * Beside each file of the state lies one with its content type, which Pulumi does without where it is not there. A run
 * that is killed can leave it empty, and then the state cannot be read: "failed to load checkpoint: EOF"
 * (gocloud.dev/blob/fileblob writes that file in place, and the state itself as a whole).
 */
function removeEmptyAttributes(stacks: string): void {
  for (const name of fs.readdirSync(stacks, { recursive: true, encoding: "utf8" })) {
    const file = join(stacks, name);
    if (!name.endsWith(".attrs") || fs.statSync(file, { throwIfNoEntry: false })?.size !== 0) continue;
    fs.rmSync(file, { force: true });
    say(`put right what a killed run left half written: ${file}`);
  }
}

/** Writes a file with its whole content at once; where two do it, the first wins for both. */
export function createOnce(file: string, content: string): void {
  const own = `${file}.${process.pid}`;
  fs.writeFileSync(own, content, { mode: 0o600 });
  try {
    fs.linkSync(own, file);
  } catch (error) {
    if (!isCode(error, "EEXIST")) throw error;
  } finally {
    fs.rmSync(own, { force: true });
  }
}
