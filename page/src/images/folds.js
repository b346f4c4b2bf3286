/**
 * The screens in which somebody sees an image that is longer than a screen; the twin of gazemap.images.folds.
 *
 * @typedef {import("../model/predictor.js").Size} Size
 * @typedef {{fold: number, x: number, y: number, width: number, height: number}} Place
 */

import { roundHalfToEven } from "./placement.js";

const LONGEST = 2; // times as long as wide: beyond it is more than a screen
const SCREEN = 0.625; // height over width of a screen, 16:10, where none is stated
const LEAST = 100; // pixels of a page's shorter side; banners of advertisements are below
const MOST = 100; // folds of one image

/**
 * What is seen at once, as it is typed.
 *
 * @param {string | null} viewport "1280x800", "whole", or null: chosen by the image's shape.
 * @returns {Size | "whole" | null}
 */
export function parseViewport(viewport) {
  if (viewport === null || viewport === "whole") return viewport;
  const match = /^\s*(\d{1,9})[xX](\d{1,9})\s*$/.exec(viewport);
  const size = match && /** @type {Size} */ ([Number(match[2]), Number(match[1])]);
  if (!size || !size[0] || !size[1]) {
    throw new Error(`A viewport must be WIDTHxHEIGHT in pixels of the image, such as 1280x800, or whole. It was “${viewport}”.`);
  }
  return size;
}

/**
 * The folds of an image, from the top and from the left; see Python's `folds_of`.
 *
 * @param {Size} size Of the image.
 * @param {Size | "whole" | null} viewport
 * @returns {Place[]}
 */
export function foldsOf(size, viewport) {
  const view = viewport === null ? byShape(size) : viewport === "whole" ? size : viewport;
  const height = Math.min(view[0], size[0]);
  const width = Math.min(view[1], size[1]);
  const down = Math.ceil(size[0] / height);
  const across = Math.ceil(size[1] / width);
  if (down * across > MOST) {
    if (viewport === null) return foldsOf(size, "whole");
    throw new Error(
      `An image of ${size[1]} x ${size[0]} has ${(down * across).toLocaleString("en")} viewports of ${width} x ${height}; ` +
        `up to ${MOST} are predicted. State a larger one, in pixels of the image.`,
    );
  }
  return Array.from({ length: down * across }, (_, i) => ({
    fold: i + 1,
    x: Math.min((i % across) * width, size[1] - width),
    y: Math.min(Math.floor(i / across) * height, size[0] - height),
    width,
    height,
  }));
}

/**
 * The same fold of an image of another size, in whole pixels; at least one.
 *
 * @param {Place} fold
 * @param {Size} size Of the image.
 * @param {Size} into
 * @returns {Place}
 */
export function scaledFold(fold, size, into) {
  /** @param {number} start @param {number} length @param {number} old @param {number} made */
  const scaled = (start, length, old, made) => {
    const low = Math.min(roundHalfToEven((start * made) / old), made - 1);
    return [low, Math.max(roundHalfToEven(((start + length) * made) / old) - low, 1)];
  };
  const [y, height] = scaled(fold.y, fold.height, size[0], into[0]);
  const [x, width] = scaled(fold.x, fold.width, size[1], into[1]);
  return { fold: fold.fold, x, y, width, height };
}

/**
 * What must be said of an image that is predicted in these folds.
 *
 * @param {Size} size
 * @param {Place[]} folds
 * @param {Size | "whole" | null} viewport
 * @returns {string[]}
 */
export function foldNotes(size, folds, viewport) {
  const shape = `${size[1]} x ${size[0]}`;
  if (folds.length > 1) {
    const done =
      `predicted in ${folds.length} folds (screens) of ${folds[0].width} x ${folds[0].height}, ` +
      "each with shares of its own that sum to 100 %";
    if (viewport !== null) return [`${shape}: ${done}`];
    const like = size[0] > size[1] ? "as of a phone" : "as a panorama may be";
    return [
      `${shape}, longer than 2:1: ${done}. If all of it is seen at once, ${like}, give --viewport ` +
        `${size[1]}x${size[0]}; for other screens --viewport WIDTHxHEIGHT`,
    ];
  }
  if (!isLong(size)) return [];
  return [
    `${shape}, longer than 2:1, is predicted as one picture, squeezed into the network's frame: what ` +
      "is small or near an end gets less attention than on a screen of its own",
  ];
}

/** @param {Size} size */
export function isLong(size) {
  return Math.max(...size) > LONGEST * Math.min(...size);
}

/**
 * @param {Size} size
 * @returns {Size}
 */
function byShape([height, width]) {
  if (!isLong([height, width]) || Math.min(height, width) < LEAST) return [height, width];
  return height > width ? [roundHalfToEven(width * SCREEN), width] : [height, roundHalfToEven(height / SCREEN)];
}
