/**
 * Resizing of 8-bit RGB as Pillow does it: bilinear, antialiased where it shrinks, in whole numbers, first
 * across and then down, rounded to 8 bits between the two.
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
  const isWhole = (/** @type {number} */ start, /** @type {number} */ length, /** @type {number} */ side) =>
    start === 0 && length === side;
  const down = tapsOf(box.y, box.height, pixels.height, height);
  const first = down[0].first;
  const last = down[height - 1].first + down[height - 1].weights.length;
  const isAcross = width !== pixels.width || !isWhole(box.x, box.width, pixels.width);
  const isDown = height !== pixels.height || !isWhole(box.y, box.height, pixels.height);
  const rows = isAcross ? across(pixels, tapsOf(box.x, box.width, pixels.width, width), first, last) : pixels;
  if (!isDown) return rows;
  return downwards(rows, down, isAcross ? first : 0);
}

/**
 * @param {Pixels} pixels
 * @param {Taps[]} taps
 * @param {number} top The first row that is needed.
 * @param {number} bottom The one after the last.
 * @returns {Pixels}
 */
function across({ width, values }, taps, top, bottom) {
  const made = new Uint8ClampedArray((bottom - top) * taps.length * 3);
  let place = 0;
  for (let row = top; row < bottom; row++) {
    for (const { first, weights } of taps) {
      let at = 3 * (row * width + first);
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      for (const weight of weights) {
        red += weight * values[at];
        green += weight * values[at + 1];
        blue += weight * values[at + 2];
        at += 3;
      }
      made[place++] = red >> BITS;
      made[place++] = green >> BITS;
      made[place++] = blue >> BITS;
    }
  }
  return { height: bottom - top, width: taps.length, values: made };
}

/**
 * @param {Pixels} pixels
 * @param {Taps[]} taps
 * @param {number} top Which row of the image the first of the pixels is.
 * @returns {Pixels}
 */
function downwards({ width, values }, taps, top) {
  const made = new Uint8ClampedArray(taps.length * width * 3);
  const sums = new Int32Array(3 * width);
  taps.forEach(({ first, weights }, y) => {
    sums.fill(HALF);
    weights.forEach((weight, tap) => {
      const start = 3 * width * (first - top + tap);
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
