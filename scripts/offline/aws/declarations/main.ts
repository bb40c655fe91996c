import fs from "node:fs";
import { schemaFile } from "../schema.ts";
import { extractSchema, installed, writeSchema } from "./read.ts";

const schema = extractSchema(installed());
const text = writeSchema(schema);
fs.writeFileSync(schemaFile, text);
console.log(
  `${schemaFile}: ${Object.keys(schema.kinds).length} kinds of @pulumi/aws ${schema.sdk}, ${Math.round(text.length / 1000)} kB`,
);
