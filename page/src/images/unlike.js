/**
 * What tells a picture from a photograph, where models learned from photographs; the twin of gazemap.images.unlike.
 *
 * @typedef {import("../model/predictor.js").Size} Size
 *
 * @typedef {object} Looks Statistics of a picture, see Python's `Looks`.
 * @property {number} smooth
 * @property {number} even
 * @property {number} flat
 * @property {number} common
 * @property {number} seam
 * @property {number} pole
 */

import { cutOut } from "./placed.js";
import { placementOf, roundHalfToEven } from "./placement.js";
import { resized } from "./resize.js";

const SIZE = /** @type {Size} */ ([240, 320]); // at which the statistics are taken, since they depend on it
const LEAST = 64; // pixels of a picture's shorter side in its frame, below which it is not judged
const ALIKE = 2; // steps of gray, the sum of three colors, that nobody sees
const LEAST_SMOOTH = 0.7;
const MOST_EVEN = 0.55;
const MOST_FLAT = 0.35;
const MOST_COMMON = 0.1;
const MOST_SEAM = 3;
const MOST_POLE = 0.3;
const WEB_PAGE = "web-page"; // the viewing condition

/**
 * What must be said of an image that is unlike photographs; of others nothing.
 *
 * @param {Looks[]} looks Of each of its folds.
 * @param {Size} size Of the image.
 * @param {string | null} condition The viewing condition of the prediction.
 * @param {string[]} conditions Those that the model has.
 * @returns {string[]}
 */
export function unlikeNotes(looks, size, condition, conditions) {
  const kind = kindOf(looks, size);
  if (kind === null || (kind === "flat" && condition?.startsWith(WEB_PAGE))) return [];
  if (kind === "flat") {
    const advice = conditions.includes(WEB_PAGE) ? `; for a web page give --condition ${WEB_PAGE}` : "";
    return [
      `${roundHalfToEven(100 * meanOf(looks).flat)} % of it is flat, as of charts, drawings and screens, of which ` +
        `models that learned from photographs know little${advice}`,
    ];
  }
  if (kind === "noise") {
    return [
      "it changes from pixel to pixel as noise, waves and shades do, and as no photograph does: models " +
        "that learned from photographs know nothing of it",
    ];
  }
  return [
    `${size[1]} x ${size[0]}, with ends that meet and rows drawn out at the poles, looks like a panorama ` +
      "of 360 degrees, which nobody sees at once: cut views of up to 90 degrees out of it",
  ];
}

/**
 * @param {Looks[]} looks
 * @param {Size} size
 * @returns {"flat" | "noise" | "panorama" | null}
 */
function kindOf(looks, size) {
  const { smooth, even, flat, common, seam, pole } = meanOf(looks);
  if (flat > MOST_FLAT && common > MOST_COMMON) return "flat";
  if (smooth < LEAST_SMOOTH || even > MOST_EVEN) return "noise";
  const isSphere = seam < MOST_SEAM && pole < MOST_POLE;
  return isSphere && size[1] === 2 * size[0] && looks.length === 1 ? "panorama" : null;
}

/**
 * @param {Looks[]} looks
 * @returns {Looks}
 */
function meanOf(looks) {
  const mean = (/** @type {keyof Looks} */ name) => looks.reduce((sum, one) => sum + one[name], 0) / looks.length;
  return {
    smooth: mean("smooth"),
    even: mean("even"),
    flat: mean("flat"),
    common: mean("common"),
    seam: mean("seam"),
    pole: mean("pole"),
  };
}

/**
 * The statistics of a picture in a network's frame; what is beside it does not count. NaN where it has less than 64
 * pixels there, down or across: too few to judge it.
 *
 * @param {Uint8Array | Uint8ClampedArray} values RGB of the frame, row by row.
 * @param {Size} size Of the picture.
 * @param {Size} frame
 * @param {"stretch" | "letterbox" | "crop"} fit
 * @returns {Looks}
 */
export function looksOf(values, size, frame, fit) {
  if (Math.min(...placementOf(size, frame, fit).content) < LEAST) {
    return { smooth: NaN, even: NaN, flat: NaN, common: NaN, seam: NaN, pole: NaN };
  }
  const gray = grayOf(contentOf(values, size, frame, fit));
  const [rows, columns] = SIZE;
  const across = stepsOf(gray, rows, columns - 1, 1);
  const down = stepsOf(gray, rows - 1, columns, columns);
  const mean = sumOf(gray) / gray.length;
  const variance = squaresOf(gray) / gray.length - mean ** 2;
  const squares = [squaresOf(across) / across.length, squaresOf(down) / down.length];
  const steps = [sumOf(across) / across.length, sumOf(down) / down.length];
  const counts = new Int32Array(3 * 255 + 1);
  for (const value of gray) counts[value]++;
  let flat = 0;
  let edge = 0;
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    edge += Math.abs(gray[start] - gray[start + columns - 1]);
    if (row === rows - 1) break;
    for (let column = 0; column < columns - 1; column++) {
      if (across[start - row + column] <= ALIKE && down[start + column] <= ALIKE) flat++;
    }
  }
  const poles = [across.subarray(0, columns - 1), across.subarray(1 - columns)];
  return {
    smooth: 1 - ratio(Math.max(...squares), 2 * variance),
    even: Math.min(...steps.map((step, axis) => ratio(step ** 2, squares[axis]))),
    flat: flat / ((rows - 1) * (columns - 1)),
    common: Math.max(...counts) / gray.length,
    seam: ratio(edge / rows, steps[0]),
    pole: ratio(Math.max(...poles.map((row) => sumOf(row) / row.length)), steps[0]),
  };
}

/**
 * @param {Uint8Array | Uint8ClampedArray} values
 * @param {Size} size
 * @param {Size} frame
 * @param {"stretch" | "letterbox" | "crop"} fit
 * @returns {Uint8Array | Uint8ClampedArray} At 320 x 240.
 */
function contentOf(values, size, [height, width], fit) {
  const whole = { height, width, values };
  if (fit !== "letterbox") return resized(whole, SIZE).values;
  const { content, shift } = placementOf(size, [height, width], fit);
  return resized(cutOut(whole, { x: shift[1], y: shift[0], width: content[1], height: content[0] }), SIZE).values;
}

/** @param {Uint8Array | Uint8ClampedArray} values RGB. */
function grayOf(values) {
  return Int32Array.from({ length: values.length / 3 }, (_, i) => values[3 * i] + values[3 * i + 1] + values[3 * i + 2]);
}

/**
 * How much neighbors differ.
 *
 * @param {Int32Array} gray
 * @param {number} rows Of the steps.
 * @param {number} columns
 * @param {number} next How far the neighbor is.
 */
function stepsOf(gray, rows, columns, next) {
  const steps = new Int32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const place = row * SIZE[1] + column;
      steps[row * columns + column] = Math.abs(gray[place + next] - gray[place]);
    }
  }
  return steps;
}

/** @param {Int32Array} values */
function sumOf(values) {
  return values.reduce((sum, value) => sum + value, 0);
}

/** @param {Int32Array} values */
function squaresOf(values) {
  return values.reduce((sum, value) => sum + value * value, 0);
}

/**
 * 0 where there is nothing to compare with.
 *
 * @param {number} value
 * @param {number} of
 */
function ratio(value, of) {
  return of ? value / of : 0;
}
