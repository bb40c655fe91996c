/** Who is meant to be where, as plain data: whoever asks for a proof has it from the plan. */
export interface Intent {
  readonly namespaces: readonly IntendedNamespace[];
  readonly collections: readonly IntendedCollection[];
  readonly teams: readonly IntendedTeam[];
}

/** A namespace that is linked to a collection. */
export interface IntendedNamespace {
  readonly name: string;
  readonly collection: string;
  readonly zone: string;
  readonly group: string;
}

export interface IntendedCollection {
  readonly name: string;
  readonly zone: string;
  /** Its nodes, by name. */
  readonly hosts: readonly string[];
  readonly os: readonly string[];
}

/** The people of an application group. */
export interface IntendedTeam {
  readonly group: string;
  /** The group of users in which the API server finds the team's members. */
  readonly subject: string;
  readonly namespaces: readonly string[];
  /** Those of its members whose names are known. */
  readonly users?: readonly string[];
}
