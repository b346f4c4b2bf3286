/**
 * The sum of a density within any polygon, exactly: each pixel is uniform, and of one that is cut, the part
 * that lies inside counts. For boxes the same number as gazemap.gaze.areas.box_sums.
 *
 * @typedef {import("../model/predictor.js").Prediction} Prediction
 * @typedef {import("./polygons.js").Corner} Corner
 *
 * @typedef {object} FoldSums A fold's density, ready to be summed.
 * @property {number} fold Its number.
 * @property {number} x In pixels of the image, as are the next three.
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {number} rows Of the density.
 * @property {number} columns
 * @property {Float64Array} sums Rows of columns + 1: at column j the sum of what is left of it in that row.
 */

import { densityOf } from "./density.js";
import { edgesOf } from "./polygons.js";

const MOST = 2 ** 21; // pixels of all folds; of a larger image, sums are those of its smaller version

/**
 * @param {Prediction} prediction
 * @returns {FoldSums[]}
 */
export function sumsOf(prediction) {
  const pixels = prediction.folds.reduce((sum, fold) => sum + fold.width * fold.height, 0);
  const ratio = Math.min(1, Math.sqrt(MOST / pixels));
  return prediction.folds.map((fold) => {
    const rows = Math.max(1, Math.round(ratio * fold.height));
    const columns = Math.max(1, Math.round(ratio * fold.width));
    const { x, y, width, height } = fold;
    const density = densityOf(fold, [rows, columns]);
    return { fold: fold.fold, x, y, width, height, rows, columns, sums: sumsOfRows(density, rows, columns) };
  });
}

/**
 * @param {ArrayLike<number>} density Row by row.
 * @param {number} rows
 * @param {number} columns
 */
export function sumsOfRows(density, rows, columns) {
  const sums = new Float64Array(rows * (columns + 1));
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let column = 0; column < columns; column++) {
      sum += density[row * columns + column];
      sums[row * (columns + 1) + column + 1] = sum;
    }
  }
  return sums;
}

/**
 * The sum within a polygon inside of the fold: that of what is left of its edges, those that go down less
 * those that go up (Green's theorem).
 *
 * @param {FoldSums} fold
 * @param {Corner[]} corners In pixels of the image.
 */
export function sumWithin(fold, corners) {
  const [across, down] = [fold.columns / fold.width, fold.rows / fold.height];
  const scaled = corners.map(
    ([x, y]) => /** @type {Corner} */ ([(x - fold.x) * across, (y - fold.y) * down]),
  );
  return Math.abs(edgesOf(scaled).reduce((sum, [from, to]) => sum + sumLeftOf(fold, from, to), 0));
}

/**
 * The sum of what is left of an edge, negative where it goes up. In one pixel that is linear along the edge.
 *
 * @param {FoldSums} fold
 * @param {Corner} from
 * @param {Corner} to
 */
function sumLeftOf({ rows, columns, sums }, [x, y], [u, v]) {
  if (y === v) return 0;
  const stops = [0, ...crossings(y, v), ...crossings(x, u), 1].sort((a, b) => a - b);
  let total = 0;
  for (let i = 1; i < stops.length; i++) {
    const middle = y + ((stops[i - 1] + stops[i]) / 2) * (v - y);
    const row = Math.min(Math.max(Math.floor(middle), 0), rows - 1) * (columns + 1);
    const at = (/** @type {number} */ t) => {
      const place = Math.min(Math.max(x + t * (u - x), 0), columns);
      const column = Math.min(Math.floor(place), columns - 1);
      return sums[row + column] + (place - column) * (sums[row + column + 1] - sums[row + column]);
    };
    total += ((at(stops[i - 1]) + at(stops[i])) / 2) * (stops[i] - stops[i - 1]) * (v - y);
  }
  return total;
}

/**
 * How far along the way from one number to another whole numbers lie, in (0, 1).
 *
 * @param {number} from
 * @param {number} to
 */
function crossings(from, to) {
  const [low, high] = [Math.min(from, to), Math.max(from, to)];
  const found = [];
  for (let whole = Math.floor(low) + 1; whole < high; whole++) found.push((whole - from) / (to - from));
  return found;
}
