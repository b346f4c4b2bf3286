/** For tests in Python, which hand over bytes. */

import { decode } from "../src/images/decode.js";

/**
 * @param {Uint8Array<ArrayBuffer>} content Of an image file.
 * @param {number} height That is needed.
 * @param {number} width
 */
export function decodeBytes(content, height, width) {
  return decode(new Blob([content]), () => [height, width]);
}
