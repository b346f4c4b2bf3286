/**
 * Areas by keyboard: arrow keys move, Shift and arrow keys resize, Delete removes, Enter goes to the name.
 *
 * @typedef {import("./store.js").Store} Store
 */

import { boundsOf } from "../density/polygons.js";
import { entryOf, moved, removeArea, setCorners, stretched } from "./edits.js";
import { byId } from "./elements.js";
import { say } from "./live.js";
import { areasOn, sharesOf } from "./measures.js";
import { spoken } from "./texts.js";

const STEPS = 200; // of the image's longer side
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {Store} store
 * @param {string} entryId
 * @param {string} id Of the area.
 * @param {KeyboardEvent} event
 */
export function pressKey(store, entryId, id, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key in ARROWS) moveOrResize(store, entryId, id, ARROWS[event.key], event.shiftKey);
  else if (event.key === "Delete" || event.key === "Backspace") {
    removeArea(store, entryId, id);
    byId(`tab-${store.get().tab}`).focus();
  } else if (event.key === "Enter") nameField(id)?.select();
  else return;
  event.preventDefault();
}

/**
 * The field of an area's name, in the table that is open.
 *
 * @param {string} id
 * @returns {HTMLInputElement | null}
 */
export function nameField(id) {
  return document.querySelector(`[role="tabpanel"]:not([hidden]) input[data-area="${id}"]`);
}

/**
 * @param {Store} store
 * @param {string} entryId
 * @param {string} id
 * @param {[number, number]} arrow
 * @param {boolean} isResized
 */
function moveOrResize(store, entryId, id, [right, down], isResized) {
  const { prediction } = entryOf(store.get(), entryId);
  const area = areasOn(store.get(), entryOf(store.get(), entryId)).areas.find((one) => one.id === id);
  if (!prediction || !area) return;
  const step = Math.max(prediction.width, prediction.height) / STEPS;
  const whole = step > 1 ? Math.round(step) : step;
  const bounds = boundsOf(area.corners);
  const corners = isResized
    ? stretched(area.corners, {
        ...bounds,
        width: clamp(bounds.width + right * whole, whole, prediction.width - bounds.x),
        height: clamp(bounds.height + down * whole, whole, prediction.height - bounds.y),
      })
    : moved(area.corners, right * whole, down * whole, prediction);
  setCorners(store, entryId, id, corners);
  sayShares(store, entryId, id);
}

/**
 * Says an area's numbers, once it rests.
 *
 * @param {Store} store
 * @param {string} entryId
 * @param {string} id
 */
export function sayShares(store, entryId, id) {
  const entry = entryOf(store.get(), entryId);
  const { areas } = areasOn(store.get(), entry);
  const area = areas.find((one) => one.id === id);
  if (!entry.prediction || !area) return;
  const rows = sharesOf(entry.prediction, areas).filter(({ name }) => name === area.name);
  say(spoken(area.name, area.kind, rows), 500);
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
function clamp(value, low, high) {
  return Math.min(Math.max(value, low), Math.max(low, high));
}
