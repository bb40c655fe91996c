import type { Layer } from "../statement/index.ts";
import { drawingOf, every, isAlone, type Arrow, type Box, type Drawing, type DrawnParty } from "./drawing.ts";
import { mermaidText } from "./escape.ts";

/** A layer's zones and what passes between them, as a Mermaid flowchart; absent where it would be too large. */
export function drawLayer(layer: Layer): string | undefined {
  const drawing = drawingOf(layer);
  if (drawing === undefined) return undefined;
  const ids = idsOf(drawing);
  const compartments = drawing.boxes.filter(({ compartment }) => compartment);
  const box = ({ title, parties }: Box): string[] => {
    const nodes = parties.map((party) => node(ids.party(party.name), party));
    return isAlone({ title, parties })
      ? nodes
      : [`subgraph ${ids.box(title)}["${mermaidText(title)}"]`, ...nodes.map(indent), "end"];
  };
  const lines = [
    ...drawing.boxes.filter(({ compartment }) => !compartment).flatMap(box),
    ...(compartments.length === 0
      ? []
      : [
          `subgraph every["each of ${drawing.compartments}"]`,
          ...compartments.flatMap(box).map(indent),
          "end",
        ]),
    ...drawing.outside.map((party) => node(ids.party(party.name), party, ["([", "])"])),
    ...(drawing.services.length === 0
      ? []
      : [
          'subgraph services["within reach of all"]',
          ...drawing.services.map(({ name, details, label }) =>
            indent(node(ids.party(name), { name, details: [...details, label] }, ["([", "])"])),
          ),
          "end",
        ]),
    ...drawing.arrows.map(
      ({ from, to, state, label }) =>
        `${end(from, ids)} ${lineOf[state]}|"${mermaidText(label)}"| ${end(to, ids)}`,
    ),
    ...styles(drawing.arrows),
  ];
  return ["flowchart LR", ...lines.map(indent), ""].join("\n");
}

// Words say what an arrow is; that it is thick or dotted only helps to find it.
const lineOf: Readonly<Record<Arrow["state"], string>> = {
  allowed: "-->",
  connected: "-->",
  excepted: "-.->",
  missing: "-.-x",
  leak: "==>",
};

const styles = (arrows: readonly Arrow[]): string[] =>
  arrows.flatMap(({ state }, index) =>
    state === "leak" ? [`linkStyle ${index} stroke:#c62828,stroke-width:3px`] : [],
  );

const node = (id: string, { name, details }: DrawnParty, [open, close] = ["[", "]"]): string =>
  `${id}${open}"${[name, ...details].map(mermaidText).join("<br/>")}"${close}`;

interface Ids {
  readonly party: (name: string) => string;
  readonly box: (title: string) => string;
}

const end = (name: Arrow["from"], ids: Ids): string => (name === every ? "every" : ids.party(name));

// Mermaid reads some words, "end" among them, and hyphens as its own, and two names may differ in such alone.
function idsOf({ boxes, outside, services }: Drawing): Ids {
  const numbered = (kind: string, names: readonly string[]) => {
    const ids = new Map(names.map((name, index) => [name, `${kind}_${index + 1}_${plain(name)}`]));
    return (name: string) => ids.get(name) ?? `${kind}_0`;
  };
  const parties = [...boxes.flatMap((box) => box.parties), ...outside, ...services];
  return {
    party: numbered(
      "party",
      parties.map(({ name }) => name),
    ),
    box: numbered(
      "zone",
      boxes.map(({ title }) => title),
    ),
  };
}

const plain = (name: string) => name.replaceAll(/[^A-Za-z0-9]/g, "_").slice(0, 40);
const indent = (line: string) => `  ${line}`;
