/** The files that the page needs beside itself: next to it on a server, within it where it is one file. */

import { unpacked } from "../unpacked.js";

/**
 * What is in a file, unpacked if it is gzipped.
 *
 * @param {string} name
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function contentOf(name) {
  const content = (await within(name)) ?? (await loaded(new URL(name, document.baseURI).href));
  const isPacked = content[0] === 0x1f && content[1] === 0x8b; // some servers unpack .gz on the way
  return isPacked ? unpacked(content, "gzip") : content;
}

/**
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function fromBase64(text) {
  const known = /** @type {any} */ (Uint8Array).fromBase64; // of browsers since 2025, and ten times as fast
  return known ? known.call(Uint8Array, text) : Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/**
 * A file within the page; null where it is not.
 *
 * @param {string} name
 */
async function within(name) {
  const find = () => document.querySelector(`script[data-file="${name}"]`);
  if (!find() && document.readyState === "loading") {
    await new Promise((done) => document.addEventListener("DOMContentLoaded", done, { once: true }));
  }
  const text = find()?.textContent;
  return text ? fromBase64(text) : null;
}

/**
 * @param {string} address
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
async function loaded(address) {
  // asked anew each time, so that a model never comes with the description of another one, from a cache
  const answer = await fetch(address, { cache: "no-cache" }).catch(() => null);
  if (!answer?.ok) throw new Error(`The page cannot load ${address}. Reload the page, or ask whoever published it.`);
  return new Uint8Array(await answer.arrayBuffer());
}
