/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_statement.html */
export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Condition;
}

/** Values by key, by operator; all have to hold. */
export type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/** A statement with its lists sorted, each entry once; nothing where it would allow nothing. */
export function allow(
  Sid: string,
  actions: readonly string[],
  resources: readonly string[],
  condition?: Condition,
): Statement[] {
  if (actions.length === 0 || resources.length === 0) return [];
  return [
    {
      Sid,
      Effect: "Allow",
      Action: sorted(actions),
      Resource: sorted(resources),
      ...(condition === undefined ? {} : { Condition: condition }),
    },
  ];
}

const sorted = (values: readonly string[]): string[] => [...new Set(values)].sort();
