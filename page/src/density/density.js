/**
 * A prediction's grids -> densities at any size; the twin of gazemap.prediction.prediction.
 *
 * @typedef {import("../model/predictor.js").Size} Size
 * @typedef {import("../model/predictor.js").Fold} Fold
 * @typedef {import("../model/predictor.js").Prediction} Prediction
 *
 * @typedef {object} Taps The weights of one output value: those of the cells from `first` on.
 * @property {number} first
 * @property {Float64Array} weights
 */

import { placementOf } from "../images/placement.js";
import { scaledFold } from "../images/folds.js";

/**
 * The log of the probability of each pixel of a fold, row by row; its exponentials sum to 1.
 *
 * @param {Fold} fold
 * @param {Size} [size] Of the result; by default the fold's own.
 */
export function logDensityOf(fold, size = [fold.height, fold.width]) {
  const values = unplaced(fold, size);
  let peak = -Infinity;
  for (const value of values) if (value > peak) peak = value;
  let total = 0;
  for (const value of values) total += Math.exp(value - peak);
  const shift = peak + Math.log(total);
  for (let i = 0; i < values.length; i++) values[i] -= shift;
  return values;
}

/**
 * The probability of each pixel of a fold, row by row; sums to 1.
 *
 * @param {Fold} fold
 * @param {Size} [size] Of the result; by default the fold's own.
 */
export function densityOf(fold, size) {
  const values = logDensityOf(fold, size);
  for (let i = 0; i < values.length; i++) values[i] = Math.exp(values[i]);
  return values;
}

/**
 * Of a whole image, row by row: 1 is a pixel that is looked at as often as all of its fold.
 * Where folds overlap, a pixel has the value of the first one that shows it.
 *
 * @param {Prediction} prediction
 * @param {Size} [size] Of the result; by default the image's own.
 */
export function timesChanceOf(prediction, size = [prediction.height, prediction.width]) {
  const own = /** @type {Size} */ ([prediction.height, prediction.width]);
  const whole = new Float32Array(size[0] * size[1]);
  for (const fold of [...prediction.folds].reverse()) {
    const { x, y, width, height } = scaledFold(fold, own, size);
    const part = densityOf(fold, [height, width]);
    for (let i = 0; i < part.length; i++) part[i] *= part.length;
    for (let row = 0; row < height; row++) {
      whole.set(part.subarray(row * width, (row + 1) * width), (y + row) * size[1] + x);
    }
  }
  return whole;
}

/**
 * Values at another size, bilinear, and antialiased where they shrink.
 *
 * @param {Float32Array} values Row by row.
 * @param {Size} own
 * @param {Size} size
 */
export function resized(values, own, size) {
  return unplaced({ grid: { height: own[0], width: own[1], log_density: values }, frame: own, fit: "stretch" }, size);
}

/**
 * A fold's grid at another size; not normalized. The twin of Placement.unplace.
 *
 * @param {Pick<Fold, "grid" | "frame" | "fit">} fold
 * @param {Size} size
 */
function unplaced({ grid, frame, fit }, [height, width]) {
  const placement = placementOf([height, width], frame, fit);
  /** @param {0 | 1} axis @param {number} cells @param {number} side */
  const taps = (axis, cells, side) =>
    tapsOf(cells, side, frame[axis], placement.content[axis], placement.scale[axis], placement.shift[axis]);
  const across = taps(1, grid.width, width);
  const rows = Array.from({ length: grid.height }, (_, row) =>
    weighted(grid.log_density.subarray(row * grid.width, (row + 1) * grid.width), across),
  );
  const values = new Float32Array(height * width);
  const line = new Float64Array(width);
  taps(0, grid.height, height).forEach(({ first, weights }, y) => {
    line.fill(0);
    weights.forEach((weight, tap) => {
      const row = rows[first + tap];
      for (let x = 0; x < width; x++) line[x] += weight * row[x];
    });
    values.set(line, y * width);
  });
  return values;
}

/**
 * @param {Float32Array} row
 * @param {Taps[]} taps
 */
function weighted(row, taps) {
  return Float64Array.from(taps, ({ first, weights }) => {
    let sum = 0;
    for (let tap = 0; tap < weights.length; tap++) sum += weights[tap] * row[first + tap];
    return sum;
  });
}

/**
 * A triangle around the center of each pixel, over the cells whose centers lie on the image.
 *
 * @param {number} cells Of the grid, along this axis.
 * @param {number} side Of the image, in pixels.
 * @param {number} frame
 * @param {number} content
 * @param {number} scale
 * @param {number} shift
 * @returns {Taps[]}
 */
function tapsOf(cells, side, frame, content, scale, shift) {
  const cell = frame / cells;
  const centers = Float64Array.from({ length: cells }, (_, i) => (i + 0.5) * cell);
  const isSeen = (/** @type {number} */ center) => center > shift && center < shift + content;
  const seen = centers.some(isSeen);
  const low = seen ? centers.findIndex(isSeen) : 0;
  const high = seen ? centers.findLastIndex(isSeen) : cells - 1;
  const spread = Math.max(cell, scale);
  return Array.from({ length: side }, (_, i) => {
    const place = Math.min(Math.max((i + 0.5) * scale + shift, centers[low]), centers[high]);
    const first = Math.max(low, Math.ceil((place - spread) / cell - 0.5));
    const last = Math.min(high, Math.floor((place + spread) / cell - 0.5));
    const weights = centers.slice(first, last + 1).map((center) => Math.max(1 - Math.abs(place - center) / spread, 0));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { first, weights: weights.map((weight) => weight / total) };
  });
}
