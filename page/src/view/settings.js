/**
 * What the prediction depends on: the model, its center bias, and what is seen at once.
 *
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("../model/predictor.js").Predictor} Predictor
 */

import { parseViewport } from "../images/folds.js";
import { byId, element, inputById, selectById } from "./elements.js";
import { predictAnew } from "./queue.js";
import { newId } from "./store.js";

/**
 * @param {Store} store
 * @param {Predictor} predictor
 */
export function startSettings(store, predictor) {
  const [model, bias, seen, screen] = [
    selectById("model"),
    inputById("center-bias"),
    selectById("seen"),
    inputById("screen"),
  ];
  byId("settings").addEventListener("submit", (event) => event.preventDefault());
  model.addEventListener("change", () => predictAnew(store, { model: model.value }));
  bias.addEventListener("change", () => predictAnew(store, { centerBias: bias.checked }));
  seen.addEventListener("change", () => {
    byId("screen-label").hidden = seen.value !== "other";
    if (seen.value === "other") screen.focus();
    else predictAnew(store, { viewport: seen.value || null });
  });
  screen.addEventListener("change", () => setScreen(store, screen));
  store.onChange(({ models, model: name }) => {
    bias.disabled = models.some((info) => info.name === name && !info.has_center_bias);
  });
  loadModels(store, predictor, model);
}

/**
 * @param {Store} store
 * @param {HTMLInputElement} screen
 */
function setScreen(store, screen) {
  try {
    parseViewport(screen.value);
    screen.setCustomValidity("");
    predictAnew(store, { viewport: screen.value.trim() });
  } catch (error) {
    screen.setCustomValidity(/** @type {Error} */ (error).message);
    screen.reportValidity();
  }
}

/**
 * @param {Store} store
 * @param {Predictor} predictor
 * @param {HTMLSelectElement} select
 */
async function loadModels(store, predictor, select) {
  try {
    const models = await predictor.models();
    const chosen = models.find(({ is_default }) => is_default) ?? models[0];
    select.append(
      ...models.map(({ name }) => element("option", { value: name, selected: name === chosen.name }, labelOf(name))),
    );
    store.set({ models, model: chosen.name });
  } catch (error) {
    store.set({ failures: [{ id: newId("failure"), text: /** @type {Error} */ (error).message }] });
  }
}

/** @param {string} model Its name; after "@" stands its viewing condition. */
function labelOf(model) {
  return model.replace(/@(?=[a-z0-9-]+$)/, ", ");
}
