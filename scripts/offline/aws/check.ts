import { didYouMean } from "../../../stacks/config/problem.ts";
import type { ObjectType, Schema, Shape } from "./schema.ts";
import { isAsset, isObject, isUnknown, open, type Properties } from "./value.ts";

/** What is wrong with one property. */
export interface Failure {
  /** A property path as Pulumi writes it: ebs.volumeSize, tags["a b"], cidrBlocks[0]. */
  readonly path: string;
  readonly reason: string;
}

interface Found {
  readonly failures: readonly Failure[];
  /** What may be a mistake: the declaration allows it, though it lists other values. */
  readonly doubts: readonly Failure[];
}

/** Finds all that is wrong with inputs. What is not known yet is taken for right, and a secret's value never shown. */
export function checkInputs(schema: Schema, type: ObjectType, inputs: Properties): Found {
  const check = new Check(schema);
  check.object(inputs, type, "", false);
  return check;
}

class Check implements Found {
  readonly failures: Failure[] = [];
  readonly doubts: Failure[] = [];
  readonly #schema: Schema;

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  object(values: Properties, { inputs, required = [] }: ObjectType, path: string, secret: boolean): void {
    const names = Object.keys(inputs);
    for (const [name, value] of Object.entries(values)) {
      const shape = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
      if (shape !== undefined) this.#value(value, shape, join(path, name), secret);
      else if (!name.startsWith("__")) {
        const guess = didYouMean(name, names);
        const list = names.length === 0 ? "; there are none" : `; there are ${names.join(", ")}`;
        this.#fail(join(path, name), `there is no such property${guess === "" ? list : guess}`);
      }
    }
    for (const name of required)
      if (isAbsent(values[name]))
        this.#fail(join(path, name), `it is missing: write ${this.#describe(inputs[name] ?? "any")}`);
  }

  #value(wrapped: unknown, shape: Shape, path: string, within: boolean): void {
    const opened = open(wrapped);
    const { value } = opened;
    if (isUnknown(value) || isAbsent(value)) return;
    const secret = within || opened.secret;
    const wrong = () => {
      this.#fail(path, `${secret ? "a secret" : show(value)}: write ${this.#describe(shape)}`);
    };
    if (typeof shape === "string") this.#simple(value, shape, path, secret, wrong);
    else if ("list" in shape) {
      if (!Array.isArray(value)) wrong();
      else for (const [at, one] of value.entries()) this.#value(one, shape.list, `${path}[${at}]`, secret);
    } else if ("map" in shape) {
      if (!isObject(value) || isAsset(value)) wrong();
      else
        for (const [key, one] of Object.entries(value)) this.#value(one, shape.map, join(path, key), secret);
    } else {
      // Of several the one is meant that is of the value's kind.
      const fitting = shape.either.filter((one) => isOfKind(value, one));
      const [first, ...others] = fitting;
      if (first === undefined) wrong();
      else if (others.length === 0) this.#value(wrapped, first, path, within);
      else if (!fitting.some((one) => this.#fits(wrapped, one))) wrong();
    }
  }

  #simple(value: unknown, shape: string, path: string, secret: boolean, wrong: () => void): void {
    const [, rule, name = ""] = /^(one of|such as) (.+)$/.exec(shape) ?? [];
    if (rule !== undefined) {
      const listed = this.#schema.values[name] ?? [];
      if (typeof value !== "string") wrong();
      else if (listed.includes(value)) return;
      else if (rule === "one of")
        this.#fail(
          path,
          `${secret ? "a secret" : show(value)}: write ${showList(listed)}${secret ? "" : didYouMean(value, listed)}`,
        );
      else if (!secret) this.#unlisted(path, value, listed);
    } else if (simple.has(shape)) {
      if (!isOfKind(value, shape)) wrong();
    } else if (!isOfKind(value, shape)) wrong();
    else {
      const type = this.#schema.types[shape];
      if (type === undefined) throw new Error(`the schema has no type ${shape}`);
      this.object(value as Properties, type, path, secret);
    }
  }

  /**
   * The SDK's lists of this sort are not complete (ec2.Tenancy lacks "host", route53.RecordType "HTTPS"), so that only
   * what is written like a listed value but for capitals and punctuation is surely wrong.
   */
  #unlisted(path: string, value: string, listed: readonly string[]): void {
    const same = listed.find((one) => letters(one) === letters(value));
    if (same !== undefined) this.#fail(path, `${show(value)}: write ${show(same)}`);
    else {
      const guess = didYouMean(value, listed);
      if (guess !== "")
        this.doubts.push({
          path,
          reason: `${show(value)} is none of the values that @pulumi/aws ${this.#schema.sdk} lists${guess}; it is passed on as it is`,
        });
    }
  }

  #fits(value: unknown, shape: Shape): boolean {
    const trial = new Check(this.#schema);
    trial.#value(value, shape, "", true);
    return trial.failures.length === 0;
  }

  #fail(path: string, reason: string): void {
    this.failures.push({ path, reason });
  }

  #describe(shape: Shape): string {
    if (typeof shape !== "string") {
      if ("list" in shape) return "a list";
      if ("map" in shape) return "an object of names and values";
      return shape.either.map((one) => this.#describe(one)).join(" or ");
    }
    const known = simple.get(shape);
    if (known !== undefined) return known;
    const [, rule, name = ""] = /^(one of|such as) (.+)$/.exec(shape) ?? [];
    if (rule === "one of") return showList(this.#schema.values[name] ?? []);
    if (rule === "such as") return "text";
    const names = Object.keys(this.#schema.types[shape]?.inputs ?? {});
    return `an object of ${names.join(", ")}`;
  }
}

const simple: ReadonlyMap<string, string> = new Map([
  ["string", "text"],
  ["number", "a number"],
  ["boolean", "true or false"],
  ["asset", "a file or an archive"],
  ["any", "anything"],
]);

function isOfKind(value: unknown, shape: Shape): boolean {
  if (typeof shape !== "string")
    return "list" in shape
      ? Array.isArray(value)
      : "map" in shape
        ? isObject(value)
        : shape.either.some((one) => isOfKind(value, one));
  if (shape === "any") return true;
  if (shape === "number" || shape === "boolean") return typeof value === shape;
  if (shape === "string" || /^(one of|such as) /.test(shape)) return typeof value === "string";
  return shape === "asset" ? isAsset(value) : isObject(value) && !isAsset(value);
}

/** As in sdk/go/common/resource/property_path.go. */
export const join = (path: string, name: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(name)
    ? path === ""
      ? name
      : `${path}.${name}`
    : `${path}[${JSON.stringify(name)}]`;

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

const show = (value: unknown): string => {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
};

const showList = (values: readonly string[]): string => values.map(show).join(" or ");

const letters = (value: string): string => value.toLowerCase().replace(/[^a-z0-9]/g, "");
