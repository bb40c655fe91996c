// All that the jobs of GitHub's workflows may do.

export type Permissions = string | Readonly<Record<string, string>>;

const rights: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "check/check": { contents: "read" },
  "preview/preview": { contents: "read", "id-token": "write" },
  "preview/comment": { contents: "read", "pull-requests": "write" },
  "preview of a fork/preview": { contents: "read" },
  "comment on a fork's preview/comment": { actions: "read", contents: "read", "pull-requests": "write" },
  "up/up": { contents: "read", "id-token": "write" },
};

/** Who may do more than the list says. A job that says nothing may do what the workflow says. */
export function problemsOfRights(
  workflow: string,
  general: Permissions | undefined,
  jobs: Readonly<Record<string, { readonly permissions?: Permissions }>>,
): string[] {
  if (general === undefined) return ["it has no top-level permissions, so GitHub's settings decide"];
  return Object.entries(jobs).flatMap(([name, { permissions = general }]) => {
    const place = `${workflow}/${name}`;
    if (typeof permissions === "string") return [`${place} may ${permissions}`];
    return Object.entries(permissions)
      .filter(([right, level]) => rights[place]?.[right] !== level)
      .map(([right, level]) => `${place} may ${right}: ${level}`);
  });
}

/** Whether a job's token may write on GitHub; who it is to others, id-token, is none of that. */
export const writes = (permissions: Permissions | undefined): boolean =>
  typeof permissions === "string"
    ? permissions === "write-all"
    : Object.entries(permissions ?? {}).some(([right, level]) => right !== "id-token" && level === "write");
