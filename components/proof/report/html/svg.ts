import type { Layer } from "../../statement/index.ts";
import { drawingOf, every, type Arrow } from "../drawing.ts";
import { layOut, type Frame, type Line, type Node } from "./layout.ts";
import { markup, type Markup } from "./markup.ts";
import type { Articles } from "./passages.ts";

/** A layer's map; absent where there would be too many boxes. */
export function mapOf(layer: Layer, articles: Articles): Markup | undefined {
  const drawing = drawingOf(layer);
  if (drawing === undefined) return undefined;
  const { width, height, frames, nodes, lines } = layOut(drawing);
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="map of ${layer.name}">
    <svg
      class="map"
      width="${Math.ceil(width)}"
      height="${Math.ceil(height)}"
      viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}"
      role="group"
      aria-label="zones, and what passes between them"
    >
      ${frames.map(frame)}${nodes.map(node)}${lines.map((line) => arrow(line, articles.idOf(line.arrow.cell)))}
    </svg>
  </div>`;
}

const frame = ({ x, y, width, height, title, kind }: Frame): Markup =>
  markup`<g class="frame ${kind}">
    <rect x="${x}" y="${y}" width="${width}" height="${height}" rx="4" />
    <text x="${x + 12}" y="${y + 18}">${cut(title, width)}</text>
  </g>`;

const node = ({ x, y, width, height, party: { name, details }, outside }: Node): Markup =>
  markup`<g class="node${outside ? " outside" : ""}">
    <title>${[name, ...details].join(", ")}</title>
    <rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${outside ? 14 : 3}" />
    <text class="name" x="${x + 12}" y="${y + 18}">${cut(name, width)}</text>
    ${
      details.length === 0
        ? undefined
        : markup`<text class="detail" x="${x + 12}" y="${y + 34}">${cut(details.join(" · "), width)}</text>`
    }
  </g>`;

/** As much of a text as has room; the whole stands in the box's title. */
const cut = (text: string, width: number): string => {
  const room = Math.floor((width - 24) / 7.6);
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
};

function arrow(
  { arrow: { from, to, state, label }, fromX, fromY, toX, toY, laneX }: Line,
  id?: string,
): Markup {
  const radius = Math.min(6, Math.abs(toY - fromY) / 2);
  const down = toY > fromY ? radius : -radius;
  const path = `M${fromX} ${fromY}H${laneX - radius}q${radius} 0 ${radius} ${down}V${toY - down}q0 ${down} ${-radius} ${down}H${toX + 9}`;
  const what = `${end(from)} to ${end(to)}: ${label}`;
  return markup`<g class="arrow ${state}"${id === undefined ? undefined : markup` data-show="${id}"`} aria-label="${what}">
    <title>${what}</title>
    <path class="hit" d="${path}" />
    <path class="line" d="${path}" />
    <path class="tip" d="M${toX + 10} ${toY - 4.5}L${toX + 1} ${toY}L${toX + 10} ${toY + 4.5}z" />
    <circle cx="${fromX}" cy="${fromY}" r="2.5" />
    <text x="${toX + 16}" y="${toY - 4}">${label}</text>
  </g>`;
}

const end = (name: Arrow["from"]): string => (name === every ? "each zone" : name);
