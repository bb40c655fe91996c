import fs from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import ts from "typescript";
import { providerType, type ObjectType, type ResourceType, type Schema } from "../schema.ts";
import { ShapeReader } from "./shape.ts";

/** The SDK's modules whose kinds the stand-in knows. */
export const modules = [
  "autoscaling",
  "cloudwatch",
  "ec2",
  "ec2transitgateway",
  "iam",
  "kms",
  "lb",
  "route53",
  "secretsmanager",
  "ssm",
  "vpc",
] as const;

/** The folder of the SDK that is installed. */
export const installed = (): string =>
  dirname(createRequire(import.meta.url).resolve("@pulumi/aws/package.json"));

/** Reads the type declarations of the SDK in this folder. */
export function extractSchema(sdk: string): Schema {
  const { version } = JSON.parse(fs.readFileSync(join(sdk, "package.json"), "utf8")) as { version: string };
  const shapes = new ShapeReader(
    interfacesIn(parse(join(sdk, "types", "input.d.ts"))),
    new Map(
      modules.flatMap((module) => {
        const file = join(sdk, "types", "enums", module, "index.d.ts");
        return fs.existsSync(file) ? valuesIn(parse(file), `${module}.`) : [];
      }),
    ),
  );
  const kinds: [string, ResourceType][] = [
    [providerType, kindIn(parse(join(sdk, "provider.d.ts")), "Provider", shapes)],
  ];
  for (const module of modules)
    for (const file of fs.readdirSync(join(sdk, module)).filter((name) => name.endsWith(".js"))) {
      // The declarations leave the kind's name out, as internal.
      const text = fs.readFileSync(join(sdk, module, file), "utf8");
      const [, kind] = /__pulumiType = '([^']+)'/.exec(text) ?? [];
      const [, name] = /^exports\.(\w+) = \1;$/m.exec(text) ?? [];
      if (kind !== undefined && name !== undefined)
        kinds.push([
          kind,
          kindIn(parse(join(sdk, module, file.replace(/js$/, "d.ts"))), name, shapes, `${module}.`),
        ]);
    }
  const { types, values } = shapes.used;
  return {
    sdk: version,
    modules,
    values: sorted(values),
    types: sorted(types),
    kinds: sorted(kinds),
  };
}

/** As it is committed: an entry a line, so that a difference shows what has changed. */
export function writeSchema({ sdk, modules, ...tables }: Schema): string {
  const lines = Object.entries(tables).map(([name, table]) => {
    const entries = Object.entries(table).map(
      ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
    );
    return `${JSON.stringify(name)}:{\n${entries.join(",\n")}\n}`;
  });
  return `{"sdk":${JSON.stringify(sdk)},"modules":${JSON.stringify(modules)},\n${lines.join(",\n")}}\n`;
}

const sorted = <T>(entries: Iterable<readonly [string, T]>): Record<string, T> =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));

const parse = (file: string): ts.SourceFile =>
  ts.createSourceFile(file, fs.readFileSync(file, "utf8"), ts.ScriptTarget.Latest);

/** All interfaces of a file, by their names and their namespaces' in front. */
function interfacesIn(file: ts.SourceFile): Map<string, ts.InterfaceDeclaration> {
  const found = new Map<string, ts.InterfaceDeclaration>();
  const visit = (statements: readonly ts.Statement[], prefix: string) => {
    for (const statement of statements)
      if (ts.isInterfaceDeclaration(statement)) found.set(prefix + statement.name.text, statement);
      else if (ts.isModuleDeclaration(statement) && statement.body && ts.isModuleBlock(statement.body))
        visit(statement.body.statements, `${prefix}${statement.name.text}.`);
  };
  visit(file.statements, "");
  return found;
}

/** `export declare const Tenancy: { readonly Default: "default"; ... }` */
function valuesIn(file: ts.SourceFile, prefix: string): [string, readonly string[]][] {
  return file.statements.filter(ts.isVariableStatement).flatMap(({ declarationList }) =>
    declarationList.declarations.flatMap(({ name, type }): [string, readonly string[]][] => {
      if (type === undefined || !ts.isTypeLiteralNode(type) || !ts.isIdentifier(name)) return [];
      const values = type.members.filter(ts.isPropertySignature).map((member) => {
        const literal = member.type && ts.isLiteralTypeNode(member.type) ? member.type.literal : undefined;
        if (literal === undefined || !ts.isStringLiteral(literal))
          throw new Error(`${file.fileName}: ${name.text} lists something that is no string`);
        return literal.text;
      });
      return [[prefix + name.text, [...new Set(values)].sort()]];
    }),
  );
}

function kindIn(file: ts.SourceFile, name: string, shapes: ShapeReader, module = ""): ResourceType {
  const resource = file.statements.filter(ts.isClassDeclaration).find((one) => one.name?.text === name);
  if (resource === undefined) throw new Error(`${file.fileName} declares no class ${name}`);
  const args = interfacesIn(file).get(`${name}Args`);
  const own: ObjectType = args === undefined ? { inputs: {} } : shapes.objectOf(args, module + name);
  const outputs = resource.members
    .filter(ts.isPropertyDeclaration)
    .map((member) => (member.name as ts.Identifier).text)
    .filter((property) => !(property in own.inputs));
  const replaces = (args?.members ?? [])
    .filter(ts.isPropertySignature)
    .filter((member) => saysReplaced(commentOf(member, file)))
    .map((member) => (member.name as ts.Identifier).text);
  return { ...own, outputs, ...(replaces.length === 0 ? {} : { replaces }) };
}

function commentOf(node: ts.Node, file: ts.SourceFile): string {
  return (ts.getLeadingCommentRanges(file.text, node.pos) ?? [])
    .map(({ pos, end }) => file.text.slice(pos, end))
    .join("\n");
}

/**
 * Whether a comment says without a condition that a change makes a new resource. Few do: the provider's own knowledge
 * of it is not in the declarations.
 */
const saysReplaced = (comment: string): boolean =>
  /(?:^|[.*(] *)(?:(?:Changing|Modifying) (?:this|it)(?: value)?(?: after creation)? )?(?:will )?forces? (?:a )?(?:new resource|replacement|re-?creation)/i.test(
    comment,
  );
