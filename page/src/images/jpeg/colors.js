/**
 * Samples of a JPEG file -> RGB, without color management; as libjpeg and Pillow do it and so Python.
 *
 * @typedef {import("./upsample.js").Samples} Samples
 * @typedef {"gray" | "rgb" | "ycc" | "cmyk" | "ycck"} Colors
 */

const HALF = 1 << 15;
const fixed = (/** @type {number} */ value) => Math.floor(value * 65536 + 0.5);
const RED = Int32Array.from({ length: 256 }, (_, cr) => (fixed(1.402) * (cr - 128) + HALF) >> 16);
const BLUE = Int32Array.from({ length: 256 }, (_, cb) => (fixed(1.772) * (cb - 128) + HALF) >> 16);
const GREEN_CR = Int32Array.from({ length: 256 }, (_, cr) => -fixed(0.71414) * (cr - 128));
const GREEN_CB = Int32Array.from({ length: 256 }, (_, cb) => -fixed(0.34414) * (cb - 128) + HALF);

/**
 * Which colors the components are.
 *
 * @param {number[]} ids
 * @param {boolean} isJfif
 * @param {number | null} adobe What Adobe's segment says of their transform.
 * @returns {Colors}
 */
export function colorsOf(ids, isJfif, adobe) {
  if (ids.length === 1) return "gray";
  if (ids.length === 4) return adobe === 2 ? "ycck" : "cmyk";
  if (isJfif) return "ycc";
  if (adobe !== null) return adobe === 0 ? "rgb" : "ycc";
  return String.fromCharCode(...ids) === "RGB" ? "rgb" : "ycc";
}

/**
 * @param {Samples[]} planes
 * @param {Colors} colors
 * @param {number} width
 * @param {number} height
 * @returns {Uint8ClampedArray} RGB, row by row.
 */
export function toRgb(planes, colors, width, height) {
  const made = new Uint8ClampedArray(3 * width * height);
  const [a, b = a, c = a, k = a] = planes;
  const isYcc = colors.startsWith("ycc");
  const isInked = colors === "cmyk" || colors === "ycck";
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += 3) {
      const first = a.values[y * a.stride + x];
      const second = b.values[y * b.stride + x];
      const third = c.values[y * c.stride + x];
      if (isYcc) {
        made[to] = first + RED[third];
        made[to + 1] = first + ((GREEN_CB[second] + GREEN_CR[third]) >> 16);
        made[to + 2] = first + BLUE[second];
      } else {
        made[to] = first;
        made[to + 1] = second;
        made[to + 2] = third;
      }
      if (isInked) ink(made, to, k.values[y * k.stride + x], colors === "ycck");
    }
  }
  return made;
}

/**
 * Less of the light by the black ink; the file holds how little of each ink there is.
 *
 * @param {Uint8ClampedArray} made
 * @param {number} place
 * @param {number} light What the black leaves.
 * @param {boolean} isTurned Whether the three are inks, and not what they leave.
 */
function ink(made, place, light, isTurned) {
  for (let channel = place; channel < place + 3; channel++) {
    const amount = isTurned ? made[channel] : 255 - made[channel];
    const product = amount * light + 128;
    made[channel] = light - (((product >> 8) + product) >> 8);
  }
}
