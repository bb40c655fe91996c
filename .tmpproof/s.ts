import { readFileSync } from "node:fs";
import { readState, Resources } from "../components/proof/resource/index.ts";
import { registeredFacts } from "../components/proof/aws/index.ts";
const t = readFileSync("/tmp/state.json","utf8");
const { resources } = readState("s", t.slice(t.indexOf("{\n"), t.lastIndexOf("}")+1));
const f = registeredFacts(new Resources(resources));
console.dir(f.tables, {depth:6}); console.dir(f.subnets); console.dir(f.vpcs,{depth:4});console.dir(f.assumptions.slice(0,10));
