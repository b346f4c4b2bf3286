/**
 * The tool "Save": the picture, the table of areas, and the report as files.
 *
 * @typedef {import("./store.js").Store} Store
 */

import { byId, element } from "./elements.js";

/** @param {Store} store */
export function startSavePanel(store) {
  byId("save").append(element("div", { class: "stack" }));
}
