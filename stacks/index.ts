import { enableCompileCache } from "node:module";

/*
 * The fixed entry. What it sets up must stand before anything else is imported: with hundreds of resources most of
 * a plain program's time goes into the stack traces that the SDK captures for each of them and that
 * source-map-support, which Pulumi installs, makes slow. Node strips types without moving lines, so traces stay
 * right without it. And the gate has to stand before the first resource, so that none comes past it.
 */
enableCompileCache();
Reflect.deleteProperty(Error, "prepareStackTrace");

const { quietSdk } = await import("./quiet.ts");
quietSdk(process.env);
const { Gate } = await import("../components/proof/gate/index.ts");
const gate = Gate.register();
const { Listener } = await import("./listener.ts");
const listener = await Listener.find(process.env);
listener?.watchSecrets();
const { program } = await import("./program.ts");
const { prove } = await import("./prove.ts");

export default async () => {
  const { plan, outputs } = await program(listener);
  return { ...outputs, proof: await gate.prove((resources) => prove(plan, resources, listener)) };
};
