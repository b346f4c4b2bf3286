/**
 * Samples of colors, of which there may be fewer -> as many as pixels; as libjpeg does it and so Python.
 *
 * @typedef {{width: number, height: number, stride: number, values: Uint8ClampedArray}} Samples
 */

/**
 * @param {Samples} samples
 * @param {number} across Pixels for each sample.
 * @param {number} down
 * @param {boolean} isSmooth Whether twice as many are interpolated; else they are repeated.
 * @returns {Samples}
 */
export function upsampled(samples, across, down, isSmooth) {
  if (across === 1 && down === 1) return samples;
  if (isSmooth && across === 2 && down === 1 && samples.width > 2) return wider(samples);
  if (isSmooth && across === 1 && down === 2) return higher(samples);
  if (isSmooth && across === 2 && down === 2 && samples.width > 2) return larger(samples);
  const made = empty(samples.width * across, samples.height * down);
  for (let y = 0; y < made.height; y++) {
    const row = Math.floor(y / down) * samples.stride;
    for (let x = 0; x < made.width; x++) made.values[y * made.stride + x] = samples.values[row + Math.floor(x / across)];
  }
  return made;
}

/**
 * Twice as wide: three parts of the nearer sample and one of the other.
 *
 * @param {Samples} samples
 */
function wider({ width, height, stride, values }) {
  const made = empty(2 * width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0, from = y * stride, to = y * made.stride; x < width; x++, from++) {
      const left = values[x ? from - 1 : from];
      const right = values[x < width - 1 ? from + 1 : from];
      made.values[to++] = x ? (3 * values[from] + left + 1) >> 2 : values[from];
      made.values[to++] = x < width - 1 ? (3 * values[from] + right + 2) >> 2 : values[from];
    }
  }
  return made;
}

/**
 * Twice as high.
 *
 * @param {Samples} samples
 */
function higher({ width, height, stride, values }) {
  const made = empty(width, 2 * height);
  for (let y = 0; y < made.height; y++) {
    const row = y >> 1;
    const other = Math.min(Math.max(y % 2 ? row + 1 : row - 1, 0), height - 1);
    for (let x = 0; x < width; x++) {
      made.values[y * made.stride + x] = (3 * values[row * stride + x] + values[other * stride + x] + 1 + (y % 2)) >> 2;
    }
  }
  return made;
}

/**
 * Twice as wide and high.
 *
 * @param {Samples} samples
 */
function larger({ width, height, stride, values }) {
  const made = empty(2 * width, 2 * height);
  const sums = new Int32Array(width);
  for (let y = 0; y < made.height; y++) {
    const row = y >> 1;
    const other = Math.min(Math.max(y % 2 ? row + 1 : row - 1, 0), height - 1);
    for (let x = 0; x < width; x++) sums[x] = 3 * values[row * stride + x] + values[other * stride + x];
    for (let x = 0, to = y * made.stride; x < width; x++) {
      const own = sums[x];
      made.values[to++] = x ? (3 * own + sums[x - 1] + 8) >> 4 : (4 * own + 8) >> 4;
      made.values[to++] = x < width - 1 ? (3 * own + sums[x + 1] + 7) >> 4 : (4 * own + 7) >> 4;
    }
  }
  return made;
}

/**
 * @param {number} width
 * @param {number} height
 * @returns {Samples}
 */
function empty(width, height) {
  return { width, height, stride: width, values: new Uint8ClampedArray(width * height) };
}
