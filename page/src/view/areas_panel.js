/**
 * The tool "Areas": draw them, and read their shares in a table.
 *
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./store.js").State} State
 * @typedef {import("./store.js").Tool} Tool
 */

import { cutNotes, overlapNotes } from "../density/areas.js";
import { fieldsOf } from "./area_fields.js";
import { drawAreaTable, newAreaTable } from "./area_table.js";
import { addInTheMiddle } from "./edits.js";
import { byId, element, quiet } from "./elements.js";
import { closePolygon } from "./gestures.js";
import { say } from "./live.js";
import { sharesOf } from "./measures.js";
import { chosenEntry } from "./store.js";

const HINTS = {
  select: "Drag an area to move it, or a corner to resize it.",
  box: "Drag on the image to draw a box.",
  polygon:
    "Click the corners one by one. Enter, or a click on the first corner, ends it; Backspace takes one back.",
};

/** @param {Store} store */
export function startAreasPanel(store) {
  const hint = quiet("");
  const table = newAreaTable();
  const fields = element("div");
  const notes = element("ul", { class: "said", "aria-label": "Notes on the areas" });
  const tools = toolButtons(store);
  byId("areas").append(element("div", { class: "stack" }, tools, hint, table, fields, notes));
  document.addEventListener("keydown", (event) => pressWhileDrawing(store, event));
  store.onChange((state) => {
    if (state.tab !== "areas") return;
    const entry = chosenEntry(state);
    const rows = entry?.prediction ? sharesOf(entry.prediction, entry.areas) : [];
    hint.textContent =
      entry?.areas.length || state.tool !== "select"
        ? HINTS[state.tool]
        : "Choose Box or Polygon and draw on the image, or insert an area and move it by the arrow keys.";
    for (const input of tools.querySelectorAll("input")) input.checked = input.value === state.tool;
    drawAreaTable(store, table, entry, rows, state.area);
    fieldsOf(store, fields, entry, entry?.areas.find(({ id }) => id === state.area) ?? null);
    const lines = entry ? [...cutNotes(rows), ...overlapNotes(entry.areas)] : [];
    notes.replaceChildren(...lines.map((line) => element("li", {}, line)));
  });
}

/** @param {Store} store */
function toolButtons(store) {
  /** @param {Tool} tool @param {string} text */
  const radio = (tool, text) =>
    element(
      "label",
      {},
      element("input", { type: "radio", name: "tool", value: tool }),
      element("span", {}, text),
    );
  const segments = element(
    "fieldset",
    {
      class: "segments",
      change: (/** @type {Event} */ event) => {
        const tool = /** @type {Tool} */ (/** @type {HTMLInputElement} */ (event.target).value);
        store.set({ tool, draft: null });
        say(HINTS[tool]);
      },
    },
    element("legend", {}, "Draw"),
    radio("select", "Select"),
    radio("box", "Box"),
    radio("polygon", "Polygon"),
  );
  const add = element(
    "button",
    { type: "button", "aria-label": "Insert an area in the middle", click: () => addAndFocus(store) },
    "Insert",
  );
  return element("div", { class: "row" }, segments, add);
}

/** @param {Store} store */
function addAndFocus(store) {
  const { chosen, tool } = store.get();
  const id = chosen && addInTheMiddle(store, chosen, tool === "polygon" ? "polygon" : "box");
  if (!id) say("There is no prediction yet.");
  else
    queueMicrotask(() =>
      /** @type {SVGGElement | null} */ (document.querySelector(`.shape[data-area="${id}"]`))?.focus(),
    );
}

/**
 * @param {Store} store
 * @param {KeyboardEvent} event
 */
function pressWhileDrawing(store, event) {
  const { draft, tool } = store.get();
  if (/** @type {Element} */ (event.target).matches("input:not([type=radio]), select")) return;
  if (event.key === "Escape" && tool !== "select") store.set({ draft: null, tool: "select" });
  if (tool !== "polygon" || !draft) return;
  if (event.key === "Enter") closePolygon(store);
  else if (event.key === "Backspace") store.set({ draft: { ...draft, corners: draft.corners.slice(0, -1) } });
  else return;
  event.preventDefault();
}
