"use strict";

// The document says everything without this script, which only shows parts of it where they are asked for. It copies
// nodes and sets text, and so never makes markup out of what the document says.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const dialog = document.querySelector("dialog");
const dialogTitle = document.getElementById("dialog-title");
const dialogContent = dialog.querySelector(".content");

function show(label, id) {
  const article = id === undefined ? null : document.getElementById(id);
  const [title, ...outline] = label.split(": ");
  dialogTitle.textContent = title.replace(" to ", " → ");
  const line = document.createElement("p");
  line.className = "outline";
  line.textContent = outline.join(": ");
  const body = article?.querySelector(".body").cloneNode(true);
  if (body === undefined) line.textContent += ": no rule lets anything pass";
  else body.className = article.className;
  dialogContent.replaceChildren(line, ...(body === undefined ? [] : [body]));
  dialog.showModal();
  dialog.scrollTop = 0;
}

dialog.querySelector(".close").addEventListener("click", () => dialog.close());
dialog.addEventListener("click", ({ target }) => {
  if (target === dialog || target.closest("a[href^='#']") !== null) dialog.close();
});

for (const arrow of all(".map .arrow[data-show]")) {
  arrow.setAttribute("role", "button");
  arrow.setAttribute("tabindex", "0");
  const open = () => show(arrow.getAttribute("aria-label"), arrow.dataset.show);
  arrow.addEventListener("click", open);
  arrow.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    open();
  });
}

const steps = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  Home: [0, -Infinity],
  End: [0, Infinity],
  PageUp: [-10, 0],
  PageDown: [10, 0],
};

for (const table of all(".matrix")) {
  table.setAttribute("role", "grid");
  const columns = all("thead th", table).map((head) => head.textContent.trim());
  const rows = () => all("tbody tr:not([hidden])", table);
  const cellOf = (target) => target.closest("tbody td");
  const focusable = (cell) => cell.querySelector("button") ?? cell;
  let current;

  // One cell is reached by Tab, the others from there by arrow keys.
  const makeCurrent = (cell) => {
    if (current !== undefined) focusable(current).tabIndex = -1;
    current = cell;
    const target = focusable(cell);
    target.tabIndex = 0;
    if (target === cell) cell.setAttribute("aria-label", describe(cell));
    return target;
  };
  const describe = (cell) => {
    const row = cell.parentElement.querySelector("th").firstChild.textContent.trim();
    return `${row} to ${columns[cell.cellIndex - 1]}: ${cell.className === "same" ? "not asked" : "denied"}`;
  };
  for (const button of all("tbody button", table)) button.tabIndex = -1;
  const first = table.querySelector("tbody button");
  if (first !== null) makeCurrent(first.closest("td"));

  table.addEventListener("focusin", ({ target }) => {
    const cell = cellOf(target);
    if (cell !== null && cell !== current) makeCurrent(cell);
  });
  table.addEventListener("keydown", (event) => {
    const cell = cellOf(event.target);
    const step = steps[event.key];
    if (cell === null) return;
    if (event.key === "Enter" && event.target === cell) open(cell);
    if (step === undefined || event.altKey || event.metaKey) return;
    event.preventDefault();
    const shown = rows();
    const clamp = (number, last) => Math.min(Math.max(number, 0), last);
    const row = shown[clamp(shown.indexOf(cell.parentElement) + step[0], shown.length - 1)];
    const cells = all("td", row);
    makeCurrent(cells[clamp(cell.cellIndex - 1 + step[1], cells.length - 1)]).focus();
  });
  const open = (cell) => {
    const target = focusable(cell);
    show(target.getAttribute("aria-label") ?? describe(cell), target.dataset.show);
  };
  table.addEventListener("click", ({ target }) => {
    const cell = cellOf(target);
    if (cell !== null && cell.className !== "same") open(cell);
  });
}

const tools = document.querySelector(".tools");
const field = document.getElementById("find");
const found = tools.querySelector("output");
const texts = new Map();

function textOf(element) {
  let text = texts.get(element);
  if (text === undefined) {
    const shown = all("[data-show]", element).map(
      (button) =>
        `${button.getAttribute("aria-label")} ${textOf(document.getElementById(button.dataset.show))}`,
    );
    text = [element.matches("tr:has(> th ~ td)") ? rowText(element) : element.textContent, ...shown]
      .join(" ")
      .toLowerCase();
    texts.set(element, text);
  }
  return text;
}

const rowText = (row) => (row.closest(".matrix") === null ? row : row.querySelector("th")).textContent;

function filter() {
  const words = field.value
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const counts = new Map();
  for (const element of all("[data-find]")) {
    const text = words.length === 0 ? "" : textOf(element);
    element.hidden = !words.every((word) => text.includes(word));
    const [hits, total] = counts.get(element.dataset.find) ?? [0, 0];
    counts.set(element.dataset.find, [hits + (element.hidden ? 0 : 1), total + 1]);
  }
  found.textContent =
    words.length === 0
      ? ""
      : [...counts].map(([what, [hits, total]]) => `${hits} of ${total} ${what}`).join(", ");
}

field.addEventListener("input", filter);
field.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  field.value = "";
  filter();
});
tools.hidden = false;

// For browsers whose style sheets cannot open what is folded.
let folded = [];
addEventListener("beforeprint", () => {
  folded = all("details:not([open])");
  for (const details of folded) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of folded) details.open = false;
});

function unfold() {
  const target =
    location.hash === "" ? null : document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target?.matches("details") === true) target.open = true;
}
addEventListener("hashchange", unfold);
unfold();
