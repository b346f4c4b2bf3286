/**
 * The image with its map, lines and areas as one picture, at the image's own size up to 16 megapixels.
 *
 * @typedef {import("./store.js").State} State
 * @typedef {import("./store.js").Entry} Entry
 * @typedef {import("../model/predictor.js").Size} Size
 * @typedef {import("../model/predictor.js").Prediction} Prediction
 */

import { scaleOf } from "../density/colors.js";
import { SHARES } from "../density/contours.js";
import { timesChanceOf } from "../density/density.js";
import { boundsOf } from "../density/polygons.js";
import { contourColor, startOf } from "./lines.js";
import { boundedSize, layerOf, scaleFor, writtenSize } from "./maps.js";
import { contoursOf } from "./marks.js";
import { areasOn, sharesOf } from "./measures.js";
import { contextOf, decoded, drawnAt } from "./pictures.js";
import { percent } from "./texts.js";

const EDGE = "#00c2ff"; // seen on white, on black, and on every color of the map

/**
 * @param {State} state Which view, scale and opacity.
 * @param {Entry} entry That is predicted.
 * @param {boolean} hasAreas Whether the areas are drawn on it.
 * @param {number} [most] Pixels.
 */
export async function painted(state, entry, hasAreas, most) {
  const prediction = /** @type {Prediction} */ (entry.prediction);
  const size = most ? boundedSize(prediction, most) : writtenSize(prediction);
  const canvas = await imageAt(entry, size);
  const context = contextOf(canvas);
  if (state.view === "heat" || state.view === "reveal") paintMap(context, state, entry, size, state.view);
  context.scale(size[1] / prediction.width, size[0] / prediction.height);
  const unit = prediction.width / size[1]; // pixels of the image in one of the picture
  const width = unit * Math.max(1, Math.round(Math.max(...size) / 400));
  if (state.view === "contours") paintContours(context, prediction, width, unit);
  if (state.view !== "image") paintFolds(context, prediction, unit);
  if (hasAreas) paintAreas(context, state, entry, width);
  return canvas;
}

/**
 * @param {Entry} entry
 * @param {Size} size
 */
async function imageAt({ file }, size) {
  const image = await decoded(file);
  const canvas = drawnAt(image ?? document.createElement("canvas"), size);
  if (!image) {
    // gray, as what is beside an image in a network's frame
    contextOf(canvas).fillStyle = "#808080";
    contextOf(canvas).fillRect(0, 0, canvas.width, canvas.height);
  }
  image?.close();
  return canvas;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {State} state
 * @param {Entry} entry
 * @param {Size} size
 * @param {"heat" | "reveal"} view
 */
function paintMap(context, state, entry, size, view) {
  const values = timesChanceOf(/** @type {Prediction} */ (entry.prediction), size);
  const isAlone =
    state.entries.filter(({ map }) => map).length < 2 || !(state.isShared || state.tab === "compare");
  const layer = layerOf(values, isAlone ? scaleOf([values]) : scaleFor(state, entry), view, state.opacity);
  const canvas = document.createElement("canvas");
  [canvas.height, canvas.width] = size;
  contextOf(canvas).putImageData(new ImageData(layer, size[1], size[0]), 0, 0);
  context.drawImage(canvas, 0, 0);
}

/**
 * @param {CanvasRenderingContext2D} context In pixels of the image.
 * @param {Prediction} prediction
 * @param {number} width Of the lines.
 * @param {number} unit
 */
function paintContours(context, prediction, width, unit) {
  const lines = contoursOf(prediction).map((path) => new Path2D(path));
  context.lineCap = "round";
  for (const isHalo of [true, false]) {
    lines.forEach((line, i) => {
      context.lineWidth = isHalo ? 3 * width : width;
      context.strokeStyle = isHalo ? "#000" : contourColor(i);
      context.stroke(line);
    });
  }
  const height = Math.max(10 * unit, Math.max(prediction.width, prediction.height) / 40);
  const texts = [...SHARES.map((share) => `${100 * share} %`), "of attention"];
  paintLabels(context, texts, prediction, height);
}

/**
 * The shares in their lines' colors, in the lower left corner, where there is room.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {string[]} texts
 * @param {Prediction} prediction
 * @param {number} height
 */
function paintLabels(context, texts, prediction, height) {
  context.font = `${height}px sans-serif`;
  context.textBaseline = "middle";
  const widths = texts.map((text) => context.measureText(text).width);
  const whole = widths.reduce((sum, width) => sum + width, (height / 2) * (texts.length + 1));
  if (whole > prediction.width || 6.4 * height > prediction.height) return;
  context.fillStyle = "#000";
  context.fillRect(0, prediction.height - 1.6 * height, whole, 1.6 * height);
  let left = height / 2;
  texts.forEach((text, i) => {
    context.fillStyle = i < SHARES.length ? contourColor(i) : "#fff";
    context.fillText(text, left, prediction.height - 0.8 * height);
    left += widths[i] + height / 2;
  });
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Prediction} prediction
 * @param {number} unit
 */
function paintFolds(context, { folds }, unit) {
  const height = Math.max(11 * unit, Math.min(folds[0].width, folds[0].height) / 36);
  for (const fold of folds.slice(1)) {
    const { x, y } = startOf(fold, folds);
    const line = new Path2D();
    if (y) line.addPath(new Path2D(`M${x} ${y}H${fold.x + fold.width}`));
    if (x) line.addPath(new Path2D(`M${x} ${y}V${fold.y + fold.height}`));
    strokeTwice(context, line, height / 8);
    writeOn(context, `fold ${fold.fold}`, x + height / 2, y + height / 2, height, EDGE);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {State} state
 * @param {Entry} entry
 * @param {number} width Of the lines.
 */
function paintAreas(context, state, entry, width) {
  const prediction = /** @type {Prediction} */ (entry.prediction);
  const { areas } = areasOn(state, entry);
  const rows = sharesOf(prediction, areas);
  const height = Math.max(prediction.width, prediction.height) / 50;
  for (const { name, corners } of areas) {
    strokeTwice(context, new Path2D(`M${corners.map((corner) => corner.join(" ")).join("L")}Z`), width);
    const shares = rows.filter((row) => row.name === name).map(({ attention }) => percent(attention));
    const { x, y } = boundsOf(corners);
    const isAbove = y > 1.5 * height;
    const [left, top] = isAbove ? [x, y - 1.35 * height] : [x + height / 3, y + height / 3];
    writeOn(context, `${name} ${shares.join(" + ")}`, left, top, height, "#fff");
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Path2D} line
 * @param {number} width
 */
function strokeTwice(context, line, width) {
  context.lineJoin = "round";
  for (const [color, wide] of /** @type {const} */ ([
    ["rgb(0 0 0 / 75%)", 2.5 * width],
    [EDGE, width],
  ])) {
    context.strokeStyle = color;
    context.lineWidth = wide;
    context.stroke(line);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {number} height
 * @param {string} color
 */
function writeOn(context, text, x, y, height, color) {
  context.font = `600 ${height}px sans-serif`;
  context.textBaseline = "top";
  context.lineJoin = "round";
  context.lineWidth = height / 4;
  context.strokeStyle = "rgb(0 0 0 / 85%)";
  context.strokeText(text, x, y);
  context.fillStyle = color;
  context.fillText(text, x, y);
}
