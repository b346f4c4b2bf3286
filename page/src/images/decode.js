/**
 * An image file -> uint8 RGB, upright; the twin of gazemap.images.reading.
 *
 * @typedef {import("../model/predictor.js").Size} Size
 * @typedef {import("./resize.js").Pixels} Pixels
 * @typedef {(size: Size) => Size} Needed What is enough of an image of that size.
 *
 * @typedef {object} Decoded
 * @property {Pixels} pixels Perhaps reduced, but not below what is needed.
 * @property {Size} size The image's own.
 * @property {string[]} notes What was assumed of its brightness.
 */

import { decodeByBrowser, orientationOfWebp } from "./by_browser.js";
import { kindOf } from "./formats.js";
import { readHeader } from "./jpeg/header.js";
import { decodeJpeg } from "./jpeg/jpeg.js";
import { isSideways, orientationOf, turned } from "./orientation.js";
import { chunksOf, headerOf, readPng } from "./png/chunks.js";
import { toRgb } from "./png/colors.js";
import { reduced } from "./reduce.js";

const MOST = 170_000_000; // pixels
const LARGE = 2 ** 24; // pixels from which images of all formats are reduced
const PER_BYTE = 10_000; // pixels of a large image; no more can be meant by one byte of a photo

/**
 * @param {Blob} file
 * @param {Needed} needed
 * @returns {Promise<Decoded>}
 */
export async function decode(file, needed) {
  const data = new Uint8Array(await file.arrayBuffer());
  const kind = kindOf(data);
  try {
    if (kind === "jpeg") return ofJpeg(data, needed);
    if (kind === "png") return await ofPng(data, needed);
    return await ofOther(data, kind, needed);
  } catch (error) {
    if (error instanceof RangeError) throw new Error("The image is too large for the memory of the browser. Make it smaller first.");
    const cause = error instanceof Error ? error.message : String(error);
    throw new Error(`The image ${cause}. Choose another file, or save it anew as PNG or JPEG.`);
  }
}

/**
 * A JPEG at 1/2, 1/4 or 1/8 of its size where that is enough.
 *
 * @param {Uint8Array} data
 * @param {Needed} needed
 * @returns {Decoded}
 */
function ofJpeg(data, needed) {
  const { frame, exif, xmp } = readHeader(data);
  check(frame.width, frame.height, data.length);
  const orientation = orientationOf(exif, xmp);
  const [height, width] = sidesOf(frame, orientation, needed);
  const times = Math.min(Math.floor(frame.width / width), Math.floor(frame.height / height));
  const denominator = times >= 8 ? 8 : times >= 4 ? 4 : times >= 2 ? 2 : 1;
  return upright(decodeJpeg(data, denominator), frame, orientation, needed, []);
}

/**
 * @param {Uint8Array} data
 * @param {Needed} needed
 * @returns {Promise<Decoded>}
 */
async function ofPng(data, needed) {
  const { first } = chunksOf(data);
  const { width, height } = headerOf(first);
  check(width, height, data.length);
  const orientation = orientationOf(first.get("eXIf") ?? null, first.get("iTXt") ?? null);
  const { values, notes } = toRgb(await readPng(data));
  return upright({ width, height, values }, { width, height }, orientation, needed, notes);
}

/**
 * @param {Uint8Array<ArrayBuffer>} data
 * @param {import("./formats.js").Kind} kind
 * @param {Needed} needed
 * @returns {Promise<Decoded>}
 */
async function ofOther(data, kind, needed) {
  const pixels = await decodeByBrowser(data, kind, (width, height) => check(width, height, data.length));
  return upright(pixels, pixels, kind === "webp" ? orientationOfWebp(data) : 1, needed, []);
}

/**
 * @param {Pixels} pixels As they are stored, perhaps at a part of their size.
 * @param {{width: number, height: number}} whole As it is stored.
 * @param {number} orientation
 * @param {Needed} needed
 * @param {string[]} notes
 * @returns {Decoded}
 */
function upright(pixels, whole, orientation, needed, notes) {
  let factor = 1;
  if (pixels.width * pixels.height > LARGE) {
    const [height, width] = sidesOf(whole, orientation, needed);
    factor = Math.max(1, Math.min(Math.floor(pixels.width / width), Math.floor(pixels.height / height)));
  }
  return { pixels: turned(reduced(pixels, factor), orientation), size: sizeOf(whole, orientation), notes };
}

/**
 * @param {{width: number, height: number}} whole
 * @param {number} orientation
 * @returns {Size}
 */
function sizeOf({ width, height }, orientation) {
  return isSideways(orientation) ? [width, height] : [height, width];
}

/**
 * What is needed of the image as it is stored.
 *
 * @param {{width: number, height: number}} whole
 * @param {number} orientation
 * @param {Needed} needed
 * @returns {Size}
 */
function sidesOf(whole, orientation, needed) {
  const [height, width] = needed(sizeOf(whole, orientation)).map((side) => Math.max(1, Math.ceil(side)));
  return isSideways(orientation) ? [width, height] : [height, width];
}

/**
 * Refuse too many pixels, before they are decoded.
 *
 * @param {number} width
 * @param {number} height
 * @param {number} bytes
 */
function check(width, height, bytes) {
  const pixels = width * height;
  const text = (/** @type {number} */ value) => value.toLocaleString("en");
  if (pixels > MOST) throw new Error(`has ${width} x ${height} pixels, and up to ${text(MOST)} are read`);
  if (pixels > Math.max(LARGE, PER_BYTE * bytes)) throw new Error(`promises ${text(pixels)} pixels in ${text(bytes)} bytes: it is cut off or a bomb`);
}
