/**
 * How the map is shown: heat map, contours or reveal, its opacity, and one scale for all images.
 *
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./store.js").View} View
 */

import { byId, inputById } from "./elements.js";

/** @param {Store} store */
export function startToolbar(store) {
  const [opacity, shared] = [inputById("opacity"), inputById("shared")];
  byId("view").addEventListener("change", (event) => {
    store.set({ view: /** @type {View} */ (/** @type {HTMLInputElement} */ (event.target).value) });
  });
  opacity.addEventListener("input", () => store.set({ opacity: Number(opacity.value) / 100 }));
  shared.addEventListener("change", () => store.set({ isShared: shared.checked }));
  store.onChange((state) => {
    byId("opacity-text").textContent = `${opacity.value} %`;
    byId("opacity-label").hidden = state.view === "image" || state.view === "contours";
    byId("shared-label").hidden =
      state.entries.length < 2 ||
      state.tab === "compare" ||
      state.view === "contours" ||
      state.view === "image";
  });
}
