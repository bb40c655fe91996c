import { enableCompileCache } from "node:module";

enableCompileCache();
const [{ teller }, { StandIn }, { serve }] = await Promise.all([
  import("./engine.ts"),
  import("./standIn.ts"),
  import("./server.ts"),
]);

const engine = process.ppid;
setInterval(() => {
  // It was killed, and so nobody asks for anything any more.
  if (process.ppid !== engine) process.exit();
}, 200).unref();

// An engine that was killed before its process could be noted as this one's parent does not read the port either.
process.stdout.on("error", () => process.exit());
// The engine reads the port from the first line.
console.log(await serve(new StandIn(process.env, teller(process.argv.slice(2)))));
