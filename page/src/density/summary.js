/**
 * A prediction in a few numbers, the twin of Prediction.as_json: the most salient points, and the share of
 * each ninth of the image.
 *
 * @typedef {import("../model/predictor.js").Fold} Fold
 * @typedef {import("../model/predictor.js").Size} Size
 * @typedef {import("../model/predictor.js").Prediction} Prediction
 * @typedef {{x: number, y: number, share: number}} Point
 */

import { boxArea } from "./areas.js";
import { densityOf } from "./density.js";
import { sumsOfRows, sumWithin } from "./sums.js";

const POINTS = 10;
const RADIUS = 0.05; // of the longer side
const MOST = 2 ** 24; // pixels; of a larger image, a smaller version is summed up

/** @param {Prediction} prediction */
export function summaryOf({ width, height, folds, notes }) {
  const said = notes.length ? { notes } : {};
  if (folds.length === 1) return { ...foldSummary(folds[0], [height, width]), ...said };
  const parts = folds.map((fold) => {
    const { points, ...numbers } = foldSummary(fold, [height, width]);
    const moved = points.map(({ x, y, share }) => ({ x: x + fold.x, y: y + fold.y, share }));
    return { fold: fold.fold, x: fold.x, y: fold.y, ...numbers, points: moved };
  });
  return { width, height, folds: parts, ...said };
}

/**
 * @param {Fold} fold
 * @param {Size} image
 */
function foldSummary(fold, image) {
  const ratio = Math.min(1, Math.sqrt(MOST / (image[0] * image[1])));
  const size = /** @type {Size} */ ([
    Math.max(1, Math.floor(ratio * fold.height)),
    Math.max(1, Math.floor(ratio * fold.width)),
  ]);
  const density = densityOf(fold, size);
  const [down, across] = [fold.height / size[0], fold.width / size[1]];
  const radius = RADIUS * Math.max(...size);
  return {
    width: fold.width,
    height: fold.height,
    peak_over_uniform: rounded(density.reduce((most, value) => Math.max(most, value), 0) * density.length, 3),
    radius: rounded(across * radius, 1),
    points: salientPoints(density, size, radius).map(({ x, y, share }) => ({
      x: across * x,
      y: down * y,
      share,
    })),
    thirds: thirds(density, size),
  };
}

/**
 * The peaks of a density, the highest first: what is left by non-maximum suppression.
 *
 * @param {Float32Array} density
 * @param {Size} size
 * @param {number} radius In pixels: a peak is the densest pixel of the square that reaches so far to each
 *   side, denser than an even spread, and in no higher peak's disk.
 * @returns {Point[]} The pixel's center, and how much its disk holds that no higher peak's disk does.
 */
export function salientPoints(density, [height, width], radius) {
  const greatest = maximumAround(density, [height, width], Math.floor(radius));
  const even = (1 + 1e-9) / density.length; // rounding alone makes no peak
  let peaks = [...density.keys()].filter((i) => density[i] === greatest[i] && density[i] > even);
  peaks.sort((a, b) => density[b] - density[a] || a - b);
  const left = Float64Array.from(density);
  /** @type {Point[]} */
  const points = [];
  while (peaks.length && points.length < POINTS) {
    const [column, row] = [peaks[0] % width, Math.floor(peaks[0] / width)];
    const share = takenDisk(left, [height, width], row, column, radius);
    points.push({ x: column + 0.5, y: row + 0.5, share: rounded(share, 6) });
    peaks = peaks.filter(
      (i) => (Math.floor(i / width) - row) ** 2 + ((i % width) - column) ** 2 > radius ** 2,
    );
  }
  return points;
}

/**
 * The sum of a disk, which is taken out.
 *
 * @param {Float64Array} left
 * @param {Size} size
 * @param {number} row
 * @param {number} column
 * @param {number} radius
 */
function takenDisk(left, [height, width], row, column, radius) {
  const reach = Math.floor(radius);
  let sum = 0;
  for (let y = Math.max(row - reach, 0); y <= Math.min(row + reach, height - 1); y++) {
    for (let x = Math.max(column - reach, 0); x <= Math.min(column + reach, width - 1); x++) {
      if ((y - row) ** 2 + (x - column) ** 2 > radius ** 2) continue;
      sum += left[y * width + x];
      left[y * width + x] = 0;
    }
  }
  return sum;
}

/**
 * The greatest value of the square that reaches so far to each side of each pixel.
 *
 * @param {Float32Array} values
 * @param {Size} size
 * @param {number} reach
 */
function maximumAround(values, [height, width], reach) {
  const across = new Float32Array(values.length);
  const both = new Float32Array(values.length);
  for (let row = 0; row < height; row++) slideMaximum(values, across, row * width, 1, width, reach);
  for (let column = 0; column < width; column++) slideMaximum(across, both, column, width, height, reach);
  return both;
}

/**
 * The greatest value around each of a line, by a queue of those that may still become it.
 *
 * @param {Float32Array} from
 * @param {Float32Array} into
 * @param {number} start
 * @param {number} step
 * @param {number} count
 * @param {number} reach
 */
function slideMaximum(from, into, start, step, count, reach) {
  const queue = new Int32Array(count);
  let [first, end] = [0, 0];
  for (let i = 0; i < count + reach; i++) {
    if (i < count) {
      while (end > first && from[start + queue[end - 1] * step] <= from[start + i * step]) end -= 1;
      queue[end++] = i;
    }
    const at = i - reach;
    if (at < 0) continue;
    while (queue[first] < at - reach) first += 1;
    into[start + at * step] = from[start + queue[first] * step];
  }
}

/**
 * The share of each ninth; a pixel on a border is divided by area.
 *
 * @param {Float32Array} density
 * @param {Size} size
 */
function thirds(density, [height, width]) {
  const fold = {
    fold: 1,
    x: 0,
    y: 0,
    width,
    height,
    rows: height,
    columns: width,
    sums: sumsOfRows(density, height, width),
  };
  return [0, 1, 2].map((row) =>
    [0, 1, 2].map((column) => {
      const box = { x: (column * width) / 3, y: (row * height) / 3, width: width / 3, height: height / 3 };
      return rounded(sumWithin(fold, boxArea("", "", box).corners), 6);
    }),
  );
}

/**
 * @param {number} value
 * @param {number} digits
 */
function rounded(value, digits) {
  return Number(value.toFixed(digits));
}
