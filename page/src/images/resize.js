/**
 * Resizing of 8-bit RGB as Pillow does it: bilinear, antialiased where it shrinks, in whole numbers, first
 * across and then down or the other way round, rounded to 8 bits between the two.
 *
 * @typedef {{height: number, width: number, values: Uint8Array | Uint8ClampedArray}} Pixels RGB, row by row.
 * @typedef {{x: number, y: number, width: number, height: number}} Box Perhaps between pixels.
 * @typedef {{first: number, weights: Int32Array}} Taps
 */

const BITS = 22; // of the weights' fractions
const HALF = 2 ** (BITS - 1);

/**
 * @param {Pixels} pixels
 * @param {import("../model/predictor.js").Size} size
 * @param {Box} [box] The part of the image that is resized; by default all of it.
 * @returns {Pixels}
 */
export function resized(pixels, [height, width], box = { x: 0, y: 0, width: pixels.width, height: pixels.height }) {
  const isSame = (/** @type {number} */ start, /** @type {number} */ length, /** @type {number} */ side) =>
    start === 0 && length === side;
  const columns = isSame(box.x, box.width, width) && width === pixels.width ? null : tapsOf(box.x, box.width, pixels.width, width);
  const rows = isSame(box.y, box.height, height) && height === pixels.height ? null : tapsOf(box.y, box.height, pixels.height, height);
  // as Pillow 13 chooses, found by comparing; older ones always begin across
  const isDownFirst = pixels.height - height > 2 * Math.max(0, pixels.width - width);
  if (isDownFirst) return across(downwards(pixels, rows), columns);
  return downwards(across(pixels, columns), rows);
}

/**
 * @param {Pixels} pixels
 * @param {Taps[] | null} taps
 * @returns {Pixels}
 */
function across(pixels, taps) {
  if (!taps) return pixels;
  const { height, width, values } = pixels;
  const made = new Uint8ClampedArray(height * taps.length * 3);
  let place = 0;
  for (let row = 0; row < height; row++) {
    for (const { first, weights } of taps) {
      let at = 3 * (row * width + first);
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      for (let tap = 0; tap < weights.length; tap++, at += 3) {
        const weight = weights[tap];
        red += weight * values[at];
        green += weight * values[at + 1];
        blue += weight * values[at + 2];
      }
      made[place++] = red >> BITS;
      made[place++] = green >> BITS;
      made[place++] = blue >> BITS;
    }
  }
  return { height, width: taps.length, values: made };
}

/**
 * @param {Pixels} pixels
 * @param {Taps[] | null} taps
 * @returns {Pixels}
 */
function downwards(pixels, taps) {
  if (!taps) return pixels;
  const { width, values } = pixels;
  const made = new Uint8ClampedArray(taps.length * width * 3);
  const sums = new Int32Array(3 * width);
  taps.forEach(({ first, weights }, y) => {
    sums.fill(HALF);
    weights.forEach((weight, tap) => {
      const start = 3 * width * (first + tap);
      for (let i = 0; i < sums.length; i++) sums[i] += weight * values[start + i];
    });
    for (let i = 0; i < sums.length; i++) made[3 * width * y + i] = sums[i] >> BITS;
  });
  return { height: taps.length, width, values: made };
}

/**
 * A triangle around the center of each pixel that is made.
 *
 * @param {number} start Of the part of the image.
 * @param {number} length Of the part.
 * @param {number} side Of the image.
 * @param {number} into
 * @returns {Taps[]}
 */
function tapsOf(start, length, side, into) {
  const scale = length / into;
  const reach = Math.max(scale, 1);
  return Array.from({ length: into }, (_, i) => {
    const center = start + (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - reach + 0.5));
    const last = Math.min(side, Math.trunc(center + reach + 0.5));
    const weights = Float64Array.from({ length: last - first }, (_, tap) =>
      Math.max(0, 1 - Math.abs((tap + first - center + 0.5) * (1 / reach))),
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { first, weights: Int32Array.from(weights, (weight) => Math.trunc(0.5 + (weight / total) * 2 ** BITS)) };
  });
}
