/** The key by which Pulumi marks what is no plain value, and what it holds for a secret (sdk/go/common/resource, SigKey). */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

type Fields = Readonly<Record<string, unknown>>;

/** Whether an object stands for something else: a secret, a file, another resource. */
export const isMarked = (fields: Fields): boolean => fields[signature] !== undefined;

export const isSecret = (fields: Fields): boolean => fields[signature] === secretSignature;
