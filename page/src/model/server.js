/**
 * The predictor that asks the HTTP API of `gazemap serve`.
 *
 * @typedef {import("./predictor.js").Predictor} Predictor
 * @typedef {import("./predictor.js").PredictOptions} PredictOptions
 * @typedef {import("./predictor.js").Prediction} Prediction
 */

// of an address that ends in #token=TOKEN: a part that the browser sends to nobody
const token = new URLSearchParams(globalThis.location?.hash.slice(1)).get("token");

/** @returns {Predictor} */
export function serverPredictor() {
  return { form: "server", models, predict };
}

async function models() {
  return (await asked("v1/models", {})).models;
}

/**
 * @param {Blob} file
 * @param {PredictOptions} options
 * @returns {Promise<Prediction>}
 */
async function predict(file, { model, centerBias, viewport }) {
  const query = new URLSearchParams({ model, center_bias: String(centerBias) });
  if (viewport !== null) query.set("viewport", viewport);
  const headers = { Accept: "application/json", "Content-Type": "application/octet-stream" };
  const { notes = [], ...answer } = await asked(`v1/predict?${query}`, { method: "POST", headers, body: file });
  return { ...answer, notes, folds: answer.folds.map(withValues) };
}

/**
 * @param {string} path
 * @param {RequestInit} options
 */
async function asked(path, options) {
  const headers = new Headers(options.headers);
  if (token) headers.set("Authorization", `Bearer ${token}`);
  const answer = await fetch(path, { ...options, headers }).catch(() => {
    throw new Error("gazemap serve does not answer. Is it still running? Start it again, and try once more.");
  });
  if (answer.ok) return answer.json();
  const problem = await answer.json().catch(() => ({}));
  throw new Error(problem.detail ?? problem.title ?? `gazemap serve answered with status ${answer.status}.`);
}

/** @param {any} fold As in the answer, with the grid's values in base64. */
function withValues({ grid, ...fold }) {
  const bytes = Uint8Array.from(atob(grid.log_density), (letter) => letter.charCodeAt(0));
  return { ...fold, grid: { ...grid, log_density: littleEndianFloats(bytes) } };
}

/** @param {Uint8Array} bytes */
function littleEndianFloats(bytes) {
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}
