import { enableCompileCache } from "node:module";

enableCompileCache();
const [{ main }, { Labs }, { Provider }] = await Promise.all([
  import("@pulumi/pulumi/provider/index.js"),
  import("./labs.ts"),
  import("./provider.ts"),
]);

// The SDK writes each error with its stack there, beside the message that the engine shows.
console.error = () => undefined;

const labs = new Labs(process.env);
const engine = process.ppid;
setInterval(() => {
  if (process.ppid === engine) return;
  // It was killed, and so nobody asks for anything any more.
  void labs.abandon().finally(() => process.exit());
}, 200).unref();

await main(new Provider(labs), process.argv.slice(2));
