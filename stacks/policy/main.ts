import { enableCompileCache } from "node:module";

enableCompileCache();
const [{ Pack }, { serve }] = await Promise.all([import("./pack.ts"), import("./server.ts")]);

const engine = process.ppid;
setInterval(() => {
  // It was killed, and so nobody asks for anything any more.
  if (process.ppid !== engine) process.exit();
}, 200).unref();

process.stdout.on("error", () => process.exit());
// The engine reads the port from the first line.
console.log(await serve(new Pack()));
