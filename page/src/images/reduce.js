/**
 * @typedef {import("./resize.js").Pixels} Pixels
 */

/**
 * An image of which each pixel is the average of `factor` times `factor` ones, of fewer at the far edges; as
 * Pillow's `reduce`.
 *
 * @param {Pixels} pixels
 * @param {number} factor
 * @returns {Pixels}
 */
export function reduced({ height, width, values }, factor) {
  if (factor === 1) return { height, width, values };
  const made = { height: Math.ceil(height / factor), width: Math.ceil(width / factor) };
  const averages = new Uint8Array(3 * made.height * made.width);
  const sums = new Uint32Array(3 * made.width);
  for (let y = 0; y < made.height; y++) {
    const bottom = Math.min((y + 1) * factor, height);
    sums.fill(0);
    for (let row = y * factor; row < bottom; row++) addRow(sums, values, 3 * row * width, width, factor);
    for (let x = 0; x < made.width; x++) {
      const count = (bottom - y * factor) * (Math.min((x + 1) * factor, width) - x * factor);
      const half = Math.floor(count / 2);
      const part = Math.floor(Math.fround(2 ** 24 / count)) / 2 ** 24; // of 24 bits, as Pillow's
      for (let channel = 3 * x; channel < 3 * x + 3; channel++) {
        averages[3 * y * made.width + channel] = Math.floor((sums[channel] + half) * part);
      }
    }
  }
  return { ...made, values: averages };
}

/**
 * @param {Uint32Array} sums
 * @param {Pixels["values"]} values
 * @param {number} start
 * @param {number} width
 * @param {number} factor
 */
function addRow(sums, values, start, width, factor) {
  for (let x = 0, to = 0; x < width; to += 3) {
    for (const end = Math.min(x + factor, width); x < end; x++) {
      const from = start + 3 * x;
      sums[to] += values[from];
      sums[to + 1] += values[from + 1];
      sums[to + 2] += values[from + 2];
    }
  }
}
