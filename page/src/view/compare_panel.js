/**
 * The tool "A / B": two designs side by side, how much of the attention lies elsewhere, and how that on each
 * area changes.
 *
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./store.js").State} State
 * @typedef {import("./store.js").Entry} Entry
 * @typedef {import("../model/predictor.js").Prediction} Prediction
 * @typedef {import("../density/difference.js").AreaChange} AreaChange
 */

import { comparisonOf } from "./comparison.js";
import { byId, element, quiet } from "./elements.js";
import { chosenEntry, otherEntry } from "./store.js";
import { likely, likeness, percent, points, SEEN, times } from "./texts.js";

/** @param {Store} store */
export function startComparePanel(store) {
  const first = element("select", { change: () => choose(store, first.value, "chosen") });
  const second = element("select", { change: () => choose(store, second.value, "other") });
  const swap = () => store.set({ chosen: store.get().other, other: store.get().chosen, area: null });
  const result = element("div", { class: "stack" });
  const form = element(
    "div",
    { class: "stack" },
    element("label", { class: "field" }, "A", first),
    element("label", { class: "field" }, "B", second),
    element("div", { class: "row" }, element("button", { type: "button", click: swap }, "Swap A and B")),
    result,
  );
  const few = element("p", {}, "Add a second image to compare two versions.");
  byId("compare").append(few, form);
  store.onChange((state) => {
    if (state.tab !== "compare") return;
    const [a, b] = [chosenEntry(state), otherEntry(state)];
    few.hidden = state.entries.length > 1;
    form.hidden = state.entries.length < 2;
    setChoices(first, state, state.chosen);
    setChoices(second, state, state.other);
    result.replaceChildren(
      ...(a?.prediction && b?.prediction
        ? resultOf(state)
        : a && b
          ? ["There is no prediction of both yet."]
          : []),
    );
  });
}

/**
 * @param {Store} store
 * @param {string} id
 * @param {"chosen" | "other"} side
 */
function choose(store, id, side) {
  const { chosen, other } = store.get();
  const opposite = side === "chosen" ? other : chosen;
  if (id === opposite) store.set({ chosen: other, other: chosen, area: null });
  else store.set({ [side]: id, area: null });
}

/**
 * @param {HTMLSelectElement} select
 * @param {State} state
 * @param {string | null} chosen
 */
function setChoices(select, { entries }, chosen) {
  const wanted = JSON.stringify(entries.map(({ id, name }) => [id, name]));
  if (select.dataset.choices !== wanted)
    select.replaceChildren(...entries.map(({ id, name }) => element("option", { value: id }, name)));
  select.dataset.choices = wanted;
  select.value = chosen ?? "";
}

/** @param {State} state With two predicted images. */
function resultOf(state) {
  const { differences, changes, notes, isFolded } = comparisonOf(state);
  const numbers = differences.flatMap((difference, i) => [
    element(
      "p",
      {},
      isFolded ? `Fold ${i + 1}: ` : "",
      element("span", { class: isFolded ? false : "figure-number" }, percent(difference.total_variation)),
      " of the attention lies elsewhere in B",
    ),
    quiet(likeness(difference)),
  ]);
  const lines = notes.map((note) => element("li", {}, note));
  return [
    ...numbers,
    changes.length
      ? tableOf(changes)
      : quiet("Draw areas on A, under Areas, to see how the attention on each changes."),
    element("ul", { class: "said", "aria-label": "Notes on the comparison" }, ...lines),
  ];
}

/** @param {AreaChange[]} changes */
function tableOf(changes) {
  const heading = (/** @type {string} */ text) =>
    element("th", { scope: "col", class: text === "Area" ? "name" : false }, text);
  const rows = changes.map(({ name, change, a, b, isTakenOver }) =>
    element(
      "tr",
      {},
      element(
        "th",
        { scope: "row", class: "name" },
        name,
        ...(isTakenOver ? [] : [element("small", { class: "quiet" }, " moved")]),
      ),
      ...[a, b].map((share) =>
        element(
          "td",
          {},
          percent(share.attention),
          element("small", {}, `${times(share.times_chance)} x, ${likely(share.seen)}`),
        ),
      ),
      element("td", { class: change > 0 ? "more" : "less" }, points(change)),
    ),
  );
  const headings = ["Area", "in A", "in B", "Change, points"].map(heading);
  const caption = element("caption", {}, `Share of attention, below it times chance and ${SEEN.toLowerCase()}`);
  return element(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": "Change per area" },
    element(
      "table",
      {},
      caption,
      element("thead", {}, element("tr", {}, ...headings)),
      element("tbody", {}, ...rows),
    ),
  );
}
