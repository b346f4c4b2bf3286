/**
 * The page: one state, and what draws each of its parts.
 *
 * @typedef {import("../model/predictor.js").Predictor} Predictor
 */

import { VERSION } from "../version.js";
import { startAreasPanel } from "./areas_panel.js";
import { startComparePanel } from "./compare_panel.js";
import { startCropPanel } from "./crop_panel.js";
import { byId } from "./elements.js";
import { startIntake } from "./intake.js";
import { startLegend } from "./legend.js";
import { startNotes } from "./notes.js";
import { startQueue } from "./queue.js";
import { startSavePanel } from "./save_panel.js";
import { startSettings } from "./settings.js";
import { startStage } from "./stage.js";
import { createStore, firstState } from "./store.js";
import { startStrip } from "./strip.js";
import { startTabs } from "./tabs.js";
import { startToolbar } from "./toolbar.js";

const HERE = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Images stay here, unless they are predicted by a server on another machine.
 *
 * @param {Predictor} predictor
 */
function sayWhereImagesGo({ form }) {
  if (form === "browser" || HERE.includes(location.hostname)) return;
  for (const text of document.querySelectorAll(".privacy")) {
    text.textContent = `Your images are sent to ${location.hostname}, which predicts them.`;
  }
}

/** @param {Predictor} predictor */
export function startPage(predictor) {
  const store = createStore(firstState());
  byId("version").textContent = VERSION;
  sayWhereImagesGo(predictor);
  startIntake(store);
  startSettings(store, predictor);
  startStrip(store);
  startTabs(store);
  startToolbar(store);
  startStage(store);
  startLegend(store);
  startNotes(store);
  for (const start of [startAreasPanel, startComparePanel, startCropPanel, startSavePanel]) start(store);
  startQueue(store, predictor);
  store.set({});
}
