/**
 * Which files are images that are read here, by their first bytes.
 *
 * @typedef {"jpeg" | "png" | "webp" | "gif" | "bmp" | "avif"} Kind That is read.
 * @typedef {{name: string, kind: Kind | null, starts: RegExp}} Format
 */

const FTYP = "^[^]{4}ftyp(?:[^]{4}){0,10}?";

/** @type {Format[]} */
const FORMATS = [
  { name: "PNG", kind: "png", starts: /^\x89PNG\r\n\x1a\n/ },
  { name: "JPEG", kind: "jpeg", starts: /^\xff\xd8\xff/ },
  { name: "WebP", kind: "webp", starts: /^RIFF[^]{4}WEBP/ },
  { name: "GIF", kind: "gif", starts: /^GIF8[79]a/ },
  { name: "BMP", kind: "bmp", starts: /^BM[^]{12}[\x0c\x10\x28\x34\x38\x40\x6c\x7c]\0\0\0/ },
  { name: "AVIF", kind: "avif", starts: new RegExp(`${FTYP}avi[fs]`) },
  { name: "TIFF", kind: null, starts: /^(?:II[*+]\0|MM\0[*+])/ },
  { name: "HEIC", kind: null, starts: new RegExp(`${FTYP}(?:hei[cxms]|hev[cx]|mif1|msf1)`) },
  { name: "JPEG 2000", kind: null, starts: /^(?:\0\0\0\x0cjP {2}\r\n\x87\n|\xff\x4f\xff\x51)/ },
  { name: "JPEG XL", kind: null, starts: /^(?:\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n)/ },
  { name: "SVG", kind: null, starts: /^\s*<(?:svg|(?:\?xml|!--|!DOCTYPE)[^]*?<svg)/ },
  { name: "PDF", kind: null, starts: /^%PDF-/ },
  { name: "Photoshop", kind: null, starts: /^8BPS/ },
];
const START = 512; // bytes that tell
const ADVICE = "Save it as PNG or JPEG, and choose that file.";

/**
 * What a file is.
 *
 * @param {Uint8Array} data
 * @returns {Kind}
 */
export function kindOf(data) {
  if (!data.length) throw new Error("The file is empty. Choose another one.");
  const start = String.fromCharCode(...data.subarray(0, START));
  const format = FORMATS.find(({ starts }) => starts.test(start));
  if (!format) throw new Error(`This file is no image that can be read here. PNG, JPEG, WebP, GIF, BMP and AVIF are. ${ADVICE}`);
  if (!format.kind) throw new Error(`This is a file of the kind ${format.name}, which is not read in the browser. ${ADVICE}`);
  return format.kind;
}
