import { every, isAlone, type Arrow, type Drawing, type DrawnParty } from "../drawing.ts";

// Where a map's boxes and arrows are: boxes in one column, arrows in lanes to its right, so that nothing crosses a box.

export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly kind: "zone" | "every" | "services";
}

export interface Node extends Omit<Frame, "title" | "kind"> {
  readonly party: DrawnParty;
  readonly outside: boolean;
}

export interface Line {
  readonly arrow: Arrow;
  readonly fromX: number;
  readonly fromY: number;
  readonly toX: number;
  readonly toY: number;
  readonly laneX: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly frames: readonly Frame[];
  readonly nodes: readonly Node[];
  readonly lines: readonly Line[];
}

const margin = 1;
const padding = 12;
const gap = 10;
const titleHeight = 26;
const slotHeight = 22;
const laneWidth = 12;
const nameWidth = 7.6;
export const monoWidth = 7.3;

export function layOut(drawing: Drawing): Layout {
  const { boxes, outside, services, arrows } = drawing;
  const served = services.map(({ name, details, label }) => ({ name, details: [...details, label] }));
  const parties = [...boxes.flatMap((box) => box.parties), ...outside, ...served];
  const longest = Math.max(
    0,
    ...parties.map(({ name, details }) => Math.max(name.length, details.join(" · ").length)),
  );
  const width = Math.min(420, Math.max(180, longest * nameWidth + 2 * padding)) + 2 * padding;
  const frames: Frame[] = [];
  const nodes: Node[] = [];
  const places = new Map<Arrow["from"], { right: number; top: number; height: number }>();
  const slots = (name: Arrow["from"]) => arrows.filter(({ from, to }) => from === name || to === name).length;
  let y = margin;

  const addNode = (party: DrawnParty, inset: number, isOutside = false) => {
    const text = 26 + (party.details.length > 0 ? 16 : 0);
    const height = Math.max(text, slots(party.name) * slotHeight + 8);
    nodes.push({ x: margin + inset, y, width: width - 2 * inset, height, party, outside: isOutside });
    places.set(party.name, { right: margin + width - inset, top: y, height });
    y += height + gap;
  };
  const addFrame = (title: string, kind: Frame["kind"], inset: number, room: number, content: () => void) => {
    const top = y;
    y += room;
    content();
    frames.push({ x: margin + inset, y: top, width: width - 2 * inset, height: y - top, title, kind });
    y += gap;
  };
  const addBox = (box: Drawing["boxes"][number], inset: number) => {
    const [only] = box.parties;
    if (only !== undefined && isAlone(box)) addNode(only, inset);
    else
      addFrame(box.title, "zone", inset, titleHeight, () => {
        for (const party of box.parties) addNode(party, inset + padding);
      });
  };

  for (const party of outside) addNode(party, 0, true);
  for (const box of boxes.filter(({ compartment }) => !compartment)) addBox(box, 0);
  const compartments = boxes.filter(({ compartment }) => compartment);
  if (compartments.length > 0) {
    const room = Math.max(titleHeight, slots(every) * slotHeight + 12);
    places.set(every, { right: margin + width, top: y, height: room });
    addFrame(`each of ${drawing.compartments}`, "every", 0, room, () => {
      for (const box of compartments) addBox(box, padding);
    });
  }
  if (services.length > 0)
    addFrame("within reach of all", "services", 0, titleHeight, () => {
      for (const party of served) addNode(party, padding, true);
    });
  return { ...route(arrows, places, margin + width), frames: frames.reverse(), nodes, height: y };
}

type Places = ReadonlyMap<Arrow["from"], { right: number; top: number; height: number }>;

/** Each arrow from a slot of its own, by the nearest lane that is free, to a slot of its own. */
function route(arrows: readonly Arrow[], places: Places, right: number): Pick<Layout, "width" | "lines"> {
  const middle = (name: Arrow["from"]) => {
    const place = places.get(name);
    return place === undefined ? 0 : place.top + place.height / 2;
  };
  const slotY = new Map<string, number>();
  for (const [name, { top, height }] of places) {
    const own = arrows
      .flatMap((arrow, index) => [
        ...(arrow.from === name ? [{ key: `from ${index}`, other: middle(arrow.to) }] : []),
        ...(arrow.to === name ? [{ key: `to ${index}`, other: middle(arrow.from) }] : []),
      ])
      .sort((a, b) => a.other - b.other);
    const start = top + (height - own.length * slotHeight) / 2 + slotHeight / 2 + 3;
    own.forEach(({ key }, index) => slotY.set(key, start + index * slotHeight));
  }
  const routed = arrows
    .map((arrow, index) => ({
      arrow,
      fromY: slotY.get(`from ${index}`) ?? 0,
      toY: slotY.get(`to ${index}`) ?? 0,
    }))
    .sort((a, b) => Math.abs(a.fromY - a.toY) - Math.abs(b.fromY - b.toY));
  const labels = Math.max(0, ...arrows.map(({ label }) => label.length)) * monoWidth + 34;
  const lanes: [number, number][][] = [];
  const lines = routed.map(({ arrow, fromY, toY }): Line => {
    const [low, high] = [Math.min(fromY, toY) - 4, Math.max(fromY, toY) + 4];
    let lane = lanes.findIndex((taken) => taken.every(([start, end]) => high < start || end < low));
    if (lane < 0) lane = lanes.push([]) - 1;
    lanes[lane]?.push([low, high]);
    return {
      arrow,
      fromX: places.get(arrow.from)?.right ?? right,
      toX: places.get(arrow.to)?.right ?? right,
      fromY,
      toY,
      laneX: right + labels + lane * laneWidth,
    };
  });
  return { lines, width: right + labels + lanes.length * laneWidth + 8 };
}
