/**
 * What was assumed of the images on the stage.
 *
 * @typedef {import("./store.js").Store} Store
 */

import { byId, element } from "./elements.js";
import { shownEntries } from "./store.js";
import { forThePage, sentence } from "./texts.js";

/** @param {Store} store */
export function startNotes(store) {
  store.onChange((state) => {
    const entries = shownEntries(state);
    const lines = entries.flatMap((entry, i) => {
      const letter = entries.length > 1 ? `${"AB"[i]}: ` : "";
      const notes = (entry.prediction?.notes ?? []).map((note) => sentence(forThePage(note)));
      if (entry.prediction && !entry.picture)
        notes.push("This browser cannot show the image itself, so the map is shown alone.");
      return notes.map((note) => letter + note);
    });
    const list = byId("notes");
    if (list.dataset.lines === JSON.stringify(lines)) return;
    list.dataset.lines = JSON.stringify(lines);
    list.replaceChildren(...lines.map((line) => element("li", {}, line)));
  });
}
