/**
 * Which number of 16 bits is white: as the file says, else by what it holds; the twin of gazemap.images.brightness.
 *
 * @typedef {{least: number, most: number, share: (outside: number) => number}} Found
 *   The least and the greatest number, and the greatest but for a share of them.
 */

const TOP = 65535;
const DARK = 16; // a picture that uses less than this part of its range is stretched
const SAMPLED = 2 ** 22; // values from which the share is found, every n-th of a larger image

/**
 * What numbers a picture holds; counted as Python does, in bands.
 *
 * @param {Uint8Array | Uint16Array} samples
 * @param {{channels: number, colors: number, repeats: number, pixels: number, band: number}} shape The colors are
 *   the first of the channels, each counts `repeats` times, and a band has so many pixels.
 * @returns {Found}
 */
export function foundIn(samples, { channels, colors, repeats, pixels, band }) {
  const step = Math.ceil((pixels * colors * repeats) / SAMPLED);
  const counts = new Uint32Array(TOP + 1);
  let total = 0;
  let least = TOP;
  let most = 0;
  for (let start = 0; start < pixels; start += band) {
    const count = Math.min(band, pixels - start) * colors * repeats;
    for (let i = 0; i < count; i++) {
      const color = Math.floor(i / repeats);
      const value = samples[channels * (start + Math.floor(color / colors)) + (color % colors)];
      if (value < least) least = value;
      if (value > most) most = value;
      if (i % step === 0) {
        counts[value]++;
        total++;
      }
    }
  }
  return { least, most, share: (outside) => valueAt(counts, Math.floor((total - 1) * (1 - outside))) };
}

/**
 * The value at a place in the order of all.
 *
 * @param {Uint32Array} counts
 * @param {number} place
 */
function valueAt(counts, place) {
  let before = 0;
  for (let value = 0; ; value++) {
    before += counts[value];
    if (before > place) return value;
  }
}

/**
 * @param {Found} found
 * @param {number | null} significant Bits that the file says are.
 * @returns {{white: number, note: string}} Black is 0.
 */
export function levelsOf({ least, most, share }, significant) {
  if (significant !== null && significant < 16 && most <= 2 ** significant - 1) return { white: 2 ** significant - 1, note: "" };
  const dark = (TOP + 1) / DARK;
  const high = most < dark ? most : share(1e-4); // nothing is brighter: not even a few hot pixels
  if (high >= dark || (high < DARK && high < most) || !most) return { white: TOP, note: "" };
  const white = 2 ** (Math.floor(Math.log2(high)) + 1) - 1;
  const text = (/** @type {number} */ value) => value.toLocaleString("en");
  const hot = most > white ? `; the few brighter ones, up to ${text(most)}, are white` : "";
  const range = `dark: ${text(least)} to ${text(high)} of ${text(TOP)}`;
  return { white, note: `${range}; ${text(white)} was taken as white${hot}` };
}
