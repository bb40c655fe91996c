import fs from "node:fs";
import { join } from "node:path";

/**
 * What a value has to be: "string", "number", "boolean", "any" or "asset"; the name of an object type, which has a dot
 * ("ec2.LaunchTemplateMonitoring") or is of the provider; one of listed values ("one of ec2.Tenancy", and "such as
 * ec2.Tenancy" where the declaration lets any other string pass, too).
 */
export type Shape =
  string | { readonly list: Shape } | { readonly map: Shape } | { readonly either: readonly Shape[] };

export interface ObjectType {
  readonly inputs: Readonly<Record<string, Shape>>;
  /** Names of inputs that have to be there. */
  readonly required?: readonly string[];
}

export interface ResourceType extends ObjectType {
  /** Names of what only the cloud knows. */
  readonly outputs: readonly string[];
  /** Inputs of which the declarations say that another value makes a new resource. */
  readonly replaces?: readonly string[];
}

/** What the declarations of @pulumi/aws say; written by scripts/offline/aws/extract. */
export interface Schema {
  /** The version of the SDK. */
  readonly sdk: string;
  readonly modules: readonly string[];
  readonly values: Readonly<Record<string, readonly string[]>>;
  readonly types: Readonly<Record<string, ObjectType>>;
  readonly kinds: Readonly<Record<string, ResourceType>>;
}

export const schemaFile = join(import.meta.dirname, "schema.json");

/** The provider itself, among the kinds. */
export const providerType = "pulumi:providers:aws";

export const readSchema = (): Schema => JSON.parse(fs.readFileSync(schemaFile, "utf8")) as Schema;
