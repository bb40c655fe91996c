import { createRequire } from "node:module";
import type { JavaScriptValue, Struct as Message } from "google-protobuf/google/protobuf/struct_pb.js";
import type { Properties } from "./value.ts";

// The generated code takes messages of its own copy of google-protobuf only.
const sdk = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"));
const { Struct } = sdk(
  "google-protobuf/google/protobuf/struct_pb.js",
) as typeof import("google-protobuf/google/protobuf/struct_pb.js");
const { Empty } = sdk(
  "google-protobuf/google/protobuf/empty_pb.js",
) as typeof import("google-protobuf/google/protobuf/empty_pb.js");

export const empty = () => new Empty();

export const properties = (message: Message | undefined): Properties => message?.toJavaScript() ?? {};

export const struct = (values: Properties): Message =>
  Struct.fromJavaScript(values as Record<string, JavaScriptValue>);
