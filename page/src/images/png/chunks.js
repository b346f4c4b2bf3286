/**
 * A PNG file -> its samples, as they are stored.
 *
 * A canvas gives no more than 8 bits, mixes transparency and manages colors; Python does none of it.
 *
 * @typedef {object} Png
 * @property {number} width
 * @property {number} height
 * @property {number} bits Of a sample.
 * @property {number} channels
 * @property {boolean} isPalette
 * @property {Uint8Array | Uint16Array} samples Row by row; of less than 8 bits one in each byte.
 * @property {Uint8Array | null} palette RGB.
 * @property {Uint8Array | null} transparency Which gray or color is transparent, or the palette's alpha.
 * @property {number | null} significant Bits of the first channel that are, where the file says so.
 *
 * @typedef {{width: number, height: number, bits: number, color: number, isInterlaced: boolean}} Header
 */

import { unpacked } from "../../unpacked.js";
import { joined, unfiltered } from "./rows.js";

const CHANNELS = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
]);
const PALETTE = 3;
// of interlaced files: the first column and row of each pass, and the steps across and down
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/**
 * The parts of a file, by name: the first of each, and of the pixels all.
 *
 * @param {Uint8Array} data
 * @returns {{first: Map<string, Uint8Array>, pixels: Uint8Array[]}}
 */
export function chunksOf(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  /** @type {Map<string, Uint8Array>} */
  const first = new Map();
  const pixels = [];
  for (let place = 8; place + 8 <= data.length; ) {
    const length = view.getUint32(place);
    const name = String.fromCharCode(...data.subarray(place + 4, place + 8));
    const content = data.subarray(place + 8, place + 8 + length);
    if (name === "IDAT") pixels.push(content);
    else if (!first.has(name)) first.set(name, content);
    place += length + 12;
  }
  return { first, pixels };
}

/**
 * @param {Map<string, Uint8Array>} first
 * @returns {Header}
 */
export function headerOf(first) {
  const header = first.get("IHDR");
  if (!header || header.length < 13) throw new Error("is damaged: it has no size");
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [bits, color, , , interlaced] = header.subarray(8);
  return { width: view.getUint32(0), height: view.getUint32(4), bits, color, isInterlaced: interlaced === 1 };
}

/**
 * @param {Uint8Array} data
 * @returns {Promise<Png>}
 */
export async function readPng(data) {
  const { first, pixels } = chunksOf(data);
  const { width, height, bits, color, isInterlaced } = headerOf(first);
  const channels = CHANNELS.get(color);
  if (!channels || ![1, 2, 4, 8, 16].includes(bits) || !width || !height) throw new Error("is damaged: its header makes no sense");
  const packed = new Uint8Array(await new Blob(/** @type {BlobPart[]} */ (pixels)).arrayBuffer());
  const raw = await unpacked(packed, "deflate").catch(() => {
    throw new Error("is damaged or cut off");
  });
  const make = bits === 16 ? Uint16Array : Uint8Array;
  const samples = new make(width * height * channels);
  let place = 0;
  for (const [left, top, across, down] of isInterlaced ? PASSES : [[0, 0, 1, 1]]) {
    const columns = Math.max(0, Math.ceil((width - left) / across));
    const rows = Math.max(0, Math.ceil((height - top) / down));
    if (!columns || !rows) continue;
    const line = Math.ceil((columns * bits * channels) / 8);
    const part = raw.subarray(place, place + rows * (line + 1));
    if (part.length < rows * (line + 1)) throw new Error("is cut off");
    unfiltered(part, line, rows, Math.ceil((bits * channels) / 8));
    joined(part, line, rows, columns, channels, bits, samples, { left, top, across, down, width });
    place += part.length;
  }
  return {
    width,
    height,
    bits,
    channels,
    isPalette: color === PALETTE,
    samples,
    palette: first.get("PLTE") ?? null,
    transparency: first.get("tRNS") ?? null,
    significant: first.get("sBIT")?.[0] ?? null,
  };
}
