/**
 * The stage: an image, its map on top, and a drawing of lines and areas on top of both; for two designs, two.
 *
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./store.js").State} State
 * @typedef {import("./store.js").Entry} Entry
 */

import { isLong } from "../images/folds.js";
import { byId, drawn, element, keyedChildren, setOptions } from "./elements.js";
import { listenToPointer } from "./gestures.js";
import { layerOf, scaleFor } from "./maps.js";
import { drawMarks } from "./marks.js";
import { contextOf } from "./pictures.js";
import { drawShapes } from "./shapes.js";
import { shownEntries } from "./store.js";

/** @param {Store} store */
export function startStage(store) {
  const stages = byId("stages");
  const resizing = new ResizeObserver((changes) => {
    for (const { target } of changes) setUnit(/** @type {SVGSVGElement} */ (target));
  });
  store.onChange((state) => {
    const entries = shownEntries(state);
    stages.classList.toggle("is-pair", entries.length === 2);
    const figures = keyedChildren(
      stages,
      entries.map(({ id }) => id),
      (id) => newStage(store, id, resizing),
    );
    entries.forEach((entry, i) => drawStage(store, figures[i], entry, entries.length === 2 ? "AB"[i] : ""));
  });
}

/**
 * @param {Store} store
 * @param {string} id
 * @param {ResizeObserver} resizing
 */
function newStage(store, id, resizing) {
  const drawing = drawn(
    "svg",
    { role: "application", preserveAspectRatio: "none" },
    ...["marks", "areas", "draft"].map((name) => drawn("g", { class: name })),
  );
  listenToPointer(store, id, drawing);
  resizing.observe(drawing);
  const layers = [element("canvas", { role: "img" }), element("canvas", { "aria-hidden": "true" })];
  return element(
    "figure",
    { class: "stage" },
    element("div", { class: "frame" }, ...layers, drawing),
    element("figcaption"),
  );
}

/**
 * @param {Store} store
 * @param {HTMLElement} figure
 * @param {Entry} entry
 * @param {string} letter A or B, where there are two.
 */
function drawStage(store, figure, entry, letter) {
  const state = store.get();
  const [frame, caption] = /** @type {HTMLElement[]} */ ([...figure.children]);
  const [picture, map, drawing] = /** @type {[HTMLCanvasElement, HTMLCanvasElement, SVGSVGElement]} */ (
    /** @type {unknown} */ ([...frame.children])
  );
  const { width, height } = sizeOf(entry);
  frame.style.setProperty("--ratio", String(width / height));
  frame.style.setProperty("--columns", String(width));
  frame.style.aspectRatio = `${width} / ${height}`;
  frame.classList.toggle("is-long", isLong([height, width]) && height > width);
  frame.classList.toggle("is-busy", entry.status === "waiting" || entry.status === "predicting");
  frame.classList.toggle(
    "is-drawing",
    state.tool !== "select" && state.tab !== "crop" && entry.status === "ready",
  );
  const title = letter ? [element("b", {}, letter)] : [];
  caption.replaceChildren(...title, captionOf(entry));
  drawPicture(picture, entry);
  drawMap(map, state, entry);
  setOptions(drawing, { viewBox: `0 0 ${width} ${height}`, "aria-label": `Areas of ${entry.name}` });
  setUnit(drawing);
  drawMarks(drawing, state, entry);
  drawShapes(store, drawing, state, entry);
}

/** @param {Entry} entry */
function captionOf({ name, status, prediction }) {
  if (prediction) return `${name}, ${prediction.width} x ${prediction.height} pixels`;
  return status === "failed" ? `${name} could not be predicted.` : name;
}

/**
 * In pixels of the upright image; until it is predicted, those of what is shown.
 *
 * @param {Entry} entry
 */
function sizeOf({ prediction, picture }) {
  const shown = picture instanceof HTMLCanvasElement ? picture : { width: 4, height: 3 };
  const { width, height } = prediction ?? shown;
  return { width, height };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Entry} entry
 */
function drawPicture(canvas, { picture, name }) {
  canvas.setAttribute("aria-label", picture ? name : `${name}: this browser cannot show the image itself`);
  if (!(picture instanceof HTMLCanvasElement) || shownOn.get(canvas) === picture) return;
  shownOn.set(canvas, picture);
  canvas.width = picture.width;
  canvas.height = picture.height;
  contextOf(canvas).drawImage(picture, 0, 0);
}

/** What each canvas shows. @type {WeakMap<HTMLCanvasElement, unknown>} */
const shownOn = new WeakMap();

/**
 * @param {HTMLCanvasElement} canvas
 * @param {State} state
 * @param {Entry} entry
 */
function drawMap(canvas, state, entry) {
  const view = state.view === "heat" || state.view === "reveal" ? state.view : null;
  canvas.hidden = !entry.map || !view;
  if (!entry.map || !view) return;
  canvas.style.opacity = String(state.opacity);
  const scale = scaleFor(state, entry);
  const wanted = [entry.map, view, scale.low, scale.high];
  const shown = /** @type {unknown[]} */ (shownOn.get(canvas) ?? []);
  if (wanted.every((value, i) => value === shown[i])) return;
  shownOn.set(canvas, wanted);
  const {
    size: [height, width],
    values,
  } = entry.map;
  canvas.width = width;
  canvas.height = height;
  contextOf(canvas).putImageData(new ImageData(layerOf(values, scale, view, 1), width, height), 0, 0);
}

/**
 * Says how many pixels of the image one of the screen is, so that lines and letters keep their size.
 *
 * @param {SVGSVGElement} drawing
 */
function setUnit(drawing) {
  const width = drawing.getBoundingClientRect().width;
  if (width > 0) drawing.style.setProperty("--unit", String(drawing.viewBox.baseVal.width / width));
}
