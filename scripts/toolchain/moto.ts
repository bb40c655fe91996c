import fs from "node:fs";
import { join } from "node:path";
import { checksum, platform, type Cache } from "./cache.ts";
import { find, lastLines, run, searchPath } from "./command.ts";
import { during, UserError } from "./report.ts";

// moto (https://docs.getmoto.org) answers as AWS does. For tests alone: nothing that people run prepares it.

/** The oldest Python that moto's pinned version runs on (its metadata, Requires-Python). */
const oldest = [3, 10] as const;

/** What the packages are, whole: names, versions and hashes. */
const requirements = join(import.meta.dirname, "moto", "requirements.txt");

export interface Moto {
  /** A Python that has moto's server as a module, to be run as `python -m moto.server`. */
  readonly python: string;
}

/**
 * A Python with moto in the cache, made first if it is not there, or why this machine cannot have one, in one line.
 * Throws a UserError where the packages cannot be had.
 */
export async function prepareMoto(
  cache: Cache,
  env: NodeJS.ProcessEnv,
  pins = requirements,
): Promise<Moto | { readonly why: string }> {
  const found = await findPython(env);
  if ("why" in found) return found;
  const entry = await cache.entry({
    // Named as npm's packages are, since it is an installation of packages too.
    name: `packages-python${found.version}-${platform}-${checksum(fs.readFileSync(pins))}`,
    what: "moto",
    make: (part) =>
      during("moto, the simulated cloud (about 20 s)", () => install(found.python, part, pins, env)),
    // A link to the machine's own Python, which can go away.
    whole: (folder) => fs.existsSync(pythonIn(folder)),
  });
  return { python: pythonIn(entry) };
}

const pythonIn = (entry: string): string => join(entry, "bin", "python");

const question =
  "import ensurepip, sys, venv; print(*sys.version_info[:2], sep='.'); print(sys._base_executable or sys.executable)";

async function findPython(
  env: NodeJS.ProcessEnv,
): Promise<{ readonly python: string; readonly version: string } | { readonly why: string }> {
  const wanted = `needs Python ${oldest.join(".")} or newer with venv and pip`;
  const program = find("python3", searchPath(env));
  if (program === undefined) return { why: `${wanted}, and there is no python3` };
  const { code, stdout } = await run(program, ["-c", question], { env });
  if (code !== 0)
    return { why: `${wanted}, and python3 has no venv or no pip: on Debian install python3-venv` };
  const [version = "", python = program] = stdout.trim().split("\n");
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1]))
    return { why: `${wanted}, and python3 is ${version}` };
  return { python, version };
}

async function install(python: string, folder: string, pins: string, env: NodeJS.ProcessEnv): Promise<void> {
  await must(python, ["-m", "venv", folder], env);
  await must(
    pythonIn(folder),
    // Wheels alone: a source distribution runs code of its own while it is installed.
    [
      "-m",
      "pip",
      "install",
      "--require-hashes",
      "--only-binary",
      ":all:",
      "--no-input",
      "--requirement",
      pins,
    ],
    { ...env, PIP_DISABLE_PIP_VERSION_CHECK: "1" },
  );
}

async function must(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { code, output } = await run(program, args, { env });
  if (code !== 0)
    throw new UserError(
      `${args.slice(0, 3).join(" ")} failed:\n${lastLines(output, 20)}\n` +
        "The tests of the simulated cloud need Python and PyPI, once; the others run without: scripts/test --only <glob>.",
    );
}
