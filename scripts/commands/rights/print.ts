import { policySize, type Policy } from "../../../components/aws/rights/index.ts";

/** The policies of an environment, by who needs them. */
export interface Policies {
  readonly environment: string;
  readonly read: readonly Policy[];
  readonly deploy: readonly Policy[];
  /** What these rights reach further than is wanted, and what narrows them. */
  readonly notes: readonly string[];
}

export const formats: Readonly<Record<string, (policies: Policies) => string>> = {
  text: asText,
  json: (policies) => `${JSON.stringify(policies, null, 2)}\n`,
};

function asText({ environment, read, deploy, notes }: Policies): string {
  const names = (policies: readonly Policy[]) => policies.map(({ name }) => name).join(", ");
  return [
    `Policies of IAM for ${environment}, each a document of its own, since AWS takes ${policySize.toLocaleString("en")} characters at most:`,
    `  to preview and refresh, as for pull requests: ${names(read)}`,
    `  to bring up, change and destroy: ${names([...read, ...deploy])}`,
    ...notes.map((note) => `Note: ${note}`),
    "",
    ...[...read, ...deploy].flatMap(({ name, size, document }) => [
      `${name} (${size.toLocaleString("en")} characters):`,
      JSON.stringify(document, null, 2),
      "",
    ]),
  ].join("\n");
}
