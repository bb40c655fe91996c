import { enableCompileCache } from "node:module";

/*
 * The fixed entry. What it sets up must stand before anything else is imported: with hundreds of resources most of
 * a plain program's time goes into the stack traces that the SDK captures for each of them and that
 * source-map-support, which Pulumi installs, makes slow. Node strips types without moving lines, so traces stay
 * right without it.
 */
enableCompileCache();
Reflect.deleteProperty(Error, "prepareStackTrace");

const { program } = await import("./program.ts");
export default program;
