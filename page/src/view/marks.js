/**
 * What the page itself draws on an image: contours, where folds begin, the crop.
 *
 * @typedef {import("./store.js").State} State
 * @typedef {import("./store.js").Entry} Entry
 * @typedef {import("../model/predictor.js").Prediction} Prediction
 */

import { cropFor } from "./crop_panel.js";
import { drawn } from "./elements.js";
import { contourColor, contourPaths, startOf } from "./lines.js";

/** What each drawing shows. @type {WeakMap<Element, unknown[]>} */
const shownOn = new WeakMap();

/** @type {WeakMap<Prediction, string[]>} */
const paths = new WeakMap();

/**
 * @param {SVGSVGElement} drawing
 * @param {State} state
 * @param {Entry} entry
 */
export function drawMarks(drawing, state, { prediction }) {
  const crop = state.tab === "crop" && prediction ? cropFor(state, prediction).crop : null;
  const hasContours = state.view === "contours";
  const wanted = [prediction, hasContours, crop];
  if (shownOn.get(drawing)?.every((value, i) => value === wanted[i])) return;
  shownOn.set(drawing, wanted);
  const group = /** @type {Element} */ (drawing.querySelector(".marks"));
  group.replaceChildren();
  if (!prediction) return;
  if (hasContours) group.append(...contours(prediction));
  group.append(...foldLines(prediction));
  if (crop) group.append(...cropMarks(prediction, crop));
}

/**
 * The lines around what holds each share; kept, since they take a moment.
 *
 * @param {Prediction} prediction
 */
export function contoursOf(prediction) {
  const found = paths.get(prediction) ?? contourPaths(prediction);
  paths.set(prediction, found);
  return found;
}

/** @param {Prediction} prediction */
function contours(prediction) {
  const lines = contoursOf(prediction);
  return [
    ...lines.map((path) => drawn("path", { class: "contour halo", d: path })),
    ...lines.map((path, i) => drawn("path", { class: "contour", d: path, stroke: contourColor(i) })),
  ];
}

/** @param {Prediction} prediction */
function foldLines({ folds }) {
  return folds.slice(1).map((fold) => {
    const { x, y } = startOf(fold, folds);
    const [right, bottom] = [fold.x + fold.width, fold.y + fold.height];
    const lines = [];
    if (y) lines.push(drawn("line", { x1: x, y1: y, x2: right, y2: y }));
    if (x) lines.push(drawn("line", { x1: x, y1: y, x2: x, y2: bottom }));
    const label = drawn("text", { x, y, dx: "0.5em", dy: "1.25em" }, `fold ${fold.fold}`);
    return drawn("g", { class: "fold" }, ...lines, label);
  });
}

/**
 * @param {Prediction} prediction
 * @param {import("../density/crop.js").Crop} crop
 */
function cropMarks({ width: w, height: h }, { x, y, width, height }) {
  const around = `M0 0H${w}V${h}H0ZM${x} ${y}H${x + width}V${y + height}H${x}Z`;
  return [
    drawn("path", { class: "dimmed", d: around }),
    drawn("rect", { class: "kept", x, y, width, height }),
  ];
}
