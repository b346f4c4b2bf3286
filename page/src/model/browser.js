/**
 * Predictions computed here, in a worker: the image never leaves the machine.
 *
 * @typedef {import("./predictor.js").ModelInfo} ModelInfo
 * @typedef {import("./predictor.js").Predictor} Predictor
 *
 * @typedef {ModelInfo & {fit: import("./predictor.js").Fold["fit"], conditions: string[]}} Placed A model, how
 *   images lie in its frame, and the names of all viewing conditions that it has.
 * @typedef {Placed & {network: string, condition: import("./condition.js").Condition | null}} Network And how it is
 *   used: the name of its network, which several models may share.
 * @typedef {Placed & {file: string, pieces: import("./weights.js").Piece[], log_prior: string | null, condition:
 *   WrittenCondition | null}} Listed As the file of models lists it: the file of its network, and what of that is
 *   another under its condition. Center biases are base64 of little-endian float32.
 * @typedef {{name: string, power: number, blur: number, log_prior: string | null}} WrittenCondition
 * @typedef {(question: string, ...given: unknown[]) => Promise<any>} Ask Asks the worker.
 * @typedef {{done: (value: any) => void, failed: (error: Error) => void}} Waiting
 */

import { contentOf, fromBase64 } from "./files.js";
import { withPieces } from "./weights.js";

/**
 * Starts to load the default model at once.
 *
 * @returns {Predictor}
 */
export function browserPredictor() {
  const listed = contentOf("models.json").then(
    (content) => /** @type {Listed[]} */ (JSON.parse(new TextDecoder().decode(content))),
  );
  const worker = startWorker();
  /** @type {Map<string, Promise<void>>} */
  const opened = new Map();

  /** @param {Listed} model */
  const open = (model) => {
    const network = networkOf(model);
    const opening = opened.get(network) ?? worker.then((ask) => give(ask, model));
    opened.set(network, opening);
    opening.catch(() => opened.delete(network)); // the next prediction tries again
    return opening;
  };
  listed.then((models) => open(models.find(({ is_default }) => is_default) ?? models[0])).catch(() => {}); // whoever predicts is told

  return {
    form: "browser",
    models: async () =>
      (await listed).map(({ name, input_size, has_center_bias, is_default }) => ({
        name,
        input_size,
        has_center_bias,
        is_default,
      })),
    predict: async (file, options) => {
      const model = (await listed).find(({ name }) => name === options.model);
      if (!model) throw new Error(`There is no model ${options.model}.`);
      await open(model);
      const { log_prior, condition, file: _, pieces, ...placed } = model;
      const used = condition && { ...condition, logPrior: floatsIn(condition.log_prior) };
      return (await worker)("predict", file, options, { ...placed, network: networkOf(model), condition: used });
    },
  };
}

/**
 * The name of a model's network: all models of one file share it, but those whose conditions have weights.
 *
 * @param {Listed} model
 */
function networkOf({ name, file, pieces }) {
  return pieces.length ? name : file;
}

/**
 * @param {Ask} ask
 * @param {Listed} model
 * @returns {Promise<void>}
 */
async function give(ask, model) {
  const content = withPieces(await contentOf(model.file), model.pieces);
  await ask("open", networkOf(model), content, floatsIn(model.log_prior));
}

/** @param {string | null} base64 Of little-endian float32. */
function floatsIn(base64) {
  return base64 === null ? null : new Float32Array(fromBase64(base64).buffer);
}

/** @returns {Promise<Ask>} */
async function startWorker() {
  const runtime = contentOf("runtime.wasm.gz");
  runtime.catch(() => {}); // it is awaited below
  const program = await contentOf("worker.js");
  const worker = new Worker(URL.createObjectURL(new Blob([program], { type: "text/javascript" })));
  /** @type {Map<number, Waiting>} */
  const waiting = new Map();
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
  /** @type {Ask} */
  const ask = (question, ...given) =>
    new Promise((done, failed) => {
      waiting.set(++asked, { done, failed });
      const moved = given.filter((value) => value instanceof Uint8Array).map(({ buffer }) => buffer);
      worker.postMessage({ number: asked, question, given }, moved);
    });
  await ask("start", await runtime);
  return ask;
}
