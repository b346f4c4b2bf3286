/**
 * The weights of a viewing condition, in the place of a network's own; the twin of
 * gazemap.prediction.engines.form_tensors.
 *
 * @typedef {{at: number, text: string}} Piece Where in the network's file they lie, and they, in base64.
 */

import { fromBase64 } from "./files.js";

/**
 * @param {Uint8Array<ArrayBuffer>} content Of the network's file; it is changed.
 * @param {Piece[]} pieces
 */
export function withPieces(content, pieces) {
  for (const { at, text } of pieces) content.set(fromBase64(text), at);
  return content;
}
