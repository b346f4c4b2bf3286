/**
 * Predictions computed here, in a worker: the image never leaves the machine.
 *
 * @typedef {import("./predictor.js").ModelInfo} ModelInfo
 * @typedef {import("./predictor.js").Predictor} Predictor
 *
 * @typedef {{power: number, blur: number, log_prior: string | null}} WrittenCondition
 * @typedef {ModelInfo & {file: string, fit: import("./predictor.js").Fold["fit"], log_prior: string | null,
 *   condition: WrittenCondition | null}} Network
 *   A model as the file of models lists it; center biases are base64 of little-endian float32.
 * @typedef {{done: (value: any) => void, failed: (error: Error) => void}} Waiting
 */

import { addressOf, contentOf } from "./files.js";

/**
 * Starts to load the default model at once.
 *
 * @returns {Predictor}
 */
export function browserPredictor() {
  const networks = contentOf(addressOf("models.json")).then(
    (content) => /** @type {Network[]} */ (JSON.parse(new TextDecoder().decode(content))),
  );
  const ask = networks.then(startWorker);
  ask.catch(() => {}); // whoever asks is told

  return {
    form: "browser",
    models: async () =>
      (await networks).map(({ name, input_size, has_center_bias, is_default }) => ({
        name,
        input_size,
        has_center_bias,
        is_default,
      })),
    predict: async (file, options) => {
      const network = (await networks).find(({ name }) => name === options.model);
      if (!network) throw new Error(`There is no model ${options.model}.`);
      return (await ask)("predict", file, options, located(network));
    },
  };
}

/**
 * @param {Network[]} networks
 * @returns {Promise<(question: string, ...given: unknown[]) => Promise<any>>} What asks the worker.
 */
async function startWorker(networks) {
  /** @type {Map<number, Waiting>} */
  const waiting = new Map();
  const program = await contentOf(addressOf("worker.js"));
  const worker = new Worker(URL.createObjectURL(new Blob([program], { type: "text/javascript" })));
  worker.onmessage = ({ data: { number, value, error } }) => {
    const { done, failed } = /** @type {Waiting} */ (waiting.get(number));
    waiting.delete(number);
    if (error === undefined) done(value);
    else failed(new Error(error));
  };
  worker.onerror = ({ message }) => {
    for (const { failed } of waiting.values()) failed(new Error(`The prediction stopped: ${message}. Reload the page.`));
    waiting.clear();
  };

  let asked = 0;
  /** @param {string} question @param {...unknown} given */
  const ask = (question, ...given) =>
    new Promise((done, failed) => {
      waiting.set(++asked, { done, failed });
      worker.postMessage({ number: asked, question, given });
    });
  const first = networks.find(({ is_default }) => is_default) ?? networks[0];
  ask("open", addressOf("runtime.wasm.gz"), located(first)).catch(() => {}); // a prediction meets the error again
  return ask;
}

/** @param {Network} network */
function located(network) {
  return { ...network, address: addressOf(network.file) };
}
