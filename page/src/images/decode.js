/**
 * An image file -> uint8 RGB, upright; the twin of gazemap.images.reading.
 *
 * @typedef {import("../model/predictor.js").Size} Size
 * @typedef {import("./resize.js").Pixels} Pixels
 *
 * @typedef {object} Decoded
 * @property {Pixels} pixels Perhaps reduced, and then at least twice the size that is needed.
 * @property {Size} size The image's own.
 * @property {string[]} notes What was assumed of its brightness.
 */

/**
 * @param {Blob} file
 * @param {(size: Size) => Size} needed
 * @returns {Promise<Decoded>}
 */
export async function decode(file, needed) {
  void needed;
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: "none" }).catch(() => null);
  if (!bitmap) throw new Error("This file is no image that the browser can read. Save it as PNG or JPEG.");
  const { height, width } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const values = new Uint8Array(3 * width * height);
  for (let i = 0, at = 0; i < data.length; i += 4) {
    values[at++] = data[i];
    values[at++] = data[i + 1];
    values[at++] = data[i + 2];
  }
  return { pixels: { height, width, values }, size: [height, width], notes: [] };
}
