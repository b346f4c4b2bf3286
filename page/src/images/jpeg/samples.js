/**
 * Coefficients -> samples: the inverse cosine transform, at the size of 8, 4, 2 or 1 samples for a block.
 *
 * A smaller block holds the averages of the samples of a whole one. In whole numbers of 13 bits, rounded after
 * each of two passes, as libjpeg does it and so Python.
 */

const ZIGZAG = zigzag();
const PASS = 2; // bits that are kept between the passes

/**
 * @typedef {(from: Int16Array, start: number, quantization: Int32Array, into: Uint8ClampedArray, place: number,
 *   stride: number) => void} Transform
 */

/**
 * What transforms blocks into blocks of `side` samples.
 *
 * @param {number} side 1, 2, 4 or 8.
 * @returns {Transform}
 */
export function transformOf(side) {
  const bits = 13 + Math.log2(8 / side);
  const weights = side === 8 ? wholeWeights() : averageWeights(side, bits);
  const columns = new Int32Array(8 * side);
  const block = new Int32Array(64);
  const first = bits - PASS;
  const second = bits + PASS + 3;

  return (from, start, quantization, into, place, stride) => {
    let most = 0;
    for (let k = 0; k < 64; k++) {
      const value = from[start + k];
      if (value) most = k;
      block[ZIGZAG[k]] = value * quantization[k];
    }
    if (most === 0) {
      const level = ((block[0] + 4) >> 3) + 128;
      for (let y = 0; y < side; y++) into.fill(level, place + y * stride, place + y * stride + side);
      return;
    }
    for (let x = 0; x < 8; x++) pass(block, x, 8, weights, side, first, columns, x, 8);
    for (let y = 0; y < side; y++) {
      pass(columns, 8 * y, 1, weights, side, second, columns, 8 * y, 1);
      for (let x = 0; x < side; x++) into[place + y * stride + x] = columns[8 * y + x] + 128;
    }
  };
}

/**
 * Eight values -> `side` of them, in one direction.
 *
 * @param {Int32Array} from
 * @param {number} start
 * @param {number} step
 * @param {Int32Array} weights
 * @param {number} side
 * @param {number} shift
 * @param {Int32Array} into May be `from`, since all is read before.
 * @param {number} place
 * @param {number} stride
 */
function pass(from, start, step, weights, side, shift, into, place, stride) {
  const a = from[start];
  const b = from[start + step];
  const c = from[start + 2 * step];
  const d = from[start + 3 * step];
  const e = from[start + 4 * step];
  const f = from[start + 5 * step];
  const g = from[start + 6 * step];
  const h = from[start + 7 * step];
  const half = 1 << (shift - 1);
  for (let i = 0; 2 * i < side; i++) {
    const w = 8 * i;
    const even = a * weights[w] + c * weights[w + 2] + e * weights[w + 4] + g * weights[w + 6] + half;
    const odd = b * weights[w + 1] + d * weights[w + 3] + f * weights[w + 5] + h * weights[w + 7];
    into[place + i * stride] = (even + odd) >> shift;
    if (side > 1) into[place + (side - 1 - i) * stride] = (even - odd) >> shift;
  }
}

/**
 * Of each of the first half of the samples: the means of the cosines over the samples that it stands for.
 *
 * @param {number} side
 * @param {number} bits
 */
function averageWeights(side, bits) {
  const group = 8 / side;
  const weights = new Int32Array(8 * side);
  for (let i = 0; i < side; i++) {
    for (let k = 0; k < 8; k++) {
      let sum = 0;
      for (let x = i * group; x < (i + 1) * group; x++) sum += Math.cos(((2 * x + 1) * k * Math.PI) / 16);
      weights[8 * i + k] = Math.round(((k ? Math.SQRT2 : 1) * sum * 2 ** bits) / group);
    }
  }
  return weights;
}

/**
 * Of a whole block: the same but for a unit in some, since the factors of the fast algorithm (Loeffler,
 * Ligtenberg and Moschytz, 1989) are rounded, and not their sums.
 */
function wholeWeights() {
  const cosine = (/** @type {number} */ k) => Math.SQRT2 * Math.cos((k * Math.PI) / 16);
  const [c1, c2, c3, c5, c6, c7] = [1, 2, 3, 5, 6, 7].map(cosine);
  const rounded = (/** @type {number} */ value) => Math.round(value * 2 ** 13);
  const one = rounded(1);
  const all = rounded(c3);
  const [near, far, even, odd] = [c7 - c3, -c1 - c3, -c3 - c5, c5 - c3].map(rounded);
  const [own7, own5, own3, own1] = [c3 + c5 - c1 - c7, c1 + c3 + c7 - c5, c1 + c3 + c5 - c7, c1 + c3 - c5 - c7].map(rounded);
  const both = rounded(c6);
  const second = both + rounded(c2 - c6);
  const sixth = both - rounded(c2 + c6);
  return Int32Array.of(
    ...[one, own1 + near + odd + all, second, all, one, all + odd, both, all + near],
    ...[one, all, both, own3 + far + even + all, -one, all + far, sixth, all + even],
    ...[one, all + odd, -both, all + far, -one, own5 + far + odd + all, -sixth, all],
    ...[one, all + near, -second, all + even, one, all, -both, own7 + near + even + all],
  );
}

/** Where the coefficients of a file's order lie in a block. */
function zigzag() {
  const order = Array.from({ length: 64 }, (_, place) => place);
  const diagonal = (/** @type {number} */ place) => (place >> 3) + (place & 7);
  const along = (/** @type {number} */ place) => (diagonal(place) % 2 ? place >> 3 : place & 7);
  return Uint8Array.from(order.sort((a, b) => diagonal(a) - diagonal(b) || along(a) - along(b)));
}
