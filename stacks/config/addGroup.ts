import { isDeepStrictEqual } from "node:util";
import { isMap, parseDocument, type Document, type YAMLMap } from "yaml";
import { collectionSlots, type Inside, type Os, type Size } from "../../components/plan/index.ts";
import { prefix } from "../config.ts";
import { parseStackFile, type StackFile } from "./file.ts";
import { nextFreeWindow } from "./rules/groups.ts";
import { nextFreeSlot } from "./rules/zones.ts";

/** What a new application group is. */
export interface NewGroup {
  readonly name: string;
  readonly directoryGroup: string;
  readonly owner?: string;
  /** A zone that the group shares; a zone of its own where left out. */
  readonly zone?: string;
  readonly tier?: string;
  readonly inside?: Inside;
  readonly workers: Readonly<Partial<Record<Os, number>>>;
  readonly size: Size;
  readonly quota: { readonly cpu: string; readonly memory: string; readonly pods: number };
  readonly limits: { readonly cpu: string; readonly memory: string };
}

/**
 * Adds an application group to a stack file. Lines are only added, so that every comment stays where it is and the
 * difference is the group alone. Throws, as reading the file does, where the result would have a problem.
 */
export function addGroup(file: StackFile, group: NewGroup): StackFile {
  const { zones, groups } = parseStackFile(file);
  if (Object.hasOwn(groups, group.name))
    throw new Error(`${file.path} has a group "${group.name}" already; choose another name`);
  if (group.zone !== undefined && !Object.hasOwn(zones, group.zone))
    throw new Error(
      `${file.path} has no zone "${group.zone}"; it has ${Object.keys(zones).join(", ")}. Leave --zone out for a zone of its own`,
    );
  if (group.zone === undefined && Object.hasOwn(zones, group.name))
    throw new Error(
      `${file.path} has a zone "${group.name}" already; write --zone ${group.name} to share it, or choose another name`,
    );

  let text = file.text;
  if (group.zone === undefined) {
    const slot = nextFreeSlot(Object.values(zones).map((zone) => zone.slot));
    text = append(text, "zones", zoneLines(group, slot));
  }
  const taken = Object.values(groups)
    .flatMap(({ collections }) => Object.values(collections))
    .filter(({ zone }) => zone === group.zone)
    .map(({ slot }) => slot);
  const slot = nextFreeWindow(taken);
  const result = { ...file, text: append(text, "groups", groupLines(group, slot)) };
  try {
    const now = parseStackFile(result);
    for (const [kind, before, after] of [
      ["group", groups, now.groups],
      ["zone", zones, now.zones],
    ] as const)
      for (const [name, was] of Object.entries(before))
        if (!isDeepStrictEqual(after[name], was)) throw new Error(`the ${kind} ${name} would change`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`the group is not added, since with it ${why}`, { cause: error });
  }
  return result;
}

const zoneLines = ({ name, tier, inside }: NewGroup, slot: number): string[] => [
  `${name}: { slot: ${slot}${field("tier", tier)}${field("inside", inside)} }`,
];

const field = (key: string, value: string | undefined) =>
  value === undefined ? "" : `, ${key}: ${scalar(value)}`;

function groupLines(group: NewGroup, slot: number | undefined): string[] {
  const { name, owner, directoryGroup, zone = name, workers, size, quota, limits } = group;
  if (slot === undefined)
    throw new Error(
      `zone "${zone}" has ${collectionSlots} collections, which is all it has room for; use another zone`,
    );
  const pools = Object.entries(workers).filter(([, count]) => count > 0);
  return [
    `${name}:`,
    ...(owner === undefined ? [] : [`  owner: ${scalar(owner)}`]),
    `  team: { directoryGroup: ${scalar(directoryGroup)} }`,
    "  collections:",
    `    ${name}:`,
    `      zone: ${zone}`,
    ...(slot === 1 ? [] : [`      slot: ${slot}`]),
    "      workers:",
    ...pools.map(([os, count]) => `        ${os}: { count: ${count}, size: ${size} }`),
    "  namespaces:",
    `    ${name}:`,
    `      quota: { cpu: ${quota.cpu}, memory: ${quota.memory}, pods: ${quota.pods} }`,
    `      limits: { cpu: ${limits.cpu}, memory: ${limits.memory} }`,
  ];
}

/** Text as YAML reads it back inside braces, where commas and brackets end it. */
const scalar = (value: string) =>
  /^[A-Za-z][\w.@/-]*$/.test(value) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(value)
    ? value
    : JSON.stringify(value);

/** Puts lines behind the last entry of one of the configuration's maps, as deep as its entries are. */
function append(text: string, section: string, lines: readonly string[]): string {
  const document = parseDocument(text);
  const map = document.getIn(["config", `${prefix}${section}`]);
  if (!isMap(map) || map.flow === true || map.items.length === 0)
    return appendAnew(document, map, section, lines);
  const first = (map.items[0]?.key as { range: [number, number, number] }).range[0];
  const indent = " ".repeat(first - (text.lastIndexOf("\n", first - 1) + 1));
  const end = endOf(map, text);
  const added = lines.map((line) => `${indent}${line}\n`).join("");
  return `${text.slice(0, end)}${text.slice(0, end).endsWith("\n") ? "" : "\n"}${added}${text.slice(end)}`;
}

/** Where the line of the map's last value ends, before comments and blank lines that follow. */
function endOf(map: YAMLMap, text: string): number {
  const last = map.items.at(-1);
  const node = (last?.value ?? last?.key) as { range: [number, number, number] };
  const stop = isMap(node) && node.flow !== true && node.items.length > 0 ? endOf(node, text) : node.range[1];
  const newline = text.indexOf("\n", Math.max(stop - 1, 0));
  return newline === -1 ? text.length : newline + 1;
}

/** For a map that is empty or written in braces: comments stay, but the document is laid out anew. */
function appendAnew(document: Document, map: unknown, section: string, lines: readonly string[]): string {
  const path = ["config", `${prefix}${section}`];
  const added = parseDocument(lines.join("\n")).contents;
  if (!isMap(added)) throw new Error(`cannot add to ${section}`);
  if (map !== undefined && map !== null && !isMap(map))
    throw new Error(`${section} is not written as a map there; write it out, and add the group again`);
  if (isMap(map)) {
    map.flow = false;
    for (const item of added.items) map.add(item);
  } else document.setIn(path, added);
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}
