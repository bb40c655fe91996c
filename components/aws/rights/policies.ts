import type { PolicyDocument, Statement } from "./statement.ts";

/**
 * How long a managed policy may be, without white space
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
 */
export const policySize = 6144;

export interface Policy {
  readonly name: string;
  /** How many characters AWS counts. */
  readonly size: number;
  readonly document: PolicyDocument;
}

/** Policies that hold these statements in their order, as few as their size allows; numbered where they are several. */
export function policiesOf(name: string, statements: readonly Statement[]): Policy[] {
  const documents: PolicyDocument[] = [];
  let current: Statement[] = [];
  for (const statement of statements) {
    if (sizeOf(documentOf([statement])) > policySize)
      throw new Error(
        `the statement ${statement.Sid} alone has ${sizeOf(documentOf([statement]))} characters of the ${policySize} that AWS allows a policy; make fewer things of a kind`,
      );
    if (sizeOf(documentOf([...current, statement])) > policySize) {
      documents.push(documentOf(current));
      current = [];
    }
    current.push(statement);
  }
  if (current.length > 0) documents.push(documentOf(current));
  return documents.map((document, index) => ({
    name: documents.length === 1 ? name : `${name}-${index + 1}`,
    size: sizeOf(document),
    document,
  }));
}

const documentOf = (statements: readonly Statement[]): PolicyDocument => ({
  Version: "2012-10-17",
  Statement: statements,
});

const sizeOf = (document: PolicyDocument): number => JSON.stringify(document).length;
