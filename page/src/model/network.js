/**
 * The networks, computed by ONNX Runtime's WebAssembly.
 *
 * @typedef {import("./worker.js").Network} Network
 * @typedef {import("./condition.js").Condition} Condition
 * @typedef {{session: ort.InferenceSession, logPrior: Float32Array | null, condition: Condition | null}} OpenNetwork
 */

import * as ort from "onnxruntime-web/wasm";
import { conditioned } from "./condition.js";
import { contentOf } from "./files.js";

/** @type {Map<string, Promise<OpenNetwork>>} */
const open = new Map();
/** @type {Promise<void>} */
let runtime;

/**
 * Load ONNX Runtime; one thread, since more need headers that a file or a plain server does not send.
 *
 * @param {string} address Of its WebAssembly.
 */
export function openRuntime(address) {
  runtime = contentOf(address).then((content) => {
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmBinary = content.buffer;
    ort.env.logLevel = "error";
  });
}

/**
 * @param {Network} network
 * @returns {Promise<OpenNetwork>}
 */
export function openNetwork(network) {
  const opened = open.get(network.name) ?? load(network);
  open.set(network.name, opened);
  opened.catch(() => open.delete(network.name)); // the next prediction tries again
  return opened;
}

/**
 * @param {Network} network
 * @returns {Promise<OpenNetwork>}
 */
async function load({ address, log_prior, condition }) {
  const [content] = await Promise.all([contentOf(address), runtime]);
  return {
    session: await ort.InferenceSession.create(content, { executionProviders: ["wasm"] }),
    logPrior: await floatsIn(log_prior),
    condition: condition && { ...condition, logPrior: await floatsIn(condition.log_prior) },
  };
}

/** @param {string | null} base64 Of little-endian float32. */
async function floatsIn(base64) {
  if (base64 === null) return null;
  const content = await contentOf(`data:application/octet-stream;base64,${base64}`);
  return new Float32Array(content.buffer);
}

/**
 * A frame -> the network's grid.
 *
 * @param {OpenNetwork} network
 * @param {import("../images/resize.js").Pixels["values"]} frame RGB, row by row.
 * @param {import("./predictor.js").Size} size Of the frame.
 * @param {boolean} centerBias
 * @returns {Promise<import("./predictor.js").Grid>}
 */
export async function gridOf({ session, logPrior, condition }, frame, [height, width], centerBias) {
  const area = height * width;
  const values = new Float32Array(3 * area);
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < area; i++) values[channel * area + i] = frame[3 * i + channel] / 255;
  }
  const images = new ort.Tensor("float32", values, [1, 3, height, width]);
  const { log_density } = await session.run({ images });
  const found = Float32Array.from(/** @type {Float32Array} */ (log_density.data));
  if (!found.every(Number.isFinite)) throw new Error("The model puts out numbers that are not finite. Reload the page.");
  const [, rows, columns] = log_density.dims;
  const used = centerBias || !logPrior ? condition : { power: 1, blur: 0, ...condition, logPrior: new Float32Array(found.length) };
  return {
    height: rows,
    width: columns,
    log_density: used ? conditioned(found, [rows, columns], logPrior, used) : found,
  };
}
