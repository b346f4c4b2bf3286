/**
 * Compressed bytes, unpacked.
 *
 * @param {Uint8Array<ArrayBuffer>} content
 * @param {CompressionFormat} format
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function unpacked(content, format) {
  const stream = new Blob([content]).stream().pipeThrough(new DecompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
