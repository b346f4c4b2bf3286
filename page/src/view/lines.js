/**
 * Lines on an image: around what holds most of the attention, and where folds begin; see
 * gazemap.prediction.pictures.
 *
 * @typedef {import("../model/predictor.js").Size} Size
 * @typedef {import("../model/predictor.js").Fold} Fold
 * @typedef {import("../model/predictor.js").Prediction} Prediction
 * @typedef {import("./store.js").Entry} Entry
 */

import { cssColor } from "../density/colors.js";
import { levelsHolding, outline, SHARES } from "../density/contours.js";
import { densityOf } from "../density/density.js";
import { scaledFold } from "../images/folds.js";
import { boundedSize } from "./maps.js";

const TRACED = 2 ** 18; // pixels of the density that lines are drawn around

/** @param {number} index Of a share; the smallest region's line is the brightest. */
export function contourColor(index) {
  return cssColor(0.95 - (0.33 * index) / (SHARES.length - 1));
}

/**
 * For each share the lines around the smallest regions that hold it, as a path in pixels of the image.
 *
 * @param {Prediction} prediction
 * @returns {string[]}
 */
export function contourPaths(prediction) {
  const own = /** @type {Size} */ ([prediction.height, prediction.width]);
  const size = boundedSize(prediction, TRACED);
  const paths = SHARES.map(() => "");
  for (const fold of prediction.folds) {
    const place = scaledFold(fold, own, size);
    const density = densityOf(fold, [place.height, place.width]);
    const start = startOf(fold, prediction.folds);
    levelsHolding(density, SHARES).forEach((level, i) => {
      paths[i] += pathOf(outline(density, [place.height, place.width], level), fold, place, start);
    });
  }
  return paths;
}

/**
 * Where a fold begins to be shown: where those before it end.
 *
 * @param {Fold} fold
 * @param {Fold[]} folds
 */
export function startOf(fold, folds) {
  return {
    x: Math.max(0, ...folds.filter(({ x }) => x < fold.x).map(({ x, width }) => x + width)),
    y: Math.max(0, ...folds.filter(({ y }) => y < fold.y).map(({ y, height }) => y + height)),
  };
}

/**
 * @param {import("../density/contours.js").Segment[]} segments In pixels of the density.
 * @param {Fold} fold
 * @param {{width: number, height: number}} place Of the density.
 * @param {{x: number, y: number}} start
 */
function pathOf(segments, fold, place, start) {
  const [across, down] = [fold.width / place.width, fold.height / place.height];
  const point = (/** @type {number} */ x, /** @type {number} */ y) => {
    const within = [Math.min(Math.max(x, 0), place.width), Math.min(Math.max(y, 0), place.height)];
    return [fold.x + within[0] * across, fold.y + within[1] * down];
  };
  return segments
    .map(([x, y, u, v]) => [...point(x, y), ...point(u, v)])
    .filter(([x, y, u, v]) => Math.max(x, u) >= start.x && Math.max(y, v) >= start.y)
    .map((line) => line.map((value) => value.toFixed(2)))
    .map(([x, y, u, v]) => `M${x} ${y}L${u} ${v}`)
    .join("");
}
