/**
 * WebP, GIF, BMP and AVIF, decoded by the browser.
 *
 * Where the bitmap keeps transparency apart from colors, a canvas gives back what a file has, but for colors that
 * shine through; laid on white, they are Python's to the last bit.
 */

import { onWhite } from "./colors.js";
import { orientationOf } from "./orientation.js";

const BAND = 2 ** 22; // pixels that are read from a canvas at a time

/**
 * The pixels on white, without color management.
 *
 * @param {Uint8Array<ArrayBuffer>} data
 * @param {import("./formats.js").Kind} kind
 * @param {(width: number, height: number) => void} check Throws where there are too many pixels.
 * @returns {Promise<import("./resize.js").Pixels>} Of WebP as they are stored, and else upright.
 */
export async function decodeByBrowser(data, kind, check) {
  const bitmap = await createImageBitmap(new Blob([data]), {
    colorSpaceConversion: "none",
    premultiplyAlpha: "none",
    imageOrientation: kind === "webp" ? "none" : "from-image", // browsers disagree on the EXIF of WebP
  }).catch(() => null);
  if (!bitmap) throw new Error("is damaged, or of a kind that this browser does not read");
  const { width, height } = bitmap;
  check(width, height);
  const rows = Math.min(height, Math.max(1, Math.floor(BAND / width)));
  const context = new OffscreenCanvas(width, rows).getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("cannot be decoded, since the browser has no memory left");
  const values = new Uint8Array(3 * width * height);
  for (let top = 0, to = 0; top < height; top += rows) {
    context.clearRect(0, 0, width, rows);
    context.drawImage(bitmap, 0, -top);
    const { data: shown } = context.getImageData(0, 0, width, Math.min(rows, height - top));
    for (let from = 0; from < shown.length; from += 4) {
      const alpha = shown[from + 3];
      if (alpha < 255 && kind === "avif") throw new Error("is an AVIF with transparency, which browsers read differently");
      for (let color = from; color < from + 3; color++) values[to++] = onWhite(shown[color], alpha);
    }
  }
  bitmap.close();
  return { width, height, values };
}

/**
 * Which way is up in a WebP file.
 *
 * @param {Uint8Array} data
 */
export function orientationOfWebp(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  /** @type {Map<string, Uint8Array>} */
  const chunks = new Map();
  for (let place = 12; place + 8 <= data.length; ) {
    const name = String.fromCharCode(...data.subarray(place, place + 4));
    const length = view.getUint32(place + 4, true);
    chunks.set(name, data.subarray(place + 8, place + 8 + length));
    place += 8 + length + (length % 2);
  }
  const exif = chunks.get("EXIF");
  const start = exif && String.fromCharCode(...exif.subarray(0, 4)) === "Exif" ? 6 : 0;
  return orientationOf(exif?.subarray(start) ?? null, chunks.get("XMP ") ?? null);
}
