import { randomBytes } from "node:crypto";

/**
 * Tells one making of a zone, a firewall or a host from another of the same name, so that a delete, which comes last
 * where something has been renamed or moved, never meets what has taken its place.
 */
export const newInstance = (): string => randomBytes(4).toString("hex");
