/**
 * Predicts what waits, one image after another: the shown one first. One bad image stops no other.
 *
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./store.js").State} State
 * @typedef {import("./store.js").Entry} Entry
 * @typedef {import("../model/predictor.js").Predictor} Predictor
 */

import { say } from "./live.js";
import { mapOf } from "./maps.js";
import { newId } from "./store.js";
import { sentence } from "./texts.js";

/**
 * @param {Store} store
 * @param {Predictor} predictor
 */
export function startQueue(store, predictor) {
  let isRunning = false;

  store.onChange(async () => {
    if (isRunning) return;
    isRunning = true;
    for (let next = nextOf(store.get()); next; next = nextOf(store.get()))
      await predictEntry(store, predictor, next);
    isRunning = false;
  });
}

/**
 * Asks for all predictions anew, since what they depend on was changed.
 *
 * @param {Store} store
 * @param {Partial<State>} change
 */
export function predictAnew(store, change) {
  const entries = store.get().entries.map((entry) => {
    return /** @type {Entry} */ ({ ...entry, status: "waiting", prediction: null, map: null });
  });
  store.set({ ...change, entries, failures: [] });
}

/** @param {State} state */
function nextOf({ entries, chosen, model }) {
  if (!model) return null;
  const waiting = entries.filter(({ status }) => status === "waiting");
  return waiting.find(({ id }) => id === chosen) ?? waiting[0] ?? null;
}

/**
 * @param {Store} store
 * @param {Predictor} predictor
 * @param {Entry} entry
 */
async function predictEntry(store, predictor, { id, file, name }) {
  store.setEntry(id, { status: "predicting" });
  const asked = optionsOf(store.get());
  // whatever was asked anew, or removed, since then is no longer answered
  const isWanted = () =>
    store.get().entries.some((entry) => entry.id === id && entry.status === "predicting") &&
    JSON.stringify(optionsOf(store.get())) === JSON.stringify(asked);
  try {
    await checkReadable(file);
    const prediction = await predictor.predict(file, asked);
    if (!isWanted()) return;
    store.setEntry(id, { status: "ready", prediction, map: mapOf(prediction) });
    say(`${name} is predicted.`);
  } catch (error) {
    if (!isWanted()) return;
    const text = `${name}: ${sentence(error instanceof Error ? error.message : String(error))}`;
    store.setEntry(id, { status: "failed" });
    store.set({ failures: [...store.get().failures, { id: newId("failure"), text }] });
  }
}

/** @param {Blob} file */
async function checkReadable(file) {
  await file
    .slice(0, 1)
    .arrayBuffer()
    .catch(() => {
      throw new Error(
        "It cannot be read. If it is a folder, open it and drop its images. A file may have been moved.",
      );
    });
}

/** @param {State} state */
function optionsOf({ model, centerBias, viewport }) {
  return { model, centerBias, viewport };
}
