/**
 * The viewing condition of a model, and a density without its center bias; the twin of gazemap.models.conditions.
 *
 * @typedef {object} Condition
 * @property {string} name
 * @property {number} power Of what the image adds to the center bias.
 * @property {number} blur Sigma, as a share of the grid's width.
 * @property {Float32Array | null} logPrior The center bias in the place of the model's own; null for its own.
 */

const TRUNCATE = 4; // sigmas at which the kernel is cut
const LEAST_BLUR = 1e-3;

/**
 * A network's log densities as they are under a condition.
 *
 * @param {Float32Array} logDensity Row by row.
 * @param {import("./predictor.js").Size} size Of the grid.
 * @param {Float32Array | null} own The log prior that they are the sum of, before their softmax.
 * @param {Omit<Condition, "name">} condition
 */
export function conditioned(logDensity, [height, width], own, { power, blur, logPrior }) {
  const prior = logPrior ?? own;
  const response = Float64Array.from(logDensity, (value, i) => power * (value - (own?.[i] ?? 0)) + (prior?.[i] ?? 0));
  const grid = logSoftmax(response);
  if (blur < LEAST_BLUR) return Float32Array.from(grid);
  const density = blurred(grid.map(Math.exp), height, width, blur * width);
  const total = density.reduce((sum, value) => sum + value, 0);
  return Float32Array.from(density, (value) => Math.log(value / total));
}

/** @param {Float64Array} values */
function logSoftmax(values) {
  const peak = values.reduce((most, value) => Math.max(most, value), -Infinity);
  const shift = peak + Math.log(values.reduce((sum, value) => sum + Math.exp(value - peak), 0));
  return values.map((value) => value - shift);
}

/**
 * By a Gaussian, down and across; mirrored at the borders.
 *
 * @param {Float64Array} values
 * @param {number} height
 * @param {number} width
 * @param {number} sigma In cells.
 */
function blurred(values, height, width, sigma) {
  const down = new Float64Array(values.length);
  for (let x = 0; x < width; x++) blurLine(values, down, x, width, height, sigma);
  const across = new Float64Array(values.length);
  for (let y = 0; y < height; y++) blurLine(down, across, y * width, 1, width, sigma);
  return across;
}

/**
 * @param {Float64Array} from
 * @param {Float64Array} into
 * @param {number} start Of the line.
 * @param {number} step From one of its values to the next.
 * @param {number} length
 * @param {number} sigma
 */
function blurLine(from, into, start, step, length, sigma) {
  const kernel = kernelOf(sigma);
  const reach = (kernel.length - 1) / 2;
  for (let i = 0; i < length; i++) {
    const value = from[start + i * step];
    for (let tap = -reach; tap <= reach; tap++) {
      into[start + mirrored(i + tap, length) * step] += value * kernel[tap + reach];
    }
  }
}

/** @param {number} sigma */
function kernelOf(sigma) {
  const reach = Math.trunc(TRUNCATE * sigma + 0.5);
  const taps = Float64Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-0.5 * ((i - reach) / sigma) ** 2));
  const total = taps.reduce((sum, value) => sum + value, 0);
  return taps.map((value) => value / total);
}

/**
 * A place beyond an edge, mirrored there, again and again.
 *
 * @param {number} place
 * @param {number} length
 */
function mirrored(place, length) {
  const around = ((place % (2 * length)) + 2 * length) % (2 * length);
  return around < length ? around : 2 * length - 1 - around;
}
