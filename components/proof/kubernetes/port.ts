import { exactly, type Known } from "../network/index.ts";
import { isUnknown, type Value } from "../resource/index.ts";
import {
  everyPacket,
  intervals,
  noPacket,
  packets,
  packetsOfProtocols,
  protocol as numbers,
  type Packets,
} from "../space/index.ts";
import { given } from "./objects.ts";
import { oneOf, show, type Path, type Shape } from "./shape.ts";

/** A name that each pod gives to a port of its own. */
export interface NamedPort {
  readonly name: string;
  /** The IP protocols that it may be of: one where it is known. */
  readonly protocols: readonly number[];
}

/** The traffic that a rule names: by number, the same for all, and by name, another for each destination. */
export interface Traffic {
  readonly packets: Known<Packets>;
  readonly named: readonly NamedPort[];
}

export const protocols = { TCP: numbers.tcp, UDP: numbers.udp, SCTP: numbers.sctp } as const;
const isProtocol = (value: Value): value is keyof typeof protocols =>
  typeof value === "string" && Object.hasOwn(protocols, value);

/**
 * What network policies speak of. Of other protocols it is undefined what becomes, of those allowed as of those denied
 * (https://kubernetes.io/docs/concepts/services-networking/network-policies/#network-traffic-filtering).
 */
export const policed: Packets = packetsOfProtocols(Object.values(protocols));
export const unpoliced: Packets = intervals.subtract(everyPacket, policed);

/** What may pass, and of which nothing is sure. */
export const possibly = (set: Packets): Known<Packets> => ({ sure: noPacket, maybe: set });

export const allTraffic: Traffic = { packets: { sure: policed, maybe: everyPacket }, named: [] };
export const unknownTraffic: Traffic = { packets: possibly(everyPacket), named: [] };

export function parsePorts(shape: Shape, value: Value | undefined, path: Path): Traffic {
  const list = shape.list(value, path);
  if (isUnknown(list)) return unknownTraffic;
  if (list === undefined || list.length === 0) return allTraffic;
  const parts = list.flatMap((item, index) => parsePort(shape, item, [...path, index]) ?? []);
  return {
    packets: {
      sure: intervals.unionOf(parts.map(({ packets: { sure } }) => sure)),
      maybe: intervals.unionOf(parts.map(({ packets: { maybe } }) => maybe)),
    },
    named: parts.flatMap(({ named }) => named),
  };
}

function parsePort(shape: Shape, value: Value, path: Path): Traffic | undefined {
  const fields = shape.fields(value, path, ["protocol", "port", "endPort"]);
  if (isUnknown(fields)) return unknownTraffic;
  if (fields === undefined) return shape.wrong(path, "a port is null", "an object");
  const own = parseProtocols(shape, given(fields, "protocol"), [...path, "protocol"]);
  if (own === undefined) return undefined;
  const known = !isUnknown(given(fields, "protocol"));
  const [port, endPort] = [given(fields, "port"), given(fields, "endPort")];
  if (endPort !== undefined && (port === undefined || (typeof port === "string" && !isUnknown(endPort))))
    return shape.wrong(
      [...path, "endPort"],
      `endPort ${show(endPort)} ends no range, since port is ${port === undefined ? "not there" : "a name"}`,
      "endPort only beside a port's number",
    );
  if (port === undefined) return numbered(own, known, 0, 65535);
  if (isUnknown(port)) return { packets: possibly(packetsOfProtocols(own)), named: [] };
  if (typeof port === "string")
    // https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#ports: an IANA_SVC_NAME
    return /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/.test(port)
      ? { packets: possibly(noPacket), named: [{ name: port, protocols: own }] }
      : shape.wrong([...path, "port"], `${show(port)} is not a port's name`, aPort);
  if (!isPort(port)) return shape.wrong([...path, "port"], `${show(port)} is not a port`, aPort);
  if (endPort === undefined) return numbered(own, known, port, port);
  if (isUnknown(endPort))
    return {
      packets: {
        sure: known ? setOf(own, port, port) : noPacket,
        maybe: setOf(own, port, 65535),
      },
      named: [],
    };
  if (!isPort(endPort) || endPort < port)
    return shape.wrong(
      [...path, "endPort"],
      `endPort ${show(endPort)} does not end a range from ${port}`,
      `a number from ${port} to 65535`,
    );
  return numbered(own, known, port, endPort);
}

const aPort = "a number from 1 to 65535, or a name of up to 15 small letters, digits and hyphens";
export const isPort = (value: Value): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 65535;

const setOf = (own: readonly number[], first: number, last: number): Packets =>
  intervals.unionOf(own.map((number) => packets(number, first, last)));

const numbered = (own: readonly number[], known: boolean, first: number, last: number): Traffic => {
  const set = setOf(own, first, last);
  return { packets: known ? exactly(set) : possibly(set), named: [] };
};

/** TCP where none is named; all three where it is not known. */
function parseProtocols(shape: Shape, value: Value | undefined, path: Path): readonly number[] | undefined {
  if (value === undefined) return [protocols.TCP];
  if (isUnknown(value)) return Object.values(protocols);
  return isProtocol(value)
    ? [protocols[value]]
    : shape.wrong(path, `there is no protocol ${show(value)}`, oneOf(Object.keys(protocols)));
}

/** The protocol of a pod's port, which is TCP where none is named; undefined where it is not known. */
export const protocolOf = (value: Value | undefined): number | undefined =>
  value === undefined ? protocols.TCP : isProtocol(value) ? protocols[value] : undefined;
