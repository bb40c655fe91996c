import ts from "typescript";
import type { ObjectType, Shape } from "../schema.ts";

/** Reads types as they are declared, without the compiler's type checker: the SDK's are regular. */
export class ShapeReader {
  readonly #interfaces: ReadonlyMap<string, ts.InterfaceDeclaration>;
  readonly #values: ReadonlyMap<string, readonly string[]>;
  readonly #used = {
    types: new Map<string, ObjectType>(),
    values: new Map<string, readonly string[]>(),
  };

  constructor(
    interfaces: ReadonlyMap<string, ts.InterfaceDeclaration>,
    values: ReadonlyMap<string, readonly string[]>,
  ) {
    this.#interfaces = interfaces;
    this.#values = values;
  }

  /** What the shapes that were read name. */
  get used() {
    return this.#used;
  }

  objectOf({ members }: ts.InterfaceDeclaration | ts.TypeLiteralNode, name: string): ObjectType {
    const properties = members.filter(ts.isPropertySignature).map((member) => {
      const property = (member.name as ts.Identifier | ts.StringLiteral).text;
      if (member.type === undefined) throw new Error(`${name}.${property} has no type`);
      return {
        property,
        required: member.questionToken === undefined,
        shape: this.#hinted(this.#shapeOf(member.type, `${name}.${property}`), name, property),
      };
    });
    const required = properties.filter((one) => one.required).map(({ property }) => property);
    return {
      inputs: Object.fromEntries(properties.map(({ property, shape }) => [property, shape])),
      ...(required.length === 0 ? {} : { required }),
    };
  }

  /** Text that is called like a list of values of its own module (instanceType of a launch template) is one of them. */
  #hinted(shape: Shape, type: string, property: string): Shape {
    const list = `${type.split(".")[0] ?? ""}.${property.charAt(0).toUpperCase()}${property.slice(1)}`;
    const values = this.#values.get(list);
    if (shape !== "string" || values === undefined) return shape;
    this.#used.values.set(list, values);
    return `such as ${list}`;
  }

  #shapeOf(node: ts.TypeNode, place: string): Shape {
    if (ts.isParenthesizedTypeNode(node)) return this.#shapeOf(node.type, place);
    if (ts.isArrayTypeNode(node)) return { list: this.#shapeOf(node.elementType, place) };
    if (ts.isUnionTypeNode(node)) return this.#either(node.types, place);
    if (ts.isTypeReferenceNode(node)) return this.#named(node, place);
    if (ts.isTypeLiteralNode(node)) {
      const index = node.members.find(ts.isIndexSignatureDeclaration);
      if (index !== undefined) return { map: this.#shapeOf(index.type, place) };
      this.#used.types.set(place, this.objectOf(node, place));
      return place;
    }
    const simple = keywords.get(node.kind);
    if (simple !== undefined) return simple;
    throw new Error(`${place}: a type of the kind ${ts.SyntaxKind[node.kind]} is new here`);
  }

  #either(types: readonly ts.TypeNode[], place: string): Shape {
    const literals = types.filter(ts.isLiteralTypeNode).map(({ literal }) => literal);
    const listed = literals.filter(ts.isStringLiteral).map(({ text }) => text);
    if (listed.length !== literals.length)
      throw new Error(`${place}: a literal that is no string is new here`);
    if (listed.length > 0) this.#used.values.set(place, listed);
    const shapes = [
      ...types
        .filter((type) => !ts.isLiteralTypeNode(type) && type.kind !== ts.SyntaxKind.UndefinedKeyword)
        .map((type) => this.#shapeOf(type, place)),
      ...(listed.length > 0 ? [`one of ${place}`] : []),
    ];
    const open = shapes.includes("string");
    const unique = new Map(
      shapes
        .map((shape) => (open && typeof shape === "string" ? shape.replace(/^one of /, "such as ") : shape))
        .map((shape) => [JSON.stringify(shape), shape]),
    );
    if ([...unique.values()].some((shape) => typeof shape === "string" && shape.startsWith("such as ")))
      unique.delete(JSON.stringify("string"));
    const [first, ...others] = unique.values();
    if (first === undefined) throw new Error(`${place}: a type without values`);
    return others.length === 0 ? first : { either: [first, ...others] };
  }

  #named({ typeName, typeArguments }: ts.TypeReferenceNode, place: string): Shape {
    const [argument] = typeArguments ?? [];
    const name = nameOf(typeName);
    if (name === "pulumi.Input" && argument !== undefined) return this.#shapeOf(argument, place);
    if (name === "pulumi.asset.Archive" || name === "pulumi.asset.Asset") return "asset";
    const [from, ...rest] = name.split(".");
    const own = rest.join(".");
    if (from === "inputs") {
      const declared = this.#interfaces.get(own);
      if (declared === undefined) throw new Error(`${place}: there is no interface ${own}`);
      if (!this.#used.types.has(own)) {
        // First, since some types hold themselves.
        this.#used.types.set(own, { inputs: {} });
        this.#used.types.set(own, this.objectOf(declared, own));
      }
      return own;
    }
    if (from === "enums") {
      const values = this.#values.get(own);
      if (values === undefined) throw new Error(`${place}: no values are known of ${own}`);
      this.#used.values.set(own, values);
      return `one of ${own}`;
    }
    // A resource in place of its id, or another name of a string such as ARN.
    if (own === "" || from === "pulumi") return "string";
    throw new Error(`${place}: the type ${name} is new here`);
  }
}

const keywords: ReadonlyMap<ts.SyntaxKind, Shape> = new Map<ts.SyntaxKind, Shape>([
  [ts.SyntaxKind.StringKeyword, "string"],
  [ts.SyntaxKind.NumberKeyword, "number"],
  [ts.SyntaxKind.BooleanKeyword, "boolean"],
  [ts.SyntaxKind.AnyKeyword, "any"],
]);

const nameOf = (name: ts.EntityName): string =>
  ts.isIdentifier(name) ? name.text : `${nameOf(name.left)}.${name.right.text}`;
