/**
 * The tool "Save": pictures, tables and reports as files.
 *
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./store.js").State} State
 * @typedef {import("./store.js").Entry} Entry
 * @typedef {import("../model/predictor.js").Prediction} Prediction
 */

import { rowOf } from "../density/difference.js";
import { summaryOf } from "../density/summary.js";
import { comparisonOf } from "./comparison.js";
import { byId, element, quiet } from "./elements.js";
import { csvOf, download, jsonOf } from "./files.js";
import { say } from "./live.js";
import { sharesOf } from "./measures.js";
import { painted } from "./painting.js";
import { blobOf } from "./pictures.js";
import { reportOf } from "./report.js";
import { chosenEntry, newId, otherEntry } from "./store.js";
import { sentence } from "./texts.js";

const KINDS = { heat: "overlay", contours: "contour", reveal: "reveal", image: "image" };

/** @param {Store} store */
export function startSavePanel(store) {
  const withAreas = element("input", { type: "checkbox", checked: true });
  /** @param {string} text @param {string} id @param {(state: State) => unknown} save */
  const button = (text, id, save) =>
    element("button", { type: "button", id, click: () => act(store, text, save) }, text);
  const picture = button("Picture (PNG)", "save-picture", (state) => savePicture(state, withAreas.checked));
  const report = button("Report (one page)", "save-report", (state) => saveReport(state, false));
  const numbers = button("Numbers (JSON)", "save-numbers", saveNumbers);
  const tables = [
    button("Areas (CSV)", "save-areas-csv", (state) => saveAreas(state, "csv")),
    button("Areas (JSON)", "save-areas-json", (state) => saveAreas(state, "json")),
  ];
  const both = [
    button("Changes (CSV)", "save-changes-csv", (state) => saveChanges(state, "csv")),
    button("Changes (JSON)", "save-changes-json", (state) => saveChanges(state, "json")),
    button("Report of A and B", "save-report-both", (state) => saveReport(state, true)),
  ];
  const about = quiet("");
  byId("save").append(
    element(
      "div",
      { class: "stack" },
      element("h2", {}, "This image"),
      about,
      element("div", { class: "row" }, picture, numbers, report),
      element("label", { class: "check" }, withAreas, "Draw the areas on the picture"),
      element("h2", {}, "Its areas"),
      element("div", { class: "row" }, ...tables),
      quiet("As gazemap areas writes them, and reads them. A polygon is written as the box around it."),
      element("h2", {}, "A and B"),
      element("div", { class: "row" }, ...both),
      quiet("As gazemap diff writes them."),
    ),
  );
  store.onChange((state) => {
    if (state.tab !== "save") return;
    const [a, b] = [chosenEntry(state), otherEntry(state)];
    about.textContent = a ? `${a.name}, as it is shown now.` : "";
    const isReady = Boolean(a?.prediction);
    for (const one of [picture, numbers, report]) one.disabled = !isReady;
    for (const one of tables) one.disabled = !isReady || !a?.areas.length;
    both.forEach((one, i) => {
      one.disabled = !isReady || !b?.prediction || (i < 2 && !comparisonOf(state).changes.length);
    });
  });
}

/**
 * @param {Store} store
 * @param {string} text
 * @param {(state: State) => unknown} save
 */
async function act(store, text, save) {
  say(`${text} is being made.`);
  try {
    await save(store.get());
    say(`${text} was saved.`);
  } catch (error) {
    // such as a picture that is too large for this browser
    const reason = `${text} was not saved: ${/** @type {Error} */ (error).message}`;
    store.set({ failures: [...store.get().failures, { id: newId("failure"), text: sentence(reason) }] });
  }
}

/**
 * @param {State} state
 * @param {boolean} hasAreas
 */
async function savePicture(state, hasAreas) {
  const entry = /** @type {Entry} */ (chosenEntry(state));
  const canvas = await painted(state, entry, hasAreas);
  download(await blobOf(canvas, "image/png"), `${entry.name}.${KINDS[state.view]}.png`);
}

/** @param {State} state */
function saveNumbers(state) {
  const entry = /** @type {Entry} */ (chosenEntry(state));
  saveText(jsonOf(summaryOf(/** @type {Prediction} */ (entry.prediction))), `${entry.name}.json`);
}

/**
 * @param {State} state
 * @param {"csv" | "json"} kind
 */
function saveAreas(state, kind) {
  const entry = /** @type {Entry} */ (chosenEntry(state));
  const rows = sharesOf(/** @type {Prediction} */ (entry.prediction), entry.areas);
  saveRows(
    rows.map((row) => ({ ...row })),
    `${entry.name}.areas.${kind}`,
  );
}

/**
 * @param {State} state
 * @param {"csv" | "json"} kind
 */
function saveChanges(state, kind) {
  const [a, b] = [chosenEntry(state), otherEntry(state)];
  saveRows(comparisonOf(state).changes.map(rowOf), `${a?.name}-${b?.name}.diff.${kind}`);
}

/**
 * @param {State} state
 * @param {boolean} isOfBoth
 */
async function saveReport(state, isOfBoth) {
  const entries = /** @type {Entry[]} */ (
    isOfBoth ? [chosenEntry(state), otherEntry(state)] : [chosenEntry(state)]
  );
  const html = await reportOf(isOfBoth ? { ...state, tab: "compare" } : { ...state, tab: "areas" }, entries);
  download(
    new Blob([html], { type: "text/html" }),
    `${entries.map(({ name }) => name).join("-")}.report.html`,
  );
}

/**
 * @param {Record<string, string | number>[]} rows
 * @param {string} name
 */
function saveRows(rows, name) {
  saveText(name.endsWith(".csv") ? csvOf(rows) : jsonOf(rows), name);
}

/**
 * @param {string} text
 * @param {string} name
 */
function saveText(text, name) {
  download(new Blob([text], { type: name.endsWith(".csv") ? "text/csv" : "application/json" }), name);
}
