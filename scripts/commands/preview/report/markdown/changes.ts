import { changeWords, changesOf, groupName, verbs, weightOf } from "../counts.ts";
import type { GroupChanges, PropertyChange, ResourceChange } from "../report.ts";
import { shorten } from "../shorten.ts";
import { code, fence, inline, summary } from "./escape.ts";
import type { Growth, Slot } from "./growth.ts";
import { parts } from "./parts.ts";

/** An application group's changes, as slots and as what fills them. */
export interface GrowingGroup {
  readonly slots: readonly Slot[];
  /** A line with counts; then one for each component; then names; then properties, by how much they matter. */
  readonly line: Growth;
  readonly components: Growth;
  readonly names: readonly Weighed[];
  readonly properties: readonly Weighed[];
}

export type Weighed = Growth & { readonly weight: number };

export function growGroup(group: GroupChanges): GrowingGroup {
  const [open, close]: [Slot, Slot] = [{ text: "" }, { text: "" }];
  const slots = group.components.map((): Slot => ({ text: "" }));
  const title = `${groupName(group)}: ${changeWords(changesOf(group))}`;
  const each = group.components.map((component, index) => {
    const slot = slots[index] ?? close;
    const { name, changes } = component;
    const head = `${name}: ${changeWords(changes)}`;
    const folded = (body: string) =>
      `<details><summary>${summary(head)}</summary>\n\n${body}\n</details>\n\n`;
    const growth = (
      missed: Growth["missed"],
      least: number,
      body: (room: number) => string | undefined,
    ): Weighed => ({
      missed,
      size: changes.length,
      weight: weightOf(changes),
      make: (room) => {
        if (changes.length * least > room + slot.text.length) return undefined;
        const text = body(room + slot.text.length);
        return text === undefined ? undefined : [[slot, folded(text)]];
      },
    });
    return {
      line: [slot, `- ${inline(head)}\n\n`] as const,
      names: growth(parts.names, 20, () => changes.map(nameLine).join("")),
      properties: growth(parts.properties, 30, (room) => diffOf(changes, room)),
    };
  });
  return {
    slots: [open, ...slots, close],
    line: { missed: parts.group, size: 1, make: () => [[open, `- ${inline(title)}\n\n`]] },
    components: {
      missed: parts.component,
      size: group.components.length,
      make: (room) =>
        group.components.length * 10 > room
          ? undefined
          : [
              [
                open,
                `<details><summary><b>${summary(groupName(group))}</b>: ${summary(changeWords(changesOf(group)))}</summary>\n\n`,
              ],
              ...each.map(({ line }) => line),
              [close, "</details>\n\n"],
            ],
    },
    names: each.map(({ names }) => names),
    properties: each.map(({ properties }) => properties),
  };
}

const nameLine = ({ op, name, type }: ResourceChange): string =>
  `- ${verbs[op]} ${code(name)} (${inline(type)})\n`;

/** Changes as GitHub colours a difference of files; undefined where it is longer than there is room. */
function diffOf(changes: readonly ResourceChange[], room: number): string | undefined {
  const lines: string[] = [];
  let length = 0;
  const say = (line: string) => {
    lines.push(line);
    length += line.length;
  };
  for (const { op, name, type, properties } of changes) {
    say(`@@ ${verbs[op]} ${shorten(name, longest)} (${shorten(type, longest)}) @@`);
    for (const property of properties) for (const line of propertyLines(property)) say(line);
    if (length > room) return undefined;
  }
  return fence("diff", lines);
}

const longest = 160;

function propertyLines({ path, old, new: now, replaces }: PropertyChange): string[] {
  const name = shorten(path, longest);
  const forces = replaces ? "  (forces the replacement)" : "";
  if (old === undefined && now === undefined) return [`! ${name}${forces}`];
  const [before, after] = [old, now].map((value) =>
    value === undefined ? undefined : shorten(value, longest),
  );
  return [
    ...(before === undefined ? [] : [`- ${name}: ${before}${after === undefined ? forces : ""}`]),
    ...(after === undefined ? [] : [`+ ${name}: ${after}${forces}`]),
  ];
}
