/**
 * Computes predictions beside the page, one after another, so that the page stays at hand.
 *
 * @typedef {import("./browser.js").Network & {address: string}} Network
 */

import { openRuntime, openNetwork } from "./network.js";
import { predict } from "./predict.js";

/** @type {Record<string, (...given: any[]) => Promise<unknown>>} */
const answers = {
  open: async (/** @type {string} */ runtime, /** @type {Network} */ first) => {
    openRuntime(runtime);
    await openNetwork(first);
  },
  predict,
};
let last = Promise.resolve();

self.onmessage = ({ data: { number, question, given } }) => {
  last = last.then(async () => {
    try {
      self.postMessage({ number, value: await answers[question](...given) });
    } catch (error) {
      self.postMessage({ number, error: error instanceof Error ? error.message : String(error) });
    }
  });
};
