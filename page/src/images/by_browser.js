/** WebP, GIF, BMP and AVIF, decoded by the browser. */

const BAND = 2 ** 22; // pixels that are read from a canvas at a time

/**
 * The pixels, upright, on white, without color management.
 *
 * @param {Uint8Array<ArrayBuffer>} data
 * @param {(width: number, height: number) => void} check Throws where there are too many pixels.
 * @returns {Promise<import("./resize.js").Pixels>}
 */
export async function decodeByBrowser(data, check) {
  const bitmap = await createImageBitmap(new Blob([data]), { colorSpaceConversion: "none" }).catch(() => null);
  if (!bitmap) throw new Error("is damaged, or of a kind that this browser does not read");
  const { width, height } = bitmap;
  check(width, height);
  const rows = Math.min(height, Math.max(1, Math.floor(BAND / width)));
  const canvas = new OffscreenCanvas(width, rows);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("cannot be decoded, since the browser has no memory left");
  const values = new Uint8Array(3 * width * height);
  context.fillStyle = "white";
  for (let top = 0, to = 0; top < height; top += rows) {
    const count = Math.min(rows, height - top);
    context.fillRect(0, 0, width, rows);
    context.drawImage(bitmap, 0, -top);
    const { data: shown } = context.getImageData(0, 0, width, count);
    for (let from = 0; from < shown.length; from += 4) {
      values[to++] = shown[from];
      values[to++] = shown[from + 1];
      values[to++] = shown[from + 2];
    }
  }
  bitmap.close();
  return { width, height, values };
}
