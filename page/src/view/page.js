/** The page: one state, and what draws each of its parts. */

import { startAreasPanel } from "./areas_panel.js";
import { startComparePanel } from "./compare_panel.js";
import { startCropPanel } from "./crop_panel.js";
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
import { VERSION } from "../version.js";
import { byId } from "./elements.js";

/** @param {import("../model/predictor.js").Predictor} predictor */
export function startPage(predictor) {
  const store = createStore(firstState());
  byId("version").textContent = VERSION;
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
