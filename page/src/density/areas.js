/**
 * Areas of an image and how much of the attention falls on each; the twin of
 * gazemap.analysis.area_shares. An area is a box or a polygon; both are measured alike, and exactly.
 *
 * @typedef {import("./sums.js").FoldSums} FoldSums
 * @typedef {import("./polygons.js").Corner} Corner
 *
 * @typedef {object} Area
 * @property {string} id
 * @property {string} name For people.
 * @property {"box" | "polygon"} kind
 * @property {Corner[]} corners In pixels of the image; those of a box from the upper left one, clockwise.
 *
 * @typedef {object} AreaShare The names are the columns of the table in Python's files, in their order.
 * @property {string} name
 * @property {number} rank 1 for the greatest share of attention; equal shares have one rank.
 * @property {number} attention The share of the fold's attention that falls on the area, in [0, 1].
 * @property {number} size The area's share of the fold's area, in (0, 1].
 * @property {number} times_chance attention / size.
 * @property {number} seen The probability that somebody looks at it within two seconds.
 * @property {number} x The left edge of the area, or of the box around it.
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {number} fold That it lies in, of which all of these are shares.
 */

import { areaOf, boundsOf, clipped, haveOverlap } from "./polygons.js";
import { seenWithin } from "./seen.js";
import { sumWithin } from "./sums.js";

const SLIVER = 1e-6; // pixels of an area that rounding alone leaves in a fold

/**
 * @param {string} id
 * @param {string} name
 * @param {{x: number, y: number, width: number, height: number}} bounds
 * @returns {Area}
 */
export function boxArea(id, name, { x, y, width, height }) {
  const corners = /** @type {Corner[]} */ ([
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ]);
  return { id, name, kind: "box", corners };
}

/**
 * The share of each fold's attention on each area that lies in it, fold by fold, greatest first.
 *
 * @param {FoldSums[]} folds
 * @param {Area[]} areas An area in several folds has a row for its part in each.
 * @returns {AreaShare[]}
 */
export function areaShares(folds, areas) {
  return folds.flatMap((fold) => ranked(areas.flatMap((area) => shareIn(fold, area))));
}

/**
 * Areas that lie in several folds, in sentences.
 *
 * @param {AreaShare[]} rows
 */
export function cutNotes(rows) {
  return namesOf(rows).flatMap((name) => {
    const folds = rows.filter((row) => row.name === name).map((row) => row.fold);
    if (folds.length < 2) return [];
    return [
      `${name} lies in folds ${folds.slice(0, -1).join(", ")} and ${folds.at(-1)}: each row is its part ` +
        "there, and that part's share of the fold.",
    ];
  });
}

/**
 * Areas that share some of the image, in sentences.
 *
 * @param {Area[]} areas
 */
export function overlapNotes(areas) {
  return areas.flatMap((area, index) =>
    areas
      .slice(index + 1)
      .filter((other) => haveOverlap(area.corners, other.corners))
      .map((other) => `${area.name} and ${other.name} overlap: attention on both of them counts for each.`),
  );
}

/** @param {{name: string}[]} rows */
function namesOf(rows) {
  return [...new Set(rows.map((row) => row.name))];
}

/**
 * @param {FoldSums} fold
 * @param {Area} area
 * @returns {Omit<AreaShare, "rank">[]} One, or none where it does not lie there.
 */
function shareIn(fold, area) {
  const corners = clipped(area.corners, fold);
  const bounds = corners.length ? boundsOf(corners) : { x: 0, y: 0, width: 0, height: 0 };
  const share = areaOf(corners) / (fold.width * fold.height);
  if (bounds.width <= SLIVER || bounds.height <= SLIVER || share <= 0) return [];
  const attention = sumWithin(fold, corners);
  const [times_chance, seen] = [attention / share, seenWithin(attention)];
  return [{ name: area.name, attention, size: share, times_chance, seen, ...bounds, fold: fold.fold }];
}

/**
 * @param {Omit<AreaShare, "rank">[]} rows
 * @returns {AreaShare[]}
 */
function ranked(rows) {
  // sums taken in another order differ in their last digits, which must not decide a rank
  const rounded = rows.map((row) => Math.round(row.attention * 1e12));
  return rows
    .map((row, i) => {
      const { name, ...numbers } = row;
      return { name, rank: 1 + rounded.filter((other) => other > rounded[i]).length, ...numbers };
    })
    .sort((a, b) => a.rank - b.rank);
}
