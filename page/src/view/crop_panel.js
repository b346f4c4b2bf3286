/**
 * The tool "Crop": the part of a chosen aspect that people look at most.
 *
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./store.js").State} State
 * @typedef {import("../model/predictor.js").Prediction} Prediction
 * @typedef {import("../density/crop.js").Crop} Crop
 */

import { bestCropOf } from "../density/crop.js";
import { resultOf } from "./crop_result.js";
import { byId, element, quiet } from "./elements.js";
import { chosenEntry } from "./store.js";

const ASPECTS = ["1:1", "4:5", "3:2", "16:9", "9:16", "1.91:1"];

/** @type {WeakMap<Prediction, {asked: string, crop: Crop | null, error: string}>} */
const crops = new WeakMap();

/**
 * The crop that is asked for, or what is wrong with the question.
 *
 * @param {State} state
 * @param {Prediction} prediction
 */
export function cropFor({ aspect, share }, prediction) {
  const asked = JSON.stringify([aspect, share]);
  const last = crops.get(prediction);
  if (last?.asked === asked) return last;
  const found = { asked, ...cropOrError(prediction, aspect, share) };
  crops.set(prediction, found);
  return found;
}

/** @param {Store} store */
export function startCropPanel(store) {
  const result = element("div", { class: "stack", "aria-live": "polite" });
  byId("crop").append(
    element(
      "div",
      { class: "stack" },
      quiet("The part of this shape that keeps most of the attention. Every position is tried."),
      ...aspectFields(store),
      ...shareFields(store),
      result,
    ),
  );
  let drawn = /** @type {unknown[]} */ ([]);
  store.onChange((state) => {
    if (state.tab !== "crop") return;
    const entry = chosenEntry(state);
    const found = entry?.prediction ? cropFor(state, entry.prediction) : null;
    const wanted = [entry?.id, found, entry?.picture];
    if (wanted.every((value, i) => value === drawn[i]) && drawn.length) return;
    drawn = wanted;
    result.replaceChildren(...(entry && found ? resultOf(entry, found) : ["There is no prediction yet."]));
  });
}

/** @param {Store} store */
function aspectFields(store) {
  const set = () => store.set({ aspect: input.value });
  const input = element("input", { id: "aspect", value: ASPECTS[0], autocomplete: "off", change: set });
  const buttons = ASPECTS.map((aspect) => {
    const choose = () => {
      input.value = aspect;
      set();
    };
    return element("button", { type: "button", click: choose }, aspect);
  });
  return [
    element("label", { class: "field" }, "Shape, width:height", input),
    element("div", { class: "row", role: "group", "aria-label": "Common shapes" }, ...buttons),
  ];
}

/** @param {Store} store */
function shareFields(store) {
  const set = () => store.set({ share: input.value ? Number(input.value) / 100 : null });
  const limits = { type: "number", min: 1, max: 100, step: "any", placeholder: "as much as fits" };
  const input = element("input", { ...limits, "aria-describedby": "share-help", change: set });
  const help = quiet("Leave it empty for the largest crop of this shape.");
  help.id = "share-help";
  return [element("label", { class: "field" }, "Smallest that keeps, in % of the attention", input), help];
}

/**
 * @param {Prediction} prediction
 * @param {string} aspect
 * @param {number | null} share
 */
function cropOrError(prediction, aspect, share) {
  try {
    return { crop: bestCropOf(prediction, aspect, share), error: "" };
  } catch (error) {
    return { crop: null, error: /** @type {Error} */ (error).message };
  }
}
