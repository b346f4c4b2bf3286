/**
 * What a JPEG file says before and between its pixels (ITU-T T.81, annex B).
 *
 * @typedef {object} Component
 * @property {number} id
 * @property {number} across Its samples in a minimal coded unit.
 * @property {number} down
 * @property {number} table Of its quantization.
 *
 * @typedef {object} Frame
 * @property {number} width
 * @property {number} height
 * @property {boolean} isProgressive
 * @property {Component[]} components
 *
 * @typedef {{index: number, dc: number, ac: number}} Chosen A component of a scan, and its Huffman tables.
 *
 * @typedef {object} Scan
 * @property {Chosen[]} components
 * @property {number} first The first coefficient, in zigzag order.
 * @property {number} last
 * @property {number} high The bit that was sent before; 0 in the first scan of a coefficient.
 * @property {number} low The bit that is sent.
 *
 * @typedef {{kind: number, start: number, end: number}} Segment Its content, without mark and length.
 */

export const START_OF_SCAN = 0xda;
export const QUANTIZATION = 0xdb;
export const HUFFMAN = 0xc4;
export const RESTARTS = 0xdd;
export const END = 0xd9;
const APPLICATION_0 = 0xe0;
const APPLICATION_1 = 0xe1;
const ADOBE = 0xee;
const SUPPORTED = [0xc0, 0xc1, 0xc2]; // baseline, extended, progressive; by Huffman's codes
const FRAMES = [0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf];

/**
 * The next segment from a place on, perhaps the mark that ends the image; null where the file ends without it.
 *
 * @param {Uint8Array} data
 * @param {number} place
 * @returns {Segment | null}
 */
export function nextSegment(data, place) {
  for (; place + 1 < data.length; place++) {
    const kind = data[place + 1];
    const isMark = data[place] === 0xff && kind !== 0 && kind !== 0xff;
    if (!isMark || kind === 0xd8 || kind === 0x01 || (kind >= 0xd0 && kind <= 0xd7)) continue;
    if (kind === END) return { kind, start: place + 2, end: place + 2 };
    const end = place + 2 + word(data, place + 2);
    if (end <= data.length) return { kind, start: place + 4, end };
  }
  return null;
}

/**
 * The frame, and what tells its colors and which way is up.
 *
 * @param {Uint8Array} data
 * @returns {{frame: Frame, isJfif: boolean, adobe: number | null, exif: Uint8Array | null, xmp: Uint8Array | null}}
 */
export function readHeader(data) {
  const found = { isJfif: false, adobe: /** @type {number | null} */ (null) };
  /** @type {Uint8Array | null} */
  let exif = null;
  /** @type {Uint8Array | null} */
  let xmp = null;
  for (let segment = nextSegment(data, 2); segment; segment = nextSegment(data, segment.end)) {
    const { kind, start, end } = segment;
    const begins = (/** @type {string} */ text) => textAt(data, start, text.length) === text;
    if (kind === APPLICATION_0 && begins("JFIF\0")) found.isJfif = true;
    if (kind === APPLICATION_1 && begins("Exif\0")) exif ??= data.subarray(start + 6, end);
    if (kind === APPLICATION_1 && begins("http://ns.adobe.com/xap/1.0/\0")) xmp ??= data.subarray(start, end);
    if (kind === ADOBE && begins("Adobe")) found.adobe = data[start + 11];
    if (FRAMES.includes(kind)) return { frame: readFrame(data, segment), ...found, exif, xmp };
    if (kind === START_OF_SCAN || kind === END) break;
  }
  throw new Error("is damaged: it has no size");
}

/**
 * @param {Uint8Array} data
 * @param {Segment} segment
 * @returns {Frame}
 */
function readFrame(data, { kind, start, end }) {
  if (!SUPPORTED.includes(kind) || data[start] !== 8) throw new Error("is a JPEG of a rare kind, which is not read here");
  const components = Array.from({ length: data[start + 5] }, (_, index) => {
    const place = start + 6 + 3 * index;
    return { id: data[place], across: data[place + 1] >> 4, down: data[place + 1] & 15, table: data[place + 2] };
  });
  const isSound = components.every(({ across, down }) => across >= 1 && across <= 4 && down >= 1 && down <= 4);
  const frame = { height: word(data, start + 1), width: word(data, start + 3), isProgressive: kind === 0xc2, components };
  if (!isSound || end !== start + 6 + 3 * components.length || !frame.width || !frame.height || ![1, 3, 4].includes(components.length)) {
    throw new Error("is damaged: its header makes no sense");
  }
  return frame;
}

/**
 * @param {Uint8Array} data
 * @param {Segment} segment
 * @param {Frame} frame
 * @returns {Scan}
 */
export function readScan(data, { start, end }, frame) {
  const count = data[start];
  if (count < 1 || count > 4 || end !== start + 4 + 2 * count) throw new Error("is damaged: a scan makes no sense");
  const components = Array.from({ length: count }, (_, number) => {
    const place = start + 1 + 2 * number;
    const index = frame.components.findIndex(({ id }) => id === data[place]);
    if (index < 0) throw new Error("is damaged: a scan is of no component");
    return { index, dc: data[place + 1] >> 4, ac: data[place + 1] & 15 };
  });
  const place = start + 1 + 2 * count;
  const [first, last, bits] = data.subarray(place, place + 3);
  return frame.isProgressive
    ? { components, first, last: Math.min(last, 63), high: bits >> 4, low: bits & 15 }
    : { components, first: 0, last: 63, high: 0, low: 0 };
}

/**
 * @param {Uint8Array} data
 * @param {number} place
 */
export function word(data, place) {
  return (data[place] << 8) | data[place + 1];
}

/**
 * @param {Uint8Array} data
 * @param {number} place
 * @param {number} length
 */
export function textAt(data, place, length) {
  return String.fromCharCode(...data.subarray(place, place + length));
}
