/** A file that cloud-init writes, with the names that its `write_files` has for it. */
export interface File {
  readonly path: string;
  readonly content: string;
  /** Octal; 0644 where absent. */
  readonly permissions?: string;
}
