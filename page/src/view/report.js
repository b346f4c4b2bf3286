/**
 * A report of one image, or of two versions: one file that needs no other, and prints to one page.
 *
 * @typedef {import("./store.js").State} State
 * @typedef {import("./store.js").Entry} Entry
 * @typedef {import("../model/predictor.js").Prediction} Prediction
 */

import { cutNotes, overlapNotes } from "../density/areas.js";
import { VERSION } from "../version.js";
import { comparisonOf } from "./comparison.js";
import { scaleFor } from "./maps.js";
import { sharesOf } from "./measures.js";
import { painted } from "./painting.js";
import { changeTable, escaped, legendBar, list, shareTable } from "./report_parts.js";
import { STYLE } from "./report_style.js";
import { forThePage, likeness, percent, sentence } from "./texts.js";

const PICTURE = 2 ** 20; // pixels of each picture
const MOST_FOLDS = 4; // whose numbers fit on the page

/**
 * @param {State} state
 * @param {Entry[]} entries One, or A and B; all are predicted.
 * @returns {Promise<string>} HTML.
 */
export async function reportOf(state, entries) {
  const isOfBoth = entries.length === 2;
  const names = entries.map(({ name }) => name).join(" and ");
  const pictures = isOfBoth
    ? await Promise.all(entries.map((entry, i) => figure(state, entry, `${"AB"[i]}: ${entry.name}`)))
    : [
        await figure({ ...state, view: "image" }, entries[0], "The image"),
        await figure(mapView(state), entries[0], "Where people are predicted to look"),
      ];
  const { numbers, notes } = isOfBoth ? comparedParts(state) : oneParts(entries[0]);
  const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Attention on ${escaped(names)}</title><style>${STYLE}</style></head><body>
<header><h1>Attention on ${escaped(names)}</h1><p>${escaped(aboutOf(state, entries))}</p></header>
<div class="pictures">${pictures.join("")}</div>
${legendBar(isOfBoth ? state.view : mapView(state).view, scaleFor(state, entries[0]))}
${numbers}
${list(notes.map(forThePage).map(sentence))}
<section class="meaning"><h2>What the numbers mean</h2>
<p>A model predicts where people look in the first seconds, when they look freely. People were predicted here,
not measured.
Attention is the share of all looks. Times chance is that share divided by the share of the size: 1 is chance.
Order and large differences can be believed. The share of a sixteenth of a screenshot is off by 3.5 points on
average.</p>
<p>They say nothing about one person, about people who look for something, about what is understood or liked,
or about places of a few pixels. Shares of folds cannot be added up. A prediction may choose what to test; it
does not replace the test with people.</p></section>
</body></html>
`;
}

/** @param {State} state */
function mapView(state) {
  return /** @type {State} */ (state.view === "image" ? { ...state, view: "heat" } : state);
}

/**
 * @param {State} state
 * @param {Entry[]} entries
 */
function aboutOf({ model, centerBias }, entries) {
  const sizes = entries.map(({ prediction }) => `${prediction?.width} x ${prediction?.height} pixels`);
  const bias = centerBias ? "with its center bias" : "without its center bias";
  const date = new Date().toISOString().slice(0, 10);
  return `${sizes.join(" and ")}. Predicted by ${model}, ${bias}. gazemap ${VERSION}, ${date}.`;
}

/**
 * @param {State} state
 * @param {Entry} entry
 * @param {string} title
 */
async function figure(state, entry, title) {
  const canvas = await painted(state, entry, true, PICTURE);
  const source = canvas.toDataURL("image/jpeg", 0.88);
  const text = escaped(title);
  return `<figure><img src="${source}" alt="${text}"><figcaption>${text}</figcaption></figure>`;
}

/** @param {Entry} entry */
function oneParts({ prediction, areas }) {
  const found = /** @type {Prediction} */ (prediction);
  const rows = sharesOf(found, areas);
  return {
    numbers: rows.length ? shareTable(rows, found.folds.length > 1) : "",
    notes: [...found.notes, ...cutNotes(rows), ...overlapNotes(areas)],
  };
}

/** @param {State} state */
function comparedParts(state) {
  const { differences, changes, notes, isFolded } = comparisonOf(state);
  const lines = differences.slice(0, MOST_FOLDS).map((difference, i) => {
    const fold = isFolded ? `Fold ${i + 1}: ` : "";
    const share = `${fold}<b>${percent(difference.total_variation)}</b> of the attention lies elsewhere in B.`;
    return `<p>${share} <small>${likeness(difference)}</small></p>`;
  });
  const left = differences.length - MOST_FOLDS;
  if (left > 0) lines.push(`<p><small>and ${left} more folds, on the page.</small></p>`);
  return { numbers: lines.join("") + (changes.length ? changeTable(changes) : ""), notes };
}
