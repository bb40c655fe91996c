import { DescribeImagesCommand, type EC2Client, type Filter, type Image } from "@aws-sdk/client-ec2";
import type { AwsImage } from "../../../components/plan/index.ts";

/** An image as AWS tells of it. */
export interface FoundImage {
  readonly id: string;
  readonly name: string;
  /** When it was made, and from when on its owner advises against it, where that is said. */
  readonly made: Date;
  readonly deprecated?: Date;
}

export interface LookedUp {
  /** Absent where the account cannot use it, or it is gone. */
  readonly pinned?: FoundImage;
  /** The newest first; absent where the stack file does not say which to look for. */
  readonly newer?: readonly FoundImage[];
}

/** Where machines' templates put their encrypted disk: it has to be the image's root. */
const rootDevice = "/dev/sda1";

/** Looks up the image that is pinned and those that came after it. */
export async function lookUp(ec2: EC2Client, { id, name, owner }: AwsImage): Promise<LookedUp> {
  // By a filter, since asking for an id that is not there is an error.
  const [pinned] = await find(ec2, [{ Name: "image-id", Values: [id] }], { deprecatedToo: true });
  const known = pinned === undefined ? {} : { pinned };
  if (name === undefined || owner === undefined) return known;
  const filters = [
    { Name: "name", Values: [name] },
    { Name: "architecture", Values: ["x86_64"] },
    { Name: "state", Values: ["available"] },
  ];
  const found = await find(ec2, filters, { owner });
  return {
    ...known,
    newer: found
      .filter((image) => image.id !== id && (pinned === undefined || image.made > pinned.made))
      .sort((a, b) => b.made.getTime() - a.made.getTime() || (a.id < b.id ? -1 : 1)),
  };
}

async function find(
  ec2: EC2Client,
  Filters: Filter[],
  { owner, deprecatedToo = false }: { readonly owner?: string; readonly deprecatedToo?: boolean },
): Promise<FoundImage[]> {
  const found: Image[] = [];
  let NextToken: string | undefined;
  do {
    const { Images = [], NextToken: next } = await ec2.send(
      new DescribeImagesCommand({
        Filters,
        IncludeDeprecated: deprecatedToo,
        ...(owner === undefined ? {} : { Owners: [owner] }),
        ...(NextToken === undefined ? {} : { NextToken }),
      }),
    );
    found.push(...Images);
    NextToken = next;
  } while (NextToken !== undefined && NextToken !== "");
  return found.flatMap(({ ImageId, Name, CreationDate, DeprecationTime, RootDeviceName }) =>
    ImageId === undefined || CreationDate === undefined || (!deprecatedToo && RootDeviceName !== rootDevice)
      ? []
      : [
          {
            id: ImageId,
            name: Name ?? "",
            made: new Date(CreationDate),
            ...(DeprecationTime === undefined ? {} : { deprecated: new Date(DeprecationTime) }),
          },
        ],
  );
}
