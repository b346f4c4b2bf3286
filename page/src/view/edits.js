/**
 * Changes of areas: all go through here, by hand or by key.
 *
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./store.js").State} State
 * @typedef {import("./store.js").Entry} Entry
 * @typedef {import("../density/areas.js").Area} Area
 * @typedef {import("../density/polygons.js").Corner} Corner
 */

import { boxArea } from "../density/areas.js";
import { areaOf, boundsOf, crossesItself } from "../density/polygons.js";
import { say } from "./live.js";
import { areasOn } from "./measures.js";
import { newId } from "./store.js";

const COARSE = 64; // pixels of an image's shorter side; below it, places need not be whole pixels

/**
 * @param {Store} store
 * @param {string} entryId
 * @param {Area["kind"]} kind
 * @param {Corner[]} corners
 */
export function addArea(store, entryId, kind, corners) {
  const entry = entryOf(store.get(), entryId);
  const names = store.get().entries.flatMap(({ areas }) => areas.map(({ name }) => name));
  let number = 1;
  while (names.includes(`Area ${number}`)) number += 1;
  const area = { id: newId("area"), name: `Area ${number}`, kind, corners: within(corners, entry) };
  store.set({ area: area.id, tool: "select", draft: null });
  store.setEntry(entryId, { areas: [...entry.areas, area] });
  say(`${area.name} was added. Arrow keys move it, Shift and arrow keys resize it, Delete removes it.`);
  return area.id;
}

/**
 * A new area in the middle of an image, a third as wide and high.
 *
 * @param {Store} store
 * @param {string} entryId
 * @param {Area["kind"]} kind
 */
export function addInTheMiddle(store, entryId, kind) {
  const { prediction } = entryOf(store.get(), entryId);
  if (!prediction) return null;
  const [width, height] = [prediction.width / 3, prediction.height / 3];
  const box = boxArea("", "", { x: width, y: height, width, height }).corners;
  const angles = Array.from({ length: 6 }, (_, i) => (i * Math.PI) / 3);
  const polygon = angles.map((angle) => {
    return /** @type {Corner} */ ([
      1.5 * width + (width / 2) * Math.cos(angle),
      1.5 * height + (height / 2) * Math.sin(angle),
    ]);
  });
  return addArea(store, entryId, kind, kind === "box" ? box : polygon);
}

/**
 * Gives an area other corners. One that was only looked for in B where it lies in A is one of B's own then.
 *
 * @param {Store} store
 * @param {string} entryId
 * @param {string} id
 * @param {Corner[]} corners Inside of the image.
 */
export function setCorners(store, entryId, id, corners) {
  const entry = entryOf(store.get(), entryId);
  const area = areasOn(store.get(), entry).areas.find((one) => one.id === id);
  if (!area || areaOf(corners) <= 0) return false;
  if (area.kind === "polygon" && crossesItself(corners)) {
    say("The lines of an area must not cross each other.", 300);
    return false;
  }
  const changed = { ...area, corners: within(corners, entry) };
  const isOwn = entry.areas.some(({ name }) => name === area.name);
  const areas = isOwn
    ? entry.areas.map((one) => (one.name === area.name ? changed : one))
    : [...entry.areas, changed];
  store.setEntry(entryId, { areas });
  return true;
}

/**
 * @param {Corner[]} corners
 * @param {number} x
 * @param {number} y
 * @param {{width: number, height: number}} image That they stay inside of.
 * @returns {Corner[]}
 */
export function moved(corners, x, y, image) {
  const bounds = boundsOf(corners);
  const dx = Math.min(Math.max(x, -bounds.x), image.width - bounds.x - bounds.width);
  const dy = Math.min(Math.max(y, -bounds.y), image.height - bounds.y - bounds.height);
  return corners.map(([u, v]) => [u + dx, v + dy]);
}

/**
 * Stretched so that the box around it is another one.
 *
 * @param {Corner[]} corners
 * @param {import("../density/polygons.js").Bounds} into
 * @returns {Corner[]}
 */
export function stretched(corners, into) {
  const { x, y, width, height } = boundsOf(corners);
  return corners.map(([u, v]) => [
    into.x + ((u - x) / width) * into.width,
    into.y + ((v - y) / height) * into.height,
  ]);
}

/**
 * Names an area in all images that have it; refused where another one has the name.
 *
 * @param {Store} store
 * @param {string} id
 * @param {string} text
 * @returns {string} What is wrong with it; empty where it was taken.
 */
export function rename(store, id, text) {
  const name = text.trim();
  const { entries } = store.get();
  const rivals = entries
    .filter(({ areas }) => areas.some((area) => area.id === id))
    .flatMap(({ areas }) => areas);
  if (!name) return "An area needs a name.";
  if (rivals.some((area) => area.id !== id && area.name === name))
    return `Another area is named ${name}. Each needs a name of its own.`;
  store.set({
    entries: entries.map((entry) => ({
      ...entry,
      areas: entry.areas.map((area) => (area.id === id ? { ...area, name } : area)),
    })),
  });
  return "";
}

/**
 * @param {Store} store
 * @param {string} entryId
 * @param {string} id
 */
export function removeArea(store, entryId, id) {
  const entry = entryOf(store.get(), entryId);
  const name = entry.areas.find((area) => area.id === id)?.name;
  if (!name) {
    say("This area is taken over from A. Delete it there.");
    return;
  }
  store.set({ area: null });
  store.setEntry(entryId, { areas: entry.areas.filter((area) => area.id !== id) });
  say(`${name} was deleted.`);
}

/**
 * @param {State} state
 * @param {string} id
 */
export function entryOf(state, id) {
  return /** @type {Entry} */ (state.entries.find((entry) => entry.id === id));
}

/**
 * @param {Corner[]} corners
 * @param {Entry} entry
 * @returns {Corner[]} In whole pixels, but for small images, and inside of the image.
 */
function within(corners, { prediction }) {
  const { width, height } = /** @type {NonNullable<Entry["prediction"]>} */ (prediction);
  const step = Math.min(width, height) < COARSE ? 0.01 : 1;
  const at = (/** @type {number} */ value, /** @type {number} */ most) => {
    return Math.min(Math.max(Number((Math.round(value / step) * step).toFixed(2)), 0), most);
  };
  return corners.map(([x, y]) => [at(x, width), at(y, height)]);
}
