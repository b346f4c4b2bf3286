/**
 * Which way is up, as EXIF or XMP says; as Pillow reads it and so Python.
 *
 * @typedef {import("./resize.js").Pixels} Pixels
 */

const ORIENTATION = 274; // a tag of EXIF
const SHORT = 3; // a type of its values

/**
 * @param {Uint8Array | null} exif A TIFF's header and directories.
 * @param {Uint8Array | null} xmp
 * @returns {number} 1 to 8; 1 where nothing is said.
 */
export function orientationOf(exif, xmp) {
  const said = (exif && ofExif(exif)) ?? (xmp && ofXmp(xmp)) ?? 1;
  return said >= 1 && said <= 8 ? said : 1;
}

/** @param {Uint8Array} exif */
function ofExif(exif) {
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength);
  if (exif.length < 14) return null;
  const isLittle = view.getUint16(0) === 0x4949;
  if (!isLittle && view.getUint16(0) !== 0x4d4d) return null;
  const start = view.getUint32(4, isLittle);
  if (start + 2 > exif.length) return null;
  const count = view.getUint16(start, isLittle);
  for (let place = start + 2; place + 12 <= Math.min(exif.length, start + 2 + 12 * count); place += 12) {
    if (view.getUint16(place, isLittle) !== ORIENTATION) continue;
    return view.getUint16(place + 2, isLittle) === SHORT ? view.getUint16(place + 8, isLittle) : null;
  }
  return null;
}

/** @param {Uint8Array} xmp */
function ofXmp(xmp) {
  const match = /tiff:Orientation(?:="|>)([0-9])/.exec(new TextDecoder("latin1").decode(xmp));
  return match && Number(match[1]);
}

/**
 * Whether an image lies on its side.
 *
 * @param {number} orientation
 */
export function isSideways(orientation) {
  return orientation >= 5;
}

/**
 * The pixels as the orientation shows them.
 *
 * @param {Pixels} pixels
 * @param {number} orientation
 * @returns {Pixels}
 */
export function turned(pixels, orientation) {
  if (orientation === 1) return pixels;
  const { width, height, values } = pixels;
  const isAside = isSideways(orientation);
  const made = isAside ? { width: height, height: width } : { width, height };
  const isUpsideDown = [3, 4, 7, 8].includes(orientation);
  const isMirrored = [2, 3, 6, 7].includes(orientation);
  const turnedValues = new Uint8Array(values.length);
  for (let y = 0, to = 0; y < made.height; y++) {
    const row = isUpsideDown ? made.height - 1 - y : y;
    for (let x = 0; x < made.width; x++) {
      const column = isMirrored ? made.width - 1 - x : x;
      const from = 3 * (isAside ? column * width + row : row * width + column);
      turnedValues[to++] = values[from];
      turnedValues[to++] = values[from + 1];
      turnedValues[to++] = values[from + 2];
    }
  }
  return { ...made, values: turnedValues };
}
