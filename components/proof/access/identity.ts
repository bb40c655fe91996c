/** Whom the API server takes somebody for. */
export interface Identity {
  readonly user: string;
  readonly groups: readonly string[];
  /** For people. */
  readonly text: string;
}

/** Of those whom the API server itself takes people for: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects */
export const known = {
  masters: "system:masters",
  authenticated: "system:authenticated",
  unauthenticated: "system:unauthenticated",
  serviceAccounts: "system:serviceaccounts",
} as const;

export const serviceAccountUser = (namespace: string, name: string): string =>
  `system:serviceaccount:${namespace}:${name}`;

export const serviceAccount = (namespace: string, name: string): Identity => ({
  user: serviceAccountUser(namespace, name),
  groups: [known.serviceAccounts, `${known.serviceAccounts}:${namespace}`, known.authenticated],
  text: `the service account ${namespace}/${name}`,
});

/** Whoever has no certificate and no token: anybody can come like that. */
export const anonymous: Identity = {
  user: "system:anonymous",
  groups: [known.unauthenticated],
  text: "somebody who says no name",
};

/** The namespace and name of a service account, of its user's. */
export function serviceAccountOf(user: string): { namespace: string; name: string } | undefined {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}
