/**
 * The part of an image of a given aspect that people look at most; the twin of gazemap.analysis.crops.
 *
 * @typedef {import("../model/predictor.js").Prediction} Prediction
 * @typedef {import("../model/predictor.js").Size} Size
 * @typedef {import("./fractions.js").Fraction} Fraction
 *
 * @typedef {object} Crop
 * @property {number} x Its left edge, whole pixels of the image from 0.
 * @property {number} y Its upper edge.
 * @property {number} width
 * @property {number} height
 * @property {number} attention The share of the density that it keeps, in [0, 1].
 * @property {number} area Its share of the image's area, in [0, 1].
 *
 * @typedef {object} Integral
 * @property {Size} size Of the density.
 * @property {Float64Array} sums (height + 1) x (width + 1): the sum of all that is above and left of a point.
 */

import { timesChanceOf } from "./density.js";
import { inverse, isAtLeastOne, nearest, parseAspect } from "./fractions.js";

const EQUAL = 1e-9; // shares that differ by less are one share, summed in another order
const MOST = 2 ** 24; // pixels; of a larger image, the crop of its smaller version is enlarged

/**
 * The best crop of an image, were every one of its folds looked at for the same time.
 *
 * @param {Prediction} prediction
 * @param {string} shape Width over height, as "16:9".
 * @param {number | null} share
 * @returns {Crop}
 */
export function bestCropOf(prediction, shape, share) {
  const aspect = parseAspect(shape);
  const { width, height } = prediction;
  const ratio = Math.min(1, Math.sqrt(MOST / (width * height)));
  const size = /** @type {Size} */ ([
    Math.max(1, Math.floor(ratio * height)),
    Math.max(1, Math.floor(ratio * width)),
  ]);
  const crop = bestCrop(integralOf(timesChanceOf(prediction, size), size), aspect, share);
  return ratio === 1 ? crop : enlarged(crop, [height / size[0], width / size[1]], [height, width]);
}

/**
 * The crop that keeps most of a density. Every position is tried, so that it is exact. Without `share` it is
 * the largest that fits; with it, the smallest whose best position keeps at least that share. Of positions
 * that keep the same, the one nearest to the image's center is taken, then the upper, then the left.
 *
 * @param {Integral} integral
 * @param {Fraction} aspect Width over height.
 * @param {number | null} share Of the density, in (0, 1].
 * @returns {Crop}
 */
export function bestCrop(integral, aspect, share = null) {
  if (share !== null && !(share > 0 && share <= 1)) {
    throw new Error(
      `The share of attention to keep must be over 0 and at most 100 %. It was ${percent(share)} %.`,
    );
  }
  const { largest, at } = sizesOf(integral.size, aspect);
  let best = bestPosition(integral, at(largest));
  if (share === null) return best;
  if (best.attention < share - EQUAL) {
    throw new Error(
      `No crop of this aspect keeps ${percent(share)} % of the attention; the largest, ${best.width} x ` +
        `${best.height} pixels, keeps ${percent(best.attention)} %. Ask for less, or for another aspect.`,
    );
  }
  // a larger crop holds every smaller one, so what the best position keeps never falls with the size
  let [low, high] = [0, largest];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const crop = bestPosition(integral, at(middle));
    if (crop.attention < share - EQUAL) low = middle;
    else [best, high] = [crop, middle];
  }
  return best;
}

/**
 * @param {ArrayLike<number>} values A density of any scale, row by row.
 * @param {Size} size
 * @returns {Integral} Of the density that sums to 1.
 */
export function integralOf(values, [height, width]) {
  const sums = new Float64Array((height + 1) * (width + 1));
  for (let row = 0; row < height; row++) {
    let left = 0;
    for (let column = 0; column < width; column++) {
      left += values[row * width + column];
      sums[(row + 1) * (width + 1) + column + 1] = sums[row * (width + 1) + column + 1] + left;
    }
  }
  const total = sums[sums.length - 1];
  for (let i = 0; i < sums.length; i++) sums[i] /= total;
  return { size: [height, width], sums };
}

/**
 * The crops' sizes of one aspect, by the pixels of their longer side.
 *
 * @param {Size} size
 * @param {Fraction} aspect
 * @returns {{largest: number, at: (longer: number) => Size}}
 */
function sizesOf([height, width], aspect) {
  const isWide = isAtLeastOne(aspect);
  const [side, other] = isWide ? [width, height] : [height, width];
  const long = isWide ? aspect : inverse(aspect); // over 1: the longer side over the shorter
  const largest = Math.min(side, nearest(other, long));
  if (nearest(largest, inverse(long)) < 1) {
    throw new Error(
      `An image of ${width} x ${height} pixels has no crop of this aspect. Choose a less extreme aspect.`,
    );
  }
  return {
    largest,
    at: (longer) => {
      const shorter = Math.min(Math.max(nearest(longer, inverse(long)), 1), other);
      return isWide ? [shorter, longer] : [longer, shorter];
    },
  };
}

/**
 * @param {Integral} integral
 * @param {Size} crop
 * @returns {Crop}
 */
function bestPosition({ size: [rows, columns], sums }, [height, width]) {
  const stride = columns + 1;
  const kept = (/** @type {number} */ y, /** @type {number} */ x) => {
    const [top, bottom] = [y * stride + x, (y + height) * stride + x];
    return sums[bottom + width] - sums[top + width] - sums[bottom] + sums[top];
  };
  let most = -Infinity;
  for (let y = 0; y <= rows - height; y++) {
    for (let x = 0; x <= columns - width; x++) most = Math.max(most, kept(y, x));
  }
  let best = { x: 0, y: 0, far: Infinity };
  for (let y = 0; y <= rows - height; y++) {
    for (let x = 0; x <= columns - width; x++) {
      if (kept(y, x) < most - EQUAL) continue;
      // twice the distance between the centers, in whole numbers, so that equal ones are equal
      const far = (2 * y + height - rows) ** 2 + (2 * x + width - columns) ** 2;
      if (far < best.far) best = { x, y, far };
    }
  }
  const { x, y } = best;
  const attention = Math.min(Math.max(kept(y, x), 0), 1);
  return { x, y, width, height, attention, area: (width * height) / (rows * columns) };
}

/**
 * @param {Crop} crop
 * @param {Size} ratios Down and across.
 * @param {Size} size Of the image.
 * @returns {Crop}
 */
function enlarged(crop, [down, across], [height, width]) {
  const [x, y] = [Math.round(crop.x * across), Math.round(crop.y * down)];
  return {
    ...crop,
    ...{ x, y, width: Math.min(Math.round(crop.width * across), width - x) },
    height: Math.min(Math.round(crop.height * down), height - y),
  };
}

/** @param {number} share */
function percent(share) {
  return String(Math.round(1000 * share) / 10);
}
