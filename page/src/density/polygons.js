/**
 * Polygons: corners in order, (x, y) in pixels, the last one joined to the first.
 *
 * @typedef {[x: number, y: number]} Corner
 * @typedef {{x: number, y: number, width: number, height: number}} Bounds
 */

/**
 * The smallest box around some corners.
 *
 * @param {Corner[]} corners
 * @returns {Bounds}
 */
export function boundsOf(corners) {
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** @param {Corner[]} corners */
export function areaOf(corners) {
  return Math.abs(edgesOf(corners).reduce((sum, [[x, y], [u, v]]) => sum + x * v - u * y, 0)) / 2;
}

/**
 * @param {Corner[]} corners
 * @returns {[Corner, Corner][]}
 */
export function edgesOf(corners) {
  return corners.map((corner, i) => [corner, corners[(i + 1) % corners.length]]);
}

/**
 * The part that lies in a box (Sutherland and Hodgman 1974). Where that falls apart, its pieces are joined
 * along the box's edges, which adds no area.
 *
 * @param {Corner[]} corners
 * @param {Bounds} bounds
 * @returns {Corner[]}
 */
export function clipped(corners, { x, y, width, height }) {
  const left = cutAt(corners, 0, x, 1);
  const right = cutAt(left, 0, x + width, -1);
  const top = cutAt(right, 1, y, 1);
  return cutAt(top, 1, y + height, -1);
}

/**
 * @param {Corner[]} corners
 * @param {0 | 1} axis
 * @param {number} limit
 * @param {1 | -1} side Which is kept: 1 what is beyond the limit, -1 what is before it.
 * @returns {Corner[]}
 */
function cutAt(corners, axis, limit, side) {
  const isKept = (/** @type {Corner} */ corner) => side * (corner[axis] - limit) >= 0;
  if (corners.every(isKept)) return corners;
  return edgesOf(corners).flatMap(([from, to]) => {
    /** @type {Corner[]} */
    const kept = isKept(from) ? [from] : [];
    if (isKept(from) === isKept(to)) return kept;
    const t = (limit - from[axis]) / (to[axis] - from[axis]);
    const other = from[1 - axis] + t * (to[1 - axis] - from[1 - axis]);
    return [...kept, axis === 0 ? [limit, other] : [other, limit]];
  });
}

/**
 * Whether two polygons share some area. Between the heights of all corners and crossings, edges keep their
 * order, so that one line through each such band tells.
 *
 * @param {Corner[]} a
 * @param {Corner[]} b
 */
export function haveOverlap(a, b) {
  const heights = [...a, ...b, ...crossingsOf(edgesOf(a), edgesOf(b))]
    .map(([, y]) => y)
    .sort((one, other) => one - other);
  return heights.slice(1).some((bottom, i) => {
    if (bottom - heights[i] < 1e-9) return false;
    const middle = (bottom + heights[i]) / 2;
    const second = spansAt(b, middle);
    return spansAt(a, middle).some(([left, right]) =>
      second.some((span) => Math.min(right, span[1]) - Math.max(left, span[0]) > 1e-9),
    );
  });
}

/**
 * Whether two edges of one polygon cross, so that it has no certain inside.
 *
 * @param {Corner[]} corners
 */
export function crossesItself(corners) {
  const edges = edgesOf(corners);
  return edges.some((edge, i) => crossingsOf([edge], edges.slice(i + 1)).length > 0);
}

/**
 * The points where edges cross; not those where they only touch.
 *
 * @param {[Corner, Corner][]} first
 * @param {[Corner, Corner][]} second
 * @returns {Corner[]}
 */
function crossingsOf(first, second) {
  return first.flatMap(([a, b]) =>
    second.flatMap(([c, d]) => {
      const [s, t] = [turn(c, d, a), turn(c, d, b)];
      if (s * t >= 0 || turn(a, b, c) * turn(a, b, d) >= 0) return [];
      const along = s / (s - t);
      return [/** @type {Corner} */ ([a[0] + along * (b[0] - a[0]), a[1] + along * (b[1] - a[1])])];
    }),
  );
}

/**
 * Over 0 where the way from a over b to c turns to one side, below it where to the other.
 *
 * @param {Corner} a
 * @param {Corner} b
 * @param {Corner} c
 */
function turn(a, b, c) {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

/**
 * From where to where a polygon reaches at a height that no corner has.
 *
 * @param {Corner[]} corners
 * @param {number} height
 * @returns {[number, number][]}
 */
function spansAt(corners, height) {
  const xs = edgesOf(corners)
    .filter(([[, y], [, v]]) => y < height !== v < height)
    .map(([[x, y], [u, v]]) => x + ((height - y) / (v - y)) * (u - x))
    .sort((one, other) => one - other);
  return Array.from({ length: xs.length / 2 }, (_, i) => [xs[2 * i], xs[2 * i + 1]]);
}
