/**
 * A part of an image laid into a network's frame; the twin of Placement.place_image.
 *
 * @typedef {import("../model/predictor.js").Size} Size
 * @typedef {import("./resize.js").Pixels} Pixels
 */

import { placementOf } from "./placement.js";
import { resized } from "./resize.js";

const GRAY = 128; // where there is no image

/**
 * @param {Pixels} pixels Perhaps reduced.
 * @param {{x: number, y: number, width: number, height: number}} part Of these pixels.
 * @param {Size} size The part's own, in pixels of the image.
 * @param {Size} frame
 * @param {"stretch" | "letterbox" | "crop"} fit
 * @returns {Uint8Array | Uint8ClampedArray} RGB of the frame, row by row.
 */
export function placed(pixels, part, size, frame, fit) {
  const cut = cutOut(pixels, part);
  if (fit === "stretch") return resized(cut, frame).values;
  const { content, shift } = placementOf(size, frame, fit);
  if (fit === "letterbox") return letterboxed(resized(cut, content), shift, frame);
  const [[y, bottom], [x, right]] = [cut.height, cut.width].map((side, axis) => [
    Math.max(0, (-shift[axis] / content[axis]) * side),
    Math.min(side, ((frame[axis] - shift[axis]) / content[axis]) * side),
  ]);
  return resized(cut, frame, { x, y, width: right - x, height: bottom - y }).values;
}

/**
 * @param {Pixels} pixels
 * @param {{x: number, y: number, width: number, height: number}} part
 * @returns {Pixels}
 */
export function cutOut(pixels, { x, y, width, height }) {
  if (width === pixels.width) {
    const values = pixels.values.subarray(3 * width * y, 3 * width * (y + height));
    return { width, height, values };
  }
  const values = new Uint8Array(3 * width * height);
  for (let row = 0; row < height; row++) {
    const start = 3 * ((y + row) * pixels.width + x);
    values.set(pixels.values.subarray(start, start + 3 * width), 3 * width * row);
  }
  return { width, height, values };
}

/**
 * @param {Pixels} pixels
 * @param {Size} shift
 * @param {Size} frame
 */
function letterboxed(pixels, [top, left], [height, width]) {
  const values = new Uint8Array(3 * height * width).fill(GRAY);
  for (let row = 0; row < pixels.height; row++) {
    const line = pixels.values.subarray(3 * pixels.width * row, 3 * pixels.width * (row + 1));
    values.set(line, 3 * (width * (top + row) + left));
  }
  return values;
}
