/**
 * The map of a prediction at the size at which it is shown, and its colors.
 *
 * @typedef {import("../model/predictor.js").Size} Size
 * @typedef {import("../model/predictor.js").Prediction} Prediction
 * @typedef {import("../density/colors.js").Scale} Scale
 * @typedef {import("./store.js").State} State
 * @typedef {import("./store.js").Entry} Entry
 *
 * @typedef {object} AttentionMap
 * @property {Size} size
 * @property {Float32Array} values In times chance, row by row.
 * @property {Scale} scale From its least to its greatest value.
 */

import { COLORS, levelsOf, scaleOf } from "../density/colors.js";
import { timesChanceOf } from "../density/density.js";
import { shownEntries } from "./store.js";

const SHOWN = 2 ** 19; // pixels; maps are smooth, and the browser enlarges them
const WRITTEN = 2 ** 24; // pixels of a picture as a file
const LONGEST = 16_000; // pixels that browsers can draw on one side

/**
 * @param {Prediction} prediction
 * @returns {AttentionMap}
 */
export function mapOf(prediction) {
  const size = boundedSize(prediction, SHOWN);
  const values = timesChanceOf(prediction, size);
  return { size, values, scale: scaleOf([values]) };
}

/**
 * The size of a picture of an image as a file: its own, up to 16 megapixels.
 *
 * @param {{width: number, height: number}} image
 */
export function writtenSize(image) {
  return boundedSize(image, WRITTEN);
}

/**
 * @param {{width: number, height: number}} image
 * @param {number} most Pixels.
 * @returns {Size}
 */
export function boundedSize({ width, height }, most) {
  const ratio = Math.min(1, Math.sqrt(most / (width * height)), LONGEST / Math.max(width, height));
  return [Math.max(1, Math.floor(ratio * height)), Math.max(1, Math.floor(ratio * width))];
}

/**
 * What the colors of an image's map stand for: the values of all images where they share one scale, as A and
 * B always do.
 *
 * @param {State} state
 * @param {Entry} entry That has a map.
 * @returns {Scale}
 */
export function scaleFor(state, entry) {
  const others = state.tab === "compare" ? shownEntries(state) : state.isShared ? state.entries : [entry];
  const scales = others.flatMap(({ map }) => (map ? [map.scale] : []));
  return {
    low: Math.min(...scales.map(({ low }) => low)),
    high: Math.max(...scales.map(({ high }) => high)),
  };
}

/**
 * Colors and opacities of a map, to lie on top of its image: the heat map's, or the darkness of "reveal".
 *
 * @param {AttentionMap["values"]} values
 * @param {Scale} scale
 * @param {"heat" | "reveal"} view
 * @param {number} opacity Of the greatest value, or of the darkest dark.
 */
export function layerOf(values, scale, view, opacity) {
  const levels = levelsOf(values, scale);
  const pixels = new Uint8ClampedArray(4 * levels.length);
  for (let i = 0; i < levels.length; i++) {
    const level = levels[i];
    if (view === "heat") {
      pixels[4 * i] = COLORS[3 * level];
      pixels[4 * i + 1] = COLORS[3 * level + 1];
      pixels[4 * i + 2] = COLORS[3 * level + 2];
    }
    pixels[4 * i + 3] = opacity * (view === "heat" ? level : 255 - level);
  }
  return pixels;
}
