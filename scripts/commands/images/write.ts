import { isDeepStrictEqual } from "node:util";
import { isScalar, parseDocument } from "yaml";
import type { Environment, Os } from "../../../components/plan/index.ts";
import { prefix } from "../../../stacks/config.ts";
import { parseStackFile, type StackFile } from "../../../stacks/config/file.ts";

/** Puts another image's id into a stack file, where the old one stood; nothing else of its text changes. */
export function withImage(file: StackFile, os: Os, id: string): StackFile {
  const before = parseStackFile(file);
  const node: unknown = parseDocument(file.text).getIn(["config", `${prefix}aws`, "images", os, "id"], true);
  if (!isScalar(node) || node.range === undefined || node.range === null)
    throw new Error(
      `${file.path} does not write the id of aws.images.${os} out there; write ${id} into it by hand`,
    );
  const [start, end] = node.range;
  const result = { ...file, text: `${file.text.slice(0, start)}${id}${file.text.slice(end)}` };
  if (!isDeepStrictEqual(parseStackFile(result), expected(before, os, id)))
    throw new Error(
      `${file.path} would change elsewhere too with ${id} in aws.images.${os}; write it there by hand`,
    );
  return result;
}

function expected(before: Environment, os: Os, id: string): Environment {
  const { aws } = before;
  const image = aws?.images[os];
  if (aws === undefined || image === undefined) throw new RangeError(`there is no image for ${os}`);
  return { ...before, aws: { ...aws, images: { ...aws.images, [os]: { ...image, id } } } };
}
