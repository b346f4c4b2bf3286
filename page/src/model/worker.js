/** Computes predictions beside the page, one after another, so that the page stays at hand. */

import { openNetwork, startRuntime } from "./network.js";
import { predict } from "./predict.js";

/** @type {Record<string, (...given: any[]) => unknown>} */
const answers = { start: startRuntime, open: openNetwork, predict };
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
