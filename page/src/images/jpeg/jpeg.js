/**
 * A JPEG file -> RGB, at its own size, or at 1/2, 1/4 or 1/8 of it.
 *
 * Python decodes large files at a fraction, which no browser does, and the predictions differ by percents if
 * the pixels are made in another way. What a browser decodes depends on its color management, too.
 *
 * @typedef {import("./scan.js").Plane} Plane
 * @typedef {import("./header.js").Frame} Frame
 */

import { Bits, codesOf } from "./bits.js";
import { colorsOf, toRgb } from "./colors.js";
import * as header from "./header.js";
import { transformOf } from "./samples.js";
import { readScanInto } from "./scan.js";
import { upsampled } from "./upsample.js";

/**
 * @param {Uint8Array} data
 * @param {1 | 2 | 4 | 8} denominator
 * @returns {import("../resize.js").Pixels} As they are stored: which way is up is not looked at.
 */
export function decodeJpeg(data, denominator) {
  const { frame, isJfif, adobe } = header.readHeader(data);
  const most = { across: largest(frame, "across"), down: largest(frame, "down") };
  const parts = frame.components.map((component) => partOf(frame, component, most, 8 / denominator));
  readAll(data, frame, most, parts);
  const width = Math.ceil(frame.width / denominator);
  const height = Math.ceil(frame.height / denominator);
  const planes = parts.map(({ samples, across, down }) => upsampled(samples, across, down, denominator < 8));
  const ids = frame.components.map(({ id }) => id);
  return { width, height, values: toRgb(planes, colorsOf(ids, isJfif, adobe), width, height) };
}

/**
 * @param {Frame} frame
 * @param {"across" | "down"} direction
 */
function largest({ components }, direction) {
  return Math.max(...components.map((component) => component[direction]));
}

/**
 * One component: its blocks, the samples that become of them, and how many pixels each of these stands for.
 *
 * @param {Frame} frame
 * @param {import("./header.js").Component} component
 * @param {{across: number, down: number}} most
 * @param {number} least Samples of a block's side where a component has all samples.
 */
function partOf(frame, component, most, least) {
  let side = least; // a component of fewer samples is not reduced as far, if that makes it whole
  const isWhole = (/** @type {number} */ all, /** @type {number} */ own) => (all * least) % (own * side * 2) === 0;
  while (side < 8 && isWhole(most.across, component.across) && isWhole(most.down, component.down)) side *= 2;
  const columns = Math.ceil((frame.width * component.across) / (8 * most.across));
  const rows = Math.ceil((frame.height * component.down) / (8 * most.down));
  const stride = Math.ceil(frame.width / (8 * most.across)) * component.across;
  const stored = Math.ceil(frame.height / (8 * most.down)) * component.down;
  const width = Math.ceil((frame.width * component.across * side) / (8 * most.across));
  const height = Math.ceil((frame.height * component.down * side) / (8 * most.down));
  return {
    plane: /** @type {Plane} */ ({
      across: component.across,
      down: component.down,
      columns,
      rows,
      stride,
      kept: stored,
      coefficients: new Int16Array(0),
      previous: 0,
    }),
    table: component.table,
    side,
    transformed: transformOf(side),
    samples: { width, height, stride: stride * side, values: new Uint8ClampedArray(stride * side * stored * side) },
    across: (most.across * least) / (component.across * side),
    down: (most.down * least) / (component.down * side),
  };
}

/**
 * Read the scans, and make samples of the coefficients: a row at a time where one scan has them all.
 *
 * @param {Uint8Array} data
 * @param {Frame} frame
 * @param {{across: number, down: number}} most
 * @param {ReturnType<typeof partOf>[]} parts
 */
function readAll(data, frame, most, parts) {
  /** @type {{dc: import("./bits.js").Codes[], ac: import("./bits.js").Codes[]}} */
  const tables = { dc: [], ac: [] };
  /** @type {Int32Array[]} */
  const quantizations = [];
  const units = /** @type {[number, number]} */ ([
    Math.ceil(frame.height / (8 * most.down)),
    Math.ceil(frame.width / (8 * most.across)),
  ]);
  let interval = 0;
  let scans = 0;
  let isAtOnce = false;
  let segment = header.nextSegment(data, 2);
  while (segment && segment.kind !== header.END) {
    const { kind, start, end } = segment;
    let place = end;
    if (kind === header.HUFFMAN) readCodes(data, segment, tables);
    if (kind === header.QUANTIZATION) readQuantizations(data, segment, quantizations);
    if (kind === header.RESTARTS) interval = header.word(data, start);
    if (kind === header.START_OF_SCAN) {
      const scan = header.readScan(data, segment, frame);
      isAtOnce = !frame.isProgressive && scan.components.length === parts.length;
      if (scans++ === 0) for (const { plane } of parts) allocate(plane, isAtOnce);
      const bits = new Bits(data, end);
      const planes = scan.components.map(({ index }) => parts[index].plane);
      for (const plane of planes) plane.previous = 0;
      readScanInto(bits, scan, frame.isProgressive, planes, tables, interval, units, (row) => {
        if (isAtOnce) for (const part of parts) transform(part, quantizations, row, row + 1);
      });
      bits.check();
      place = bits.place;
      if (isAtOnce) return;
    }
    segment = header.nextSegment(data, place);
  }
  if (!scans) throw new Error("is damaged: it has no pixels");
  if (!segment) throw new Error("is cut off"); // the scans that are missing would make it finer
  for (const part of parts) transform(part, quantizations, 0, units[0]);
}

/**
 * @param {Plane} plane
 * @param {boolean} isAtOnce
 */
function allocate(plane, isAtOnce) {
  if (isAtOnce) plane.kept = plane.down;
  plane.coefficients = new Int16Array(64 * plane.stride * plane.kept);
}

/**
 * Make samples of rows of units, and forget their coefficients.
 *
 * @param {ReturnType<typeof partOf>} part
 * @param {Int32Array[]} quantizations
 * @param {number} first
 * @param {number} last The one after.
 */
function transform({ plane, table, side, transformed, samples }, quantizations, first, last) {
  const quantization = quantizations[table];
  if (!quantization) throw new Error("is damaged: it lacks a table");
  for (let row = first * plane.down; row < last * plane.down; row++) {
    for (let column = 0; column < plane.stride; column++) {
      const start = 64 * ((row % plane.kept) * plane.stride + column);
      const place = row * side * samples.stride + column * side;
      transformed(plane.coefficients, start, quantization, samples.values, place, samples.stride);
    }
  }
  plane.coefficients.fill(0);
}

/**
 * @param {Uint8Array} data
 * @param {header.Segment} segment
 * @param {{dc: import("./bits.js").Codes[], ac: import("./bits.js").Codes[]}} tables
 */
function readCodes(data, { start, end }, tables) {
  let place = start;
  while (place + 17 <= end) {
    const counts = data.subarray(place + 1, place + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const symbols = data.subarray(place + 17, place + 17 + total);
    const isAc = data[place] >> 4;
    if (!isAc && symbols.some((symbol) => symbol > 15)) break;
    (isAc ? tables.ac : tables.dc)[data[place] & 15] = codesOf(counts, symbols);
    place += 17 + total;
  }
  if (place !== end) throw new Error("is damaged");
}

/**
 * @param {Uint8Array} data
 * @param {header.Segment} segment
 * @param {Int32Array[]} quantizations
 */
function readQuantizations(data, { start, end }, quantizations) {
  let place = start;
  while (place < end) {
    const isWide = data[place] >> 4;
    const values = Int32Array.from({ length: 64 }, (_, k) =>
      isWide ? header.word(data, place + 1 + 2 * k) : data[place + 1 + k],
    );
    quantizations[data[place] & 15] = values;
    place += 1 + (isWide ? 128 : 64);
  }
  if (place !== end) throw new Error("is damaged");
}
