import { exactly, type Known } from "../network/index.ts";
import { asObject, isUnknown, type Value } from "../resource/index.ts";
import {
  everyAddress,
  hasNoAddress,
  includesAddresses,
  noAddress,
  parseCidr,
  subtractAddresses,
  unionAddresses,
  type Addresses,
} from "../space/index.ts";
import { given, nameOf, namespaceOf, type Fields, type KubernetesObject, type Sourced } from "./objects.ts";
import { parsePorts, unknownTraffic, type Traffic } from "./port.ts";
import { parseSelector, type Answer, type Selector } from "./selector.ts";
import { oneOf, Shape, show, type Path, type ShapeProblem } from "./shape.ts";

/** A NetworkPolicy: https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/ */
export interface Policy {
  readonly name: string;
  /** Undefined where it is not known. */
  readonly namespace: string | undefined;
  readonly origin: string;
  readonly why?: string;
  readonly selector: Selector;
  readonly ingress: Side;
  readonly egress: Side;
}

/** What a policy says of one direction. */
export interface Side {
  /** Whether it is about this direction at all. */
  readonly applies: Answer;
  readonly rules: readonly PolicyRule[];
}

export interface PolicyRule {
  /** For people: `ingress rule 1`. */
  readonly name: string;
  readonly peers: readonly Peer[];
  readonly traffic: Traffic;
}

export type Peer =
  | { readonly kind: "everybody" }
  /** It is not known who. */
  | { readonly kind: "somebody" }
  | { readonly kind: "block"; readonly addresses: Known<Addresses> }
  /** Pods of the namespaces that are selected; of the policy's own where there is no selector of namespaces. */
  | { readonly kind: "pods"; readonly namespaces?: Selector; readonly pods: Selector };

export const isNetworkPolicy = ({ apiVersion, kind }: KubernetesObject): boolean =>
  kind === "NetworkPolicy" && /^(?:networking\.k8s\.io|extensions)\//.test(apiVersion);

/** Reads a NetworkPolicy, and tells all that is wrong with it; what it then returns is of no use. */
export function parsePolicy(sourced: Sourced): { policy: Policy; problems: readonly ShapeProblem[] } {
  const { object, origin } = sourced;
  const shape = new Shape();
  if (object.apiVersion !== "networking.k8s.io/v1")
    shape.wrong(
      ["apiVersion"],
      `no cluster of today takes a NetworkPolicy of ${object.apiVersion}`,
      "networking.k8s.io/v1",
    );
  const spec = shape.fields(
    given(object, "spec"),
    ["spec"],
    ["podSelector", "policyTypes", "ingress", "egress"],
  );
  const known = isUnknown(spec) ? undefined : (spec ?? {});
  const types = known === undefined ? unknownTypes : parseTypes(shape, known);
  const rules = (direction: Direction) =>
    known === undefined ? [unknownRule(direction)] : parseRules(shape, direction, given(known, direction));
  const why = asObject(given(object.metadata, "annotations"))["bulkhead/why"];
  const policy = {
    name: nameOf(sourced),
    namespace: namespaceOf(object),
    origin,
    ...(typeof why === "string" ? { why } : {}),
    selector: parseSelector(shape, known === undefined ? spec : given(known, "podSelector"), [
      "spec",
      "podSelector",
    ]),
    ingress: { applies: types.ingress, rules: rules("ingress") },
    egress: { applies: types.egress, rules: rules("egress") },
  };
  return { policy, problems: shape.problems };
}

export type Direction = "ingress" | "egress";
type Types = Readonly<Record<Direction, Answer>>;
const unknownTypes: Types = { ingress: "maybe", egress: "maybe" };

/** Where no types are named: always ingress, and egress where there is a rule for it. */
function parseTypes(shape: Shape, spec: Fields): Types {
  const list = shape.list(given(spec, "policyTypes"), ["spec", "policyTypes"]);
  if (isUnknown(list)) return unknownTypes;
  if (list === undefined || list.length === 0) {
    const egress = given(spec, "egress");
    return {
      ingress: "yes",
      egress: isUnknown(egress) ? "maybe" : Array.isArray(egress) && egress.length > 0 ? "yes" : "no",
    };
  }
  for (const [index, type] of list.entries())
    if (!isUnknown(type) && type !== "Ingress" && type !== "Egress")
      shape.wrong(
        ["spec", "policyTypes", index],
        `there is no policy type ${show(type)}`,
        oneOf(["Ingress", "Egress"]),
      );
  const named = (type: string): Answer =>
    list.includes(type) ? "yes" : list.some(isUnknown) ? "maybe" : "no";
  return { ingress: named("Ingress"), egress: named("Egress") };
}

const unknownRule = (direction: Direction): PolicyRule => ({
  name: `${direction} rules that are not known`,
  peers: [{ kind: "somebody" }],
  traffic: unknownTraffic,
});

function parseRules(shape: Shape, direction: Direction, value: Value | undefined): readonly PolicyRule[] {
  const path = ["spec", direction];
  const list = shape.list(value, path);
  if (isUnknown(list)) return [unknownRule(direction)];
  const peers = direction === "ingress" ? "from" : "to";
  return (list ?? []).map((item, index): PolicyRule => {
    const own = [...path, index];
    const fields = shape.fields(item, own, [peers, "ports"]);
    if (isUnknown(fields)) return unknownRule(direction);
    return {
      name: `${direction} rule ${index + 1}`,
      peers: parsePeers(shape, given(fields ?? {}, peers), [...own, peers]),
      traffic: parsePorts(shape, given(fields ?? {}, "ports"), [...own, "ports"]),
    };
  });
}

function parsePeers(shape: Shape, value: Value | undefined, path: Path): readonly Peer[] {
  const list = shape.list(value, path);
  if (isUnknown(list)) return [{ kind: "somebody" }];
  if (list === undefined || list.length === 0) return [{ kind: "everybody" }];
  return list.flatMap((item, index) => parsePeer(shape, item, [...path, index]) ?? []);
}

const selectors = ["podSelector", "namespaceSelector"] as const;

function parsePeer(shape: Shape, value: Value, path: Path): Peer | undefined {
  const fields = shape.fields(value, path, [...selectors, "ipBlock"]);
  if (isUnknown(fields)) return { kind: "somebody" };
  const all = fields ?? {};
  const block = given(all, "ipBlock");
  const selecting = selectors.filter((name) => given(all, name) !== undefined);
  if (block === undefined && selecting.length === 0)
    return shape.wrong(path, "a peer names nobody", `${selectors.join(", ")} or ipBlock`);
  if (block !== undefined && selecting.length > 0)
    return shape.wrong(
      path,
      `a peer has ipBlock and ${selecting.join(" and ")}`,
      "ipBlock alone, or selectors",
    );
  if (block !== undefined) return parseBlock(shape, block, [...path, "ipBlock"]);
  const namespaces = given(all, "namespaceSelector");
  return {
    kind: "pods",
    ...(namespaces === undefined
      ? {}
      : { namespaces: parseSelector(shape, namespaces, [...path, "namespaceSelector"]) }),
    pods: parseSelector(shape, given(all, "podSelector"), [...path, "podSelector"]),
  };
}

function parseBlock(shape: Shape, value: Value, path: Path): Peer | undefined {
  const fields = shape.fields(value, path, ["cidr", "except"]);
  if (isUnknown(fields)) return { kind: "somebody" };
  const cidr = parseBlockOf(shape, given(fields ?? {}, "cidr"), [...path, "cidr"]);
  const list = shape.list(given(fields ?? {}, "except"), [...path, "except"]);
  if (cidr === undefined) return undefined;
  const excepts = isUnknown(list)
    ? [unknownBlock]
    : (list ?? []).flatMap((item, index) => {
        const except = parseBlockOf(shape, item, [...path, "except", index]);
        if (except !== undefined && outsideOf(cidr.maybe, except.sure))
          shape.wrong(
            [...path, "except", index],
            `${show(item)} is not a part of ${show(given(fields ?? {}, "cidr"))}`,
            "a smaller block in it",
          );
        return except ?? [];
      });
  const addresses = {
    sure: subtractAddresses(cidr.sure, unionAddresses(excepts.map(({ maybe }) => maybe))),
    maybe: subtractAddresses(cidr.maybe, unionAddresses(excepts.map(({ sure }) => sure))),
  };
  return { kind: "block", addresses };
}

const outsideOf = (outer: Addresses, inner: Addresses): boolean =>
  !includesAddresses(outer, inner) || (!hasNoAddress(inner) && includesAddresses(inner, outer));

const unknownBlock: Known<Addresses> = { sure: noAddress, maybe: everyAddress };

// Of these Go makes IPv4 addresses (https://pkg.go.dev/net#ParseCIDR), and so do clusters, most of the time.
const mapped = parseCidr("::ffff:0:0/96");

function parseBlockOf(shape: Shape, value: Value | undefined, path: Path): Known<Addresses> | undefined {
  if (isUnknown(value)) return unknownBlock;
  const expected = "a CIDR block such as 10.0.0.0/16 or fd00::/64";
  if (typeof value !== "string") return shape.wrong(path, `${show(value)} is not a CIDR block`, expected);
  try {
    const addresses = parseCidr(value);
    if (!includesAddresses(mapped, addresses)) return exactly(addresses);
  } catch {
    // Said below.
  }
  return shape.wrong(path, `${show(value)} is not a CIDR block`, expected);
}
