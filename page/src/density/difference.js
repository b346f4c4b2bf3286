/**
 * Two designs side by side: where attention goes in one and not in the other; the twin of
 * gazemap.analysis.designs. Changes are B less A.
 *
 * @typedef {import("../model/predictor.js").Size} Size
 * @typedef {import("../model/predictor.js").Prediction} Prediction
 * @typedef {import("./areas.js").Area} Area
 * @typedef {import("./areas.js").AreaShare} AreaShare
 *
 * @typedef {object} Density
 * @property {ArrayLike<number>} values Row by row.
 * @property {Size} size
 *
 * @typedef {object} Difference How alike two densities are.
 * @property {number} total_variation In [0, 1]: the share of attention that lies elsewhere, 1 - sim.
 * @property {number} cc Correlation, in [-1, 1]; NaN where one is uniform.
 * @property {number} sim Similarity, in [0, 1].
 * @property {number} kld_a_b KL(a || b) in nats: how badly b predicts where people look in a.
 * @property {number} kld_b_a
 *
 * @typedef {object} AreaChange
 * @property {string} name
 * @property {number} change B's share of attention less A's.
 * @property {AreaShare} a Where it lies in several folds, its largest part.
 * @property {AreaShare} b
 * @property {boolean} isTakenOver Whether it is looked for where it lies in A.
 */

import { resized } from "./density.js";
import { boundsOf } from "./polygons.js";

const ROUNDING = 1e-6; // pixels that an edge may be off after scaling
const EPSILON = 2 ** -52; // keeps pixels that one design calls impossible finite

/**
 * Two densities of any sizes, at the same relative positions: both at the lesser height and width.
 *
 * @param {Density} a
 * @param {Density} b
 * @returns {Difference}
 */
export function compareDesigns(a, b) {
  const size = /** @type {Size} */ ([Math.min(a.size[0], b.size[0]), Math.min(a.size[1], b.size[1])]);
  const [p, q] = [onGrid(a, size), onGrid(b, size)];
  let shared = 0;
  for (let i = 0; i < p.length; i++) shared += Math.min(p[i], q[i]);
  return {
    total_variation: 1 - shared,
    cc: correlation(p, q),
    sim: shared,
    // never negative, but for the epsilon
    kld_a_b: Math.max(divergence(p, q), 0),
    kld_b_a: Math.max(divergence(q, p), 0),
  };
}

/**
 * Where the areas of A lie in B: an area of B that has the name is it; all others are looked for at the same
 * place, relative to what is seen at once. Those that would reach out of B are left out.
 *
 * @param {Area[]} areas Of A.
 * @param {Area[]} areasB Of B.
 * @param {[Prediction, Prediction]} predictions
 * @returns {{areas: Area[], takenOver: Set<string>}} In the order of A's.
 */
export function pairedAreas(areas, areasB, predictions) {
  const [from, into] = screensOf(predictions);
  const [down, across] = [into[0] / from[0], into[1] / from[1]];
  const given = new Map(areasB.map((area) => [area.name, area]));
  /** @type {Area[]} */
  const paired = areas.map(
    (area) =>
      given.get(area.name) ?? { ...area, corners: area.corners.map(([x, y]) => [x * across, y * down]) },
  );
  const inside = paired.filter(({ corners }) => isInside(corners, predictions[1]));
  return {
    areas: inside,
    takenOver: new Set(inside.map(({ name }) => name).filter((name) => !given.has(name))),
  };
}

/**
 * Each area's share of attention in both designs, in the order of the areas; only those that lie in both.
 *
 * @param {Area[]} areas
 * @param {AreaShare[]} a
 * @param {AreaShare[]} b
 * @param {Set<string>} takenOver
 * @returns {AreaChange[]}
 */
export function areaChanges(areas, a, b, takenOver) {
  const [first, second] = [largestParts(a), largestParts(b)];
  return areas.flatMap(({ name }) => {
    const [one, other] = [first.get(name), second.get(name)];
    if (!one || !other) return [];
    return [
      { name, change: other.attention - one.attention, a: one, b: other, isTakenOver: takenOver.has(name) },
    ];
  });
}

/**
 * A change as a row of Python's table.
 *
 * @param {AreaChange} change
 * @returns {Record<string, string | number>}
 */
export function rowOf({ name, change, a, b, isTakenOver }) {
  const shares = /** @type {const} */ (["attention", "times_chance", "seen"]);
  const pairs = [...shares, .../** @type {const} */ (["fold", "x", "y", "width", "height"])].flatMap((key) => [
    [`${key}_a`, a[key]],
    [`${key}_b`, b[key]],
  ]);
  return { name, change, ...Object.fromEntries(pairs), place_b: isTakenOver ? "from A" : "given" };
}

/**
 * What places in two designs are relative to: the designs; where one has folds, one scale for both, since a
 * longer page is no larger one.
 *
 * @param {[Prediction, Prediction]} predictions
 * @returns {[Size, Size]}
 */
function screensOf(predictions) {
  if (predictions.every(({ folds }) => folds.length === 1)) {
    return /** @type {[Size, Size]} */ (predictions.map(({ height, width }) => [height, width]));
  }
  const isTall = predictions.some(({ height, width }) => height > width);
  return /** @type {[Size, Size]} */ (
    predictions.map(({ height, width }) => (isTall ? [width, width] : [height, height]))
  );
}

/**
 * @param {import("./polygons.js").Corner[]} corners
 * @param {Prediction} prediction
 */
function isInside(corners, { width, height }) {
  const { x, y, width: across, height: down } = boundsOf(corners);
  return Math.min(x, y, width - x - across, height - y - down) >= -ROUNDING;
}

/** @param {AreaShare[]} rows */
function largestParts(rows) {
  /** @type {Map<string, AreaShare>} */
  const found = new Map();
  for (const row of rows) {
    const other = found.get(row.name);
    if (!other || row.size > other.size) found.set(row.name, row);
  }
  return found;
}

/**
 * A density at another size, bilinear and antialiased; sums to 1 again.
 *
 * @param {Density} density
 * @param {Size} size
 */
function onGrid({ values, size: own }, size) {
  const isSame = own[0] === size[0] && own[1] === size[1];
  const placed = Float64Array.from(isSame ? values : resized(Float32Array.from(values), own, size));
  const total = placed.reduce((sum, value) => sum + value, 0);
  return placed.map((value) => value / total);
}

/**
 * @param {Float64Array} p
 * @param {Float64Array} q
 */
function correlation(p, q) {
  const mean = 1 / p.length;
  let [pq, pp, qq] = [0, 0, 0];
  for (let i = 0; i < p.length; i++) {
    pq += (p[i] - mean) * (q[i] - mean);
    pp += (p[i] - mean) ** 2;
    qq += (q[i] - mean) ** 2;
  }
  return pp > 0 && qq > 0 ? pq / Math.sqrt(pp * qq) : NaN;
}

/**
 * KL(q || p) in nats.
 *
 * @param {Float64Array} q
 * @param {Float64Array} p
 */
function divergence(q, p) {
  let sum = 0;
  for (let i = 0; i < q.length; i++) sum += q[i] * Math.log(EPSILON + q[i] / (p[i] + EPSILON));
  return sum;
}
