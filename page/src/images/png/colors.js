/**
 * The samples of a PNG file -> RGB of 8 bits, transparent pixels on white; as gazemap.images.conversion.
 *
 * @typedef {import("./chunks.js").Png} Png
 */

import { onWhite } from "../colors.js";
import { foundIn, levelsOf } from "../brightness.js";
import { roundHalfToEven } from "../placement.js";

const DARK = 16; // upper bytes up to which the lower ones tell more
const BAND = 2 ** 22; // pixels that Python looks at together

/**
 * @param {Png} png
 * @returns {{values: Uint8Array, notes: string[]}}
 */
export function toRgb(png) {
  const values = new Uint8Array(3 * png.width * png.height);
  const key = keyOf(png);
  const notes = png.isPalette ? fromPalette(png, values) : png.bits === 16 ? fromSixteen(png, values, key) : fromEight(png, values);
  if (key) whiten(png, values, key);
  return { values, notes };
}

/**
 * The gray level or color that is transparent, as the file counts.
 *
 * @param {Png} png
 */
function keyOf({ transparency, isPalette, channels }) {
  if (!transparency || isPalette || channels % 2 === 0 || transparency.length < 2 * channels) return null;
  return Array.from({ length: channels }, (_, i) => (transparency[2 * i] << 8) | transparency[2 * i + 1]);
}

/**
 * @param {Png} png
 * @param {Uint8Array} values
 * @param {number[]} key
 */
function whiten({ samples, channels }, values, key) {
  for (let pixel = 0; 3 * pixel < values.length; pixel++) {
    if (key.every((value, i) => samples[channels * pixel + i] === value)) values.fill(255, 3 * pixel, 3 * pixel + 3);
  }
}

/**
 * @param {Png} png
 * @param {Uint8Array} values
 * @returns {string[]}
 */
function fromPalette({ samples, palette, transparency }, values) {
  if (!palette) throw new Error("is damaged: it has no colors");
  const colors = new Uint8Array(3 * 256);
  colors.set(palette.subarray(0, colors.length));
  transparency?.forEach((alpha, index) => {
    for (let i = 3 * index; i < 3 * index + 3; i++) colors[i] = onWhite(colors[i], alpha);
  });
  for (let i = 0; i < values.length; i++) values[i] = colors[3 * samples[Math.floor(i / 3)] + (i % 3)];
  return [];
}

/**
 * Gray or color of up to 8 bits.
 *
 * @param {Png} png
 * @param {Uint8Array} values
 * @returns {string[]}
 */
function fromEight({ samples, channels, bits }, values) {
  if (channels === 3) {
    values.set(samples);
    return [];
  }
  const scale = 255 / (2 ** bits - 1);
  spread(values, samples, channels, (value) => value * scale);
  if (channels % 2 === 0) lay(values, samples, channels, (alpha) => alpha);
  return [];
}

/**
 * Gray of 16 bits is scaled to what is white; of color Python takes the upper bytes, unless they show nothing.
 *
 * @param {Png} png
 * @param {Uint8Array} values
 * @param {number[] | null} key
 * @returns {string[]}
 */
function fromSixteen({ samples, channels, significant, width, height }, values, key) {
  const colors = channels > 2 ? 3 : 1;
  const isScaled = channels === 1 || key !== null || !isBright(samples, channels, colors);
  let notes = /** @type {string[]} */ ([]);
  if (isScaled) {
    const repeats = channels === 2 ? 3 : 1; // gray with transparency is color to Python
    const rows = Math.max(1, Math.floor(BAND / width));
    const found = foundIn(samples, { channels, colors, repeats, pixels: width * height, band: rows * width });
    const { white, note } = levelsOf(found, significant);
    notes = note ? [note] : [];
    spread(values, samples, channels, (value) => Math.min(255, roundHalfToEven((value * 255) / white)));
  } else {
    spread(values, samples, channels, (value) => value >> 8);
  }
  if (channels % 2 === 0) lay(values, samples, channels, (alpha) => alpha >> 8);
  return notes;
}

/**
 * @param {Uint8Array | Uint16Array} samples
 * @param {number} channels
 * @param {number} colors
 */
function isBright(samples, channels, colors) {
  for (let i = 0; i < samples.length; i++) {
    if (samples[i] >> 8 > DARK && i % channels < colors) return true;
  }
  return false;
}

/**
 * @param {Uint8Array} values
 * @param {Uint8Array | Uint16Array} samples
 * @param {number} channels
 * @param {(value: number) => number} shown
 */
function spread(values, samples, channels, shown) {
  const isGray = channels < 3;
  for (let to = 0, from = 0; to < values.length; to += 3, from += channels) {
    values[to] = shown(samples[from]);
    values[to + 1] = isGray ? values[to] : shown(samples[from + 1]);
    values[to + 2] = isGray ? values[to] : shown(samples[from + 2]);
  }
}

/**
 * Lay the pixels on white, by the last channel.
 *
 * @param {Uint8Array} values
 * @param {Uint8Array | Uint16Array} samples
 * @param {number} channels
 * @param {(value: number) => number} alphaOf
 */
function lay(values, samples, channels, alphaOf) {
  for (let i = 0; i < values.length; i++) {
    values[i] = onWhite(values[i], alphaOf(samples[channels * (Math.floor(i / 3) + 1) - 1]));
  }
}
