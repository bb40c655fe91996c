import fs from "node:fs";
import path from "node:path";
import { init, parse, type Import } from "es-module-lexer";

/** A module's imports, as paths from the root. */
interface Module {
  readonly always: readonly string[];
  /** By `import(...)`, which may never run. */
  readonly sometimes: readonly string[];
  /** Whether these are all: a name may be computed, and a module may be broken. */
  readonly complete: boolean;
}

/** What is loaded from some modules on. */
export interface Loaded {
  readonly files: ReadonlySet<string>;
  /** Whether nothing else can be: not so where the text of a module does not tell what it imports. */
  readonly complete: boolean;
}

/** The modules of this repository, by what they import: the program without imports of types alone. */
export class Graph {
  readonly #root: string;
  readonly #modules = new Map<string, Module>();

  private constructor(root: string) {
    this.#root = root;
  }

  static async of(root: string): Promise<Graph> {
    await init();
    return new Graph(root);
  }

  /** All files that are loaded from some on; of what is only sometimes imported, what `follows` takes. */
  from(entries: readonly string[], follows: (file: string) => boolean): Loaded {
    const files = new Set<string>();
    const waiting = [...entries];
    let complete = true;
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      if (files.has(file)) continue;
      files.add(file);
      const module = this.#module(file);
      complete &&= module.complete;
      waiting.push(...module.always, ...module.sometimes.filter(follows));
    }
    return { files, complete };
  }

  #module(file: string): Module {
    let known = this.#modules.get(file);
    if (known === undefined) this.#modules.set(file, (known = this.#read(file)));
    return known;
  }

  #read(file: string): Module {
    const absolute = path.join(this.#root, file);
    if (!/\.[cm]?[jt]s$/.test(file) || !fs.existsSync(absolute))
      return { always: [], sometimes: [], complete: true };
    const source = fs.readFileSync(absolute, "utf8");
    const within = (name: string) => path.relative(this.#root, path.resolve(path.dirname(absolute), name));
    const imports = importsIn(source);
    // Node says what is wrong with it when the program runs.
    if (imports === undefined) return { always: [], sometimes: [], complete: false };
    const own = imports.flatMap((found) => {
      // Imports of types alone are gone before anything runs.
      if (
        found.type === "import-meta" ||
        (found.type === "dynamic" ? found.probablyTypeOnly : found.typeOnly)
      )
        return [];
      const { specifier } = found;
      return specifier?.startsWith(".") === true
        ? [{ file: within(specifier), dynamic: found.type === "dynamic" }]
        : [];
    });
    return {
      // Files that a module names by its own place are read by it, or run.
      always: [
        ...own.filter(({ dynamic }) => !dynamic).map((one) => one.file),
        ...namedIn(source).map(within),
      ],
      sometimes: own.filter(({ dynamic }) => dynamic).map((one) => one.file),
      complete: !imports.some(isComputed),
    };
  }
}

function importsIn(source: string): readonly Import[] | undefined {
  try {
    return parse(source)[0];
  } catch {
    return undefined;
  }
}

/** Whether any file of this repository may be meant: `import(name)`, or `import(`./${name}.ts`)`. */
const isComputed = (found: Import): boolean =>
  found.type === "dynamic" &&
  (found.specifier === undefined || (found.glob && /^[.*]/.test(found.specifier)));

const byUrl = /new URL\(\s*["']([^"':]+)["'],\s*import\.meta\.url/g;
const byFolder = /\b(?:join|resolve)\(\s*import\.meta\.dirname((?:,\s*["'][^"']+["']\s*)+),?\s*\)/g;

const namedIn = (source: string): string[] => [
  ...[...source.matchAll(byUrl)].map(([, name = ""]) => name),
  ...[...source.matchAll(byFolder)].map(([, names = ""]) =>
    path.join(...[...names.matchAll(/["']([^"']+)["']/g)].map(([, name = ""]) => name)),
  ),
];
