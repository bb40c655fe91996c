import { enableCompileCache } from "node:module";

enableCompileCache();
const [{ Labs }, { Provider }, { serve }] = await Promise.all([
  import("./labs.ts"),
  import("./provider.ts"),
  import("./server.ts"),
]);

const labs = new Labs(process.env);
const engine = process.ppid;
setInterval(() => {
  if (process.ppid === engine) return;
  // It was killed, and so nobody asks for anything any more.
  void labs.abandon().finally(() => process.exit());
}, 200).unref();

// An engine that was killed before its process could be noted as this one's parent does not read the port either.
process.stdout.on("error", () => process.exit());
// The engine reads the port from the first line.
console.log(await serve(new Provider(labs)));
