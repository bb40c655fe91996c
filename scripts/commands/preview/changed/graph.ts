import fs from "node:fs";
import path from "node:path";
import { init, parse } from "es-module-lexer";

/** A module's imports, as paths from the root. */
interface Module {
  readonly always: readonly string[];
  /** By `import(...)`, which may never run. */
  readonly sometimes: readonly string[];
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
  from(entries: readonly string[], follows: (file: string) => boolean): Set<string> {
    const loaded = new Set<string>();
    const waiting = [...entries];
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      if (loaded.has(file)) continue;
      loaded.add(file);
      const { always, sometimes } = this.#module(file);
      waiting.push(...always, ...sometimes.filter(follows));
    }
    return loaded;
  }

  #module(file: string): Module {
    let known = this.#modules.get(file);
    if (known === undefined) this.#modules.set(file, (known = this.#read(file)));
    return known;
  }

  #read(file: string): Module {
    const absolute = path.join(this.#root, file);
    if (!/\.[cm]?[jt]s$/.test(file) || !fs.existsSync(absolute)) return { always: [], sometimes: [] };
    const source = fs.readFileSync(absolute, "utf8");
    const within = (name: string) => path.relative(this.#root, path.resolve(path.dirname(absolute), name));
    const own = parse(source)[0].flatMap((found) => {
      // Imports of types alone are gone before anything runs.
      if (found.type === "import-meta" || (found.type !== "dynamic" && found.typeOnly)) return [];
      const { specifier } = found;
      return specifier?.startsWith(".") === true
        ? [{ file: within(specifier), dynamic: found.type === "dynamic" }]
        : [];
    });
    // Files that a module names by its own place are read by it, or run.
    const named = [...source.matchAll(/new URL\(\s*["'](\.{1,2}\/[^"']*)["'],\s*import\.meta\.url/g)].map(
      ([, name = ""]) => within(name),
    );
    return {
      always: [...own.filter(({ dynamic }) => !dynamic).map((one) => one.file), ...named],
      sometimes: own.filter(({ dynamic }) => dynamic).map((one) => one.file),
    };
  }
}
