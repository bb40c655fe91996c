import type { ListedRule } from "./ruleset.ts";

/** A rule nearly as nft writes it, for people. */
export const showRule = ({ expr }: Pick<ListedRule, "expr">): string => expr.map(showStatement).join(" ");

function showStatement(statement: unknown): string {
  const [kind = "", what] = Object.entries(statement ?? {})[0] ?? [];
  const object = (what ?? {}) as Readonly<Record<string, unknown>>;
  if (kind === "match") {
    const op = object["op"] === "==" || object["op"] === "in" ? "" : `${String(object["op"])} `;
    return `${show(object["left"])} ${op}${show(object["right"])}`;
  }
  if (kind === "vmap") return `${show(object["key"])} vmap ${show(object["data"])}`;
  if (kind === "jump" || kind === "goto") return `${kind} ${String(object["target"])}`;
  return kind;
}

function show(value: unknown): string {
  if (typeof value === "string" || typeof value === "number") return String(value);
  if (Array.isArray(value)) return value.map(show).join(",");
  const [kind = "", what] = Object.entries(value ?? {})[0] ?? [];
  const object = (what ?? {}) as Readonly<Record<string, unknown>>;
  switch (kind) {
    case "payload":
      return `${String(object["protocol"])} ${String(object["field"])}`;
    case "meta":
      return `${object["key"] === "l4proto" ? "meta " : ""}${String(object["key"])}`;
    case "ct":
      return `ct ${typeof object["dir"] === "string" ? `${object["dir"]} ` : ""}${String(object["key"])}`;
    case "concat":
      return (what as readonly unknown[]).map(show).join(" . ");
    case "prefix":
      return `${String(object["addr"])}/${String(object["len"])}`;
    case "range":
      return (what as readonly unknown[]).map(show).join("-");
    case "set":
      return `{ ${(Array.isArray(what) ? (what as readonly unknown[]) : [what]).map(showElement).join(", ")} }`;
    case "elem":
      return show(object["val"]);
    default:
      return JSON.stringify(value);
  }
}

const showElement = (element: unknown): string =>
  Array.isArray(element) ? `${show(element[0])} : ${showStatement(element[1])}` : show(element);
