// V8 prints the first when it gives up. The second is what is left of it while the inspector is connected, as the
// SDK has it (https://github.com/pulumi/pulumi/issues/16596).
const marks = ["<--- Last few GCs --->", "Check failed: needs_context && current_scope_ == closure_scope_"];
const longest = Math.max(...marks.map((mark) => mark.length));

/** Notices in what a program writes to stderr that it ran out of memory. */
export class MemoryWatch {
  ranOut = false;
  #tail = "";

  read(chunk: Buffer): void {
    const text = this.#tail + chunk.toString("latin1");
    this.ranOut ||= marks.some((mark) => text.includes(mark));
    this.#tail = text.slice(1 - longest);
  }
}
