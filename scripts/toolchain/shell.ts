// What the scripts tell the shell that called them, as code for it to evaluate.

export const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Sets variables, and removes those whose value is undefined. */
export const assignments = (variables: Readonly<Record<string, string | undefined>>): string =>
  Object.entries(variables)
    .map(([name, value]) => (value === undefined ? `unset ${name}` : `export ${name}=${quote(value)}`))
    .join("\n");
