/**
 * What the numbers on the page are computed from, kept as long as what they depend on is the same.
 *
 * @typedef {import("./store.js").State} State
 * @typedef {import("./store.js").Entry} Entry
 * @typedef {import("../model/predictor.js").Prediction} Prediction
 * @typedef {import("../density/areas.js").Area} Area
 * @typedef {import("../density/areas.js").AreaShare} AreaShare
 */

import { areaShares } from "../density/areas.js";
import { pairedAreas } from "../density/difference.js";
import { sumsOf } from "../density/sums.js";
import { chosenEntry } from "./store.js";

/** @type {WeakMap<Prediction, import("../density/sums.js").FoldSums[]>} */
const sums = new WeakMap();

/** @type {WeakMap<Prediction, {areas: Area[], rows: AreaShare[]}>} */
const shares = new WeakMap();

/**
 * @param {Prediction} prediction
 * @param {Area[]} areas
 * @returns {AreaShare[]}
 */
export function sharesOf(prediction, areas) {
  const last = shares.get(prediction);
  if (last && last.areas.length === areas.length && last.areas.every((area, i) => area === areas[i]))
    return last.rows;
  const folds = sums.get(prediction) ?? sumsOf(prediction);
  sums.set(prediction, folds);
  const rows = areaShares(folds, areas);
  shares.set(prediction, { areas, rows });
  return rows;
}

/**
 * @param {Entry} entry
 * @param {Area} area
 */
function idOf({ areas }, { name, id }) {
  return areas.find((area) => area.name === name)?.id ?? id;
}

/**
 * The areas that are shown on an image: its own, or on B of a comparison those of A, where they lie in B.
 *
 * @param {State} state
 * @param {Entry} entry
 * @returns {{areas: Area[], takenOver: Set<string>}}
 */
export function areasOn(state, entry) {
  const first = chosenEntry(state);
  const isSecond = state.tab === "compare" && entry.id === state.other && entry.id !== state.chosen;
  if (!isSecond || !first?.prediction || !entry.prediction)
    return { areas: entry.areas, takenOver: new Set() };
  const paired = pairedAreas(first.areas, entry.areas, [first.prediction, entry.prediction]);
  // by the same id, an area is the same in both
  return { ...paired, areas: paired.areas.map((area) => ({ ...area, id: idOf(first, area) })) };
}
