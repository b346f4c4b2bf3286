/** The rows of a PNG file: their filters undone, and their bits as samples. */

/**
 * Undo the filters of rows, in place; each row is one byte, its filter, and then its content.
 *
 * @param {Uint8Array} raw
 * @param {number} line Bytes of a row's content.
 * @param {number} rows
 * @param {number} step Bytes of a pixel.
 */
export function unfiltered(raw, line, rows, step) {
  for (let row = 0; row < rows; row++) {
    const start = row * (line + 1) + 1;
    const above = row ? start - line - 1 : -1;
    const filter = raw[start - 1];
    if (filter === 1) addLeft(raw, start, line, step);
    else if (filter === 2 && row) for (let i = 0; i < line; i++) raw[start + i] += raw[above + i];
    else if (filter === 3) addMean(raw, start, line, step, above);
    else if (filter === 4) addPaeth(raw, start, line, step, above);
    else if (filter > 4) throw new Error("is damaged: a row has no filter of PNG");
  }
}

/**
 * @param {Uint8Array} raw
 * @param {number} start
 * @param {number} line
 * @param {number} step
 */
function addLeft(raw, start, line, step) {
  for (let i = start + step; i < start + line; i++) raw[i] += raw[i - step];
}

/**
 * @param {Uint8Array} raw
 * @param {number} start
 * @param {number} line
 * @param {number} step
 * @param {number} above -1: there is no row.
 */
function addMean(raw, start, line, step, above) {
  for (let i = 0; i < line; i++) {
    const left = i < step ? 0 : raw[start + i - step];
    const up = above < 0 ? 0 : raw[above + i];
    raw[start + i] += (left + up) >> 1;
  }
}

/**
 * @param {Uint8Array} raw
 * @param {number} start
 * @param {number} line
 * @param {number} step
 * @param {number} above
 */
function addPaeth(raw, start, line, step, above) {
  if (above < 0) {
    addLeft(raw, start, line, step);
    return;
  }
  for (let i = 0; i < step; i++) raw[start + i] += raw[above + i];
  for (let i = step; i < line; i++) {
    const left = raw[start + i - step];
    const up = raw[above + i];
    const corner = raw[above + i - step];
    const toLeft = Math.abs(up - corner);
    const toUp = Math.abs(left - corner);
    const toCorner = Math.abs(left + up - 2 * corner);
    raw[start + i] += toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
  }
}

/**
 * Put the samples of some rows where they belong in the image.
 *
 * @param {Uint8Array} raw
 * @param {number} line
 * @param {number} rows
 * @param {number} columns
 * @param {number} channels
 * @param {number} bits
 * @param {Uint8Array | Uint16Array} samples
 * @param {{left: number, top: number, across: number, down: number, width: number}} places
 */
export function joined(raw, line, rows, columns, channels, bits, samples, { left, top, across, down, width }) {
  for (let row = 0; row < rows; row++) {
    const start = row * (line + 1) + 1;
    const to = ((top + row * down) * width + left) * channels;
    if (bits === 8 && across === 1) {
      samples.set(raw.subarray(start, start + line), to);
      continue;
    }
    for (let i = 0; i < columns * channels; i++) {
      const pixel = Math.floor(i / channels);
      samples[to + pixel * across * channels + (i - pixel * channels)] = sampleAt(raw, start, i, bits);
    }
  }
}

/**
 * @param {Uint8Array} raw
 * @param {number} start
 * @param {number} index
 * @param {number} bits
 */
function sampleAt(raw, start, index, bits) {
  if (bits === 8) return raw[start + index];
  if (bits === 16) return (raw[start + 2 * index] << 8) | raw[start + 2 * index + 1];
  const bit = index * bits;
  return (raw[start + (bit >> 3)] >> (8 - bits - (bit & 7))) & ((1 << bits) - 1);
}
