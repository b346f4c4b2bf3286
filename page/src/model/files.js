/** The files that the page needs beside itself: next to it on a server, within it where it is one file. */

/**
 * Where a file is: an address, or its content as one.
 *
 * @param {string} name
 */
export function addressOf(name) {
  const within = document.querySelector(`script[data-file="${name}"]`);
  if (within) return `data:application/octet-stream;base64,${(within.textContent ?? "").trim()}`;
  return new URL(name, document.baseURI).href;
}

/**
 * What is in a file, unpacked if it is gzipped.
 *
 * @param {string} address
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function contentOf(address) {
  const name = address.startsWith("data:") ? "a file within it" : address;
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok) throw new Error(`The page cannot load ${name}. Reload the page, or ask whoever published it.`);
  const content = new Uint8Array(await answer.arrayBuffer());
  const isPacked = content[0] === 0x1f && content[1] === 0x8b; // some servers unpack .gz on the way
  return isPacked ? unpacked(content, "gzip") : content;
}

/**
 * @param {Uint8Array<ArrayBuffer>} content
 * @param {CompressionFormat} format
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function unpacked(content, format) {
  const stream = new Blob([content]).stream().pipeThrough(new DecompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
