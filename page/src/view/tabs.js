/**
 * The tools, one at a time: tabs, between which the arrow keys go.
 *
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./store.js").Tab} Tab
 */

import { byId } from "./elements.js";

/** @type {Tab[]} */
const TABS = ["areas", "compare", "crop", "save"];

/** @param {Store} store */
export function startTabs(store) {
  TABS.forEach((tab, i) => {
    const button = byId(`tab-${tab}`);
    button.addEventListener("click", () => store.set({ tab, draft: null, tool: "select" }));
    button.addEventListener("keydown", ({ key }) => {
      const next = { ArrowRight: i + 1, ArrowLeft: i + TABS.length - 1, Home: 0, End: TABS.length - 1 }[key];
      if (next !== undefined) byId(`tab-${TABS[next % TABS.length]}`).focus();
    });
    button.addEventListener("focus", () => store.set({ tab, draft: null, tool: "select" }));
  });
  store.onChange((state) => {
    for (const tab of TABS) {
      byId(`tab-${tab}`).setAttribute("aria-selected", String(tab === state.tab));
      byId(`tab-${tab}`).tabIndex = tab === state.tab ? 0 : -1;
      byId(tab).hidden = tab !== state.tab;
    }
  });
}
