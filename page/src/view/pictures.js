/** Images as the browser shows them. */

import { boundedSize } from "./maps.js";

const SHOWN = 2 ** 21; // pixels of a picture on the stage

/**
 * An image, upright, no larger than it is shown.
 *
 * @param {Blob} file
 * @returns {Promise<HTMLCanvasElement | null>} null where the browser cannot show it.
 */
export async function pictureOf(file) {
  const image = await decoded(file);
  if (!image) return null;
  const [height, width] = boundedSize(image, SHOWN);
  const canvas = drawnAt(image, [height, width]);
  image.close();
  return canvas;
}

/**
 * @param {Blob} file
 * @returns {Promise<ImageBitmap | null>}
 */
export function decoded(file) {
  return createImageBitmap(file).catch(() => null);
}

/**
 * @param {ImageBitmap | HTMLCanvasElement} image
 * @param {import("../model/predictor.js").Size} size
 */
export function drawnAt(image, [height, width]) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = contextOf(canvas);
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width, height);
  return canvas;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {string} type
 * @param {number} [quality]
 * @returns {Promise<Blob>}
 */
export function blobOf(canvas, type, quality) {
  return new Promise((done, failed) => {
    const take = (/** @type {Blob | null} */ blob) =>
      blob ? done(blob) : failed(new Error("the picture is too large for this browser"));
    canvas.toBlob(take, type, quality);
  });
}

/** @param {HTMLCanvasElement} canvas */
export function contextOf(canvas) {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser cannot draw on a canvas.");
  return context;
}
