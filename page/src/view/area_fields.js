/**
 * Where the chosen area lies, in numbers that can be typed: exactly, and without drawing.
 *
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./store.js").Entry} Entry
 * @typedef {import("../density/areas.js").Area} Area
 * @typedef {import("../density/polygons.js").Corner} Corner
 */

import { boxArea } from "../density/areas.js";
import { boundsOf, crossesItself } from "../density/polygons.js";
import { setCorners } from "./edits.js";
import { element } from "./elements.js";

const SIDES = /** @type {const} */ (["x", "y", "width", "height"]);

/**
 * @param {Store} store
 * @param {HTMLElement} place
 * @param {Entry | null} entry
 * @param {Area | null} area
 */
export function fieldsOf(store, place, entry, area) {
  const key = area && entry ? `${entry.id}/${area.id}` : "";
  if (place.dataset.of !== key) {
    place.dataset.of = key;
    place.replaceChildren(
      ...(area && entry
        ? [area.kind === "box" ? boxFields(store, entry.id, area.id) : cornerField(store, entry.id, area.id)]
        : []),
    );
  }
  if (!area) return;
  const bounds = boundsOf(area.corners);
  for (const input of place.querySelectorAll("input")) {
    if (input === document.activeElement && !input.validity.valid) continue;
    const side = /** @type {keyof typeof bounds} */ (input.name);
    const value =
      input.name === "corners"
        ? area.corners.map((corner) => corner.join(",")).join(" ")
        : String(bounds[side]);
    if (input !== document.activeElement || !input.dataset.typed) input.value = value;
  }
}

/**
 * @param {Store} store
 * @param {string} entryId
 * @param {string} id
 */
function boxFields(store, entryId, id) {
  const take = () => {
    const [x, y, width, height] = inputs.map(({ value }) => Number(value));
    settle(
      inputs[0],
      width > 0 &&
        height > 0 &&
        setCorners(store, entryId, id, boxArea("", "", { x, y, width, height }).corners),
      "Type numbers, with a width and a height over 0.",
    );
  };
  const inputs = SIDES.map((name) => newInput(name, "number", take));
  return element(
    "div",
    { class: "corners", role: "group", "aria-label": "Place of the area, in pixels" },
    ...inputs.map((input) => element("label", { class: "field" }, input.name, input)),
  );
}

/**
 * @param {Store} store
 * @param {string} entryId
 * @param {string} id
 */
function cornerField(store, entryId, id) {
  const take = () => {
    const corners = parsedCorners(input.value);
    settle(
      input,
      corners !== null && setCorners(store, entryId, id, corners),
      "Type three corners or more, such as 10,10 90,10 50,80. Their lines must not cross.",
    );
  };
  const input = newInput("corners", "text", take);
  return element("label", { class: "field" }, "Corners, x,y in pixels", input);
}

/**
 * @param {HTMLInputElement} input
 * @param {boolean} isTaken
 * @param {string} otherwise
 */
function settle(input, isTaken, otherwise) {
  delete input.dataset.typed;
  input.setCustomValidity(isTaken ? "" : otherwise);
  input.reportValidity();
}

/**
 * @param {string} name
 * @param {string} type
 * @param {() => void} take
 */
function newInput(name, type, take) {
  /** @type {HTMLInputElement} */
  const input = element("input", { name, type, step: "any", autocomplete: "off", change: take });
  input.addEventListener("input", () => {
    input.dataset.typed = "yes";
    input.setCustomValidity("");
  });
  return input;
}

/**
 * @param {string} text
 * @returns {Corner[] | null}
 */
function parsedCorners(text) {
  const corners = text
    .trim()
    .split(/\s+/)
    .map((pair) => pair.split(",").map(Number));
  const isRight =
    corners.length > 2 && corners.every((corner) => corner.length === 2 && corner.every(Number.isFinite));
  if (!isRight) return null;
  const found = /** @type {Corner[]} */ (corners);
  return crossesItself(found) ? null : found;
}
