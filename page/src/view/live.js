/** Says aloud what has changed, to those who use a screen reader. */

import { byId } from "./elements.js";

/** @type {ReturnType<typeof setTimeout> | undefined} */
let due;

/**
 * @param {string} text
 * @param {number} wait Milliseconds: of what follows quickly, only the last is said.
 */
export function say(text, wait = 0) {
  clearTimeout(due);
  due = setTimeout(() => {
    byId("live").textContent = text;
  }, wait);
}
