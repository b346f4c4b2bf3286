/**
 * The networks, computed by ONNX Runtime's WebAssembly.
 *
 * @typedef {import("./condition.js").Condition} Condition
 * @typedef {{session: ort.InferenceSession, logPrior: Float32Array | null}} OpenNetwork
 */

import * as ort from "onnxruntime-web/wasm";
import { conditioned } from "./condition.js";

/** @type {Map<string, OpenNetwork>} */
const open = new Map();

/**
 * Prepare ONNX Runtime; one thread, since more need headers that a file or a plain server does not send.
 *
 * @param {Uint8Array<ArrayBuffer>} content Its WebAssembly.
 */
export function startRuntime(content) {
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmBinary = content.buffer;
  ort.env.logLevel = "error";
}

/**
 * @param {string} name Of the network, which several models may share.
 * @param {Uint8Array} content Of its ONNX file.
 * @param {Float32Array | null} logPrior Its center bias, where it has one that can be left out.
 */
export async function openNetwork(name, content, logPrior) {
  const session = await ort.InferenceSession.create(content, { executionProviders: ["wasm"] });
  open.set(name, { session, logPrior });
}

/**
 * @param {string} name Of a network that is open.
 * @returns {OpenNetwork}
 */
export function networkOf(name) {
  const network = open.get(name);
  if (!network) throw new Error(`The network ${name} is not open.`);
  return network;
}

/**
 * A frame -> the network's grid.
 *
 * @param {OpenNetwork} network
 * @param {Condition | null} condition Under which it is used; null: as it was trained.
 * @param {import("../images/resize.js").Pixels["values"]} frame RGB, row by row.
 * @param {import("./predictor.js").Size} size Of the frame.
 * @param {boolean} centerBias
 * @returns {Promise<import("./predictor.js").Grid>}
 */
export async function gridOf({ session, logPrior }, condition, frame, [height, width], centerBias) {
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
