import { LabError } from "./error.ts";
import { Lab } from "./lab.ts";
import { parseSnapshot, readScript, type Snapshot } from "./snapshot.ts";

/** Decides from what there is how to change it: a shell script, empty where nothing is to be done. */
type Change = (now: Snapshot) => string;

interface Job {
  readonly what: string;
  readonly change: Change | undefined;
  readonly resolve: (now: Snapshot) => void;
  readonly reject: (error: unknown) => void;
}

// How often somebody else may change the lab between our look at it and our change.
const attempts = 10;

/**
 * A lab's gateway: what is connected to it and what it lets pass. Whatever is asked for while it is at work is done
 * together as soon as it is free, so that many resources at once cost a few programs.
 */
export class Gateway {
  readonly lab: Lab;
  readonly #waiting: Job[] = [];
  #atWork = false;

  constructor(lab: Lab) {
    this.lab = lab;
  }

  read(): Promise<Snapshot> {
    return this.#enqueue(`read the lab ${this.lab.id}`, undefined);
  }

  /** Changes the lab; resolves to what there was before. What a script did before it failed stays. */
  change(what: string, change: Change): Promise<Snapshot> {
    return this.#enqueue(what, change);
  }

  #enqueue(what: string, change: Change | undefined): Promise<Snapshot> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ what, change, resolve, reject });
      if (!this.#atWork) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#atWork = true;
    while (this.#waiting.length > 0) {
      const jobs = this.#waiting.splice(0);
      if (await this.#tryAll(jobs)) continue;
      // One of them fails; each alone, so that it is known which.
      for (const job of jobs)
        await this.#do([job]).catch((error: unknown) => {
          job.reject(error);
        });
    }
    this.#atWork = false;
  }

  async #tryAll(jobs: readonly Job[]): Promise<boolean> {
    try {
      await this.#do(jobs);
      return true;
    } catch (error) {
      const [only, ...more] = jobs;
      if (more.length > 0) return false;
      only?.reject(error);
      return true;
    }
  }

  async #do(jobs: readonly Job[]): Promise<void> {
    const what = jobs.map((job) => job.what).join(", ");
    for (let attempt = 0; attempt < attempts; attempt++) {
      const now = await this.#look(what);
      const script = jobs.map(({ change }) => change?.(now) ?? "").join("");
      if (script !== "" && !(await this.lab.change(what, script, now.version))) continue;
      for (const { resolve } of jobs) resolve(now);
      return;
    }
    throw new LabError(`cannot ${what}: something else changes the lab all the time`);
  }

  async #look(what: string): Promise<Snapshot> {
    const { code, stdout, stderr } = await this.lab.run(readScript);
    if (code === 0) return parseSnapshot(stdout);
    if (!(await this.lab.isAlive())) throw new LabError(`cannot ${what}: the lab has ended`);
    throw new LabError(`cannot ${what}: ${stderr}`);
  }
}
