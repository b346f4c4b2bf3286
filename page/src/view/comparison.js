/**
 * Two predicted images compared: the numbers of `gazemap diff`.
 *
 * @typedef {import("./store.js").State} State
 * @typedef {import("./store.js").Entry} Entry
 * @typedef {import("../model/predictor.js").Fold} Fold
 * @typedef {import("../model/predictor.js").Prediction} Prediction
 * @typedef {import("../density/difference.js").Difference} Difference
 */

import { cutNotes } from "../density/areas.js";
import { densityOf } from "../density/density.js";
import { compareDesigns, areaChanges } from "../density/difference.js";
import { areasOn, sharesOf } from "./measures.js";
import { boundedSize } from "./maps.js";
import { chosenEntry, otherEntry } from "./store.js";

const COMPARED = 2 ** 21; // pixels of a density; of larger images, smaller versions are compared
const ALIKE = 0.01; // shapes that differ by less are one

/** @type {WeakMap<Prediction, WeakMap<Prediction, Difference[]>>} */
const found = new WeakMap();

/**
 * @param {State} state With two predicted images.
 */
export function comparisonOf(state) {
  const [a, b] = /** @type {[Entry, Entry]} */ ([chosenEntry(state), otherEntry(state)]);
  const [first, second] = /** @type {[Prediction, Prediction]} */ ([a.prediction, b.prediction]);
  const { areas, takenOver } = areasOn({ ...state, tab: "compare" }, b);
  const rows = [sharesOf(first, a.areas), sharesOf(second, areas)];
  const changes = areaChanges(a.areas, rows[0], rows[1], takenOver);
  const isFolded = first.folds.length > 1 || second.folds.length > 1;
  const lost = a.areas.filter(({ name }) => !changes.some((change) => change.name === name));
  const extra = b.areas.filter(({ name }) => !a.areas.some((area) => area.name === name));
  const notes = [
    ...unlikeNotes(first, second, isFolded),
    ...aloneNotes(first.folds.length, second.folds.length),
    ...rows.flatMap((shares, i) => cutNotes(shares).map((note) => `${"AB"[i]}: ${note}`)),
    ...lost.map(
      ({ name }) =>
        `${name} would reach out of B at its place in A. To compare it, draw it in B by the same name.`,
    ),
    ...takenOverNotes([...takenOver]),
    ...extra.map(({ name }) => `${name} is only in B, and not compared.`),
  ];
  return { differences: differencesOf(first, second), changes, notes, isFolded };
}

/**
 * Of each pair of folds; kept, since it takes a moment.
 *
 * @param {Prediction} a
 * @param {Prediction} b
 * @returns {Difference[]}
 */
function differencesOf(a, b) {
  const known = found.get(a)?.get(b);
  if (known) return known;
  const both = Math.min(a.folds.length, b.folds.length);
  const made = a.folds
    .slice(0, both)
    .map((fold, i) => compareDesigns(densityFrom(fold), densityFrom(b.folds[i])));
  if (!found.has(a)) found.set(a, new WeakMap());
  found.get(a)?.set(b, made);
  return made;
}

/** @param {Fold} fold */
function densityFrom(fold) {
  const size = boundedSize(fold, COMPARED);
  return { values: densityOf(fold, size), size };
}

/** @param {string[]} names */
function takenOverNotes(names) {
  if (names.length === 0) return [];
  if (names.length === 1)
    return [`The place of ${names[0]} in B is taken over from A. Drag it in B if it moved.`];
  return [
    `The places of ${names.slice(0, -1).join(", ")} and ${names.at(-1)} in B are taken over from A. ` +
      "Drag them in B if they moved.",
  ];
}

/**
 * @param {Prediction} a
 * @param {Prediction} b
 * @param {boolean} isFolded
 */
function unlikeNotes(a, b, isFolded) {
  if (a.width === b.width && a.height === b.height) return [];
  const text = `A is ${a.width} x ${a.height} and B is ${b.width} x ${b.height}`;
  const [one, other] = [a.folds[0], b.folds[0]];
  if (Math.abs((one.width * other.height) / (one.height * other.width) - 1) <= ALIKE)
    return [`${text}: they are compared at the same relative places.`];
  return [
    `${text}: their ${isFolded ? "folds" : "images"} differ in shape and are stretched onto each other, so ` +
      "differences are of the shape, too. Give both in one size, or choose the same screen under Seen.",
  ];
}

/**
 * @param {number} a
 * @param {number} b
 */
function aloneNotes(a, b) {
  if (a === b) return [];
  const [both, most] = [Math.min(a, b), Math.max(a, b)];
  const which = most === both + 1 ? `fold ${most} has` : `folds ${both + 1} to ${most} have`;
  return [`Folds are compared by their numbers: ${a > b ? "A" : "B"}'s ${which} no counterpart.`];
}
