/**
 * Lines around the smallest regions that hold some share of the attention; see gazemap.prediction.pictures.
 *
 * @typedef {import("../model/predictor.js").Size} Size
 * @typedef {[x: number, y: number, u: number, v: number]} Segment
 */

export const SHARES = [0.25, 0.5, 0.75];

/**
 * For each share, the level of the smallest region that holds it.
 *
 * @param {Float32Array} values A density of any scale.
 * @param {number[]} shares From small to large.
 */
export function levelsHolding(values, shares) {
  const ordered = values.slice().sort().reverse();
  const total = ordered.reduce((sum, value) => sum + value, 0);
  let [held, index] = [0, -1];
  return shares.map((share) => {
    while (held < share * total && index < ordered.length - 1) held += ordered[++index];
    return ordered[index];
  });
}

/**
 * The line around all values of at least a level, as segments that meet at their ends (marching squares). A
 * border of zeros closes the lines of regions that reach the edge.
 *
 * @param {Float32Array} values Row by row.
 * @param {Size} size
 * @param {number} level
 * @returns {Segment[]} In pixels; the center of the first pixel is at (0.5, 0.5).
 */
export function outline(values, [height, width], level) {
  const at = (/** @type {number} */ row, /** @type {number} */ column) =>
    row < 0 || column < 0 || row >= height || column >= width ? 0 : values[row * width + column];
  /** @type {Segment[]} */
  const segments = [];
  for (let row = -1; row < height; row++) {
    for (let column = -1; column < width; column++) {
      const corners = [at(row, column), at(row, column + 1), at(row + 1, column + 1), at(row + 1, column)];
      const points = pointsOn(corners, level);
      for (const [x, y, u, v] of points)
        segments.push([x + column + 0.5, y + row + 0.5, u + column + 0.5, v + row + 0.5]);
    }
  }
  return segments;
}

// the corners of a cell, clockwise from the upper left
const PLACES = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];

/**
 * The segments through one cell, from side to side.
 *
 * @param {number[]} corners
 * @param {number} level
 * @returns {Segment[]}
 */
function pointsOn(corners, level) {
  const above = corners.map((value) => value >= level);
  if (above.every((is) => is === above[0])) return [];
  const points = [0, 1, 2, 3].flatMap((side) => {
    const next = (side + 1) % 4;
    if (above[side] === above[next]) return [];
    const t = (level - corners[side]) / (corners[next] - corners[side]);
    const [[x, y], [u, v]] = [PLACES[side], PLACES[next]];
    return [[x + t * (u - x), y + t * (v - y)]];
  });
  // of four points, those around a corner that differs from the cell's middle belong together
  const isMiddleAbove = corners.reduce((sum, value) => sum + value, 0) / 4 >= level;
  const order =
    points.length === 4 && above[0] === isMiddleAbove ? [0, 1, 2, 3] : [points.length - 1, 0, 1, 2];
  const joined = order.slice(0, points.length).map((index) => points[index]);
  return Array.from(
    { length: points.length / 2 },
    (_, i) => /** @type {Segment} */ ([...joined[2 * i], ...joined[2 * i + 1]]),
  );
}
