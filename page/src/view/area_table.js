/**
 * The table of areas: rank, name with size, share of attention, times chance, seen in time; one row per fold and
 * area. The size has no column: with one, the button that deletes lies out of view.
 *
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./store.js").Entry} Entry
 * @typedef {import("../density/areas.js").AreaShare} AreaShare
 */

import { removeArea, rename } from "./edits.js";
import { byId, element, keyedChildren } from "./elements.js";
import { likely, percent, SEEN, times } from "./texts.js";

export function newAreaTable() {
  const headings = ["Rank", "Name", "Attention", "Times chance", SEEN].map((text) =>
    element("th", { scope: "col", class: text === "Name" ? "name" : false }, text),
  );
  const last = element("td", {}, element("span", { class: "unseen" }, "Delete"));
  return element(
    "div",
    { class: "scroll", hidden: true },
    element("table", {}, element("thead", {}, element("tr", {}, ...headings, last)), element("tbody")),
  );
}

/**
 * @param {Store} store
 * @param {HTMLElement} table
 * @param {Entry | null} entry
 * @param {AreaShare[]} rows
 * @param {string | null} chosen The id of the area that is chosen.
 */
export function drawAreaTable(store, table, entry, rows, chosen) {
  table.hidden = rows.length === 0;
  const areas = new Map(entry?.areas.map((area) => [area.name, area]));
  const isFolded = (entry?.prediction?.folds.length ?? 1) > 1;
  const seen = new Set();
  const places = rows.map((row) => {
    const id = areas.get(row.name)?.id ?? "";
    const isFirst = !seen.has(id);
    seen.add(id);
    return { row, id, isFirst, key: isFirst ? id : `${id}/${row.fold}` };
  });
  const body = /** @type {HTMLTableSectionElement} */ (table.querySelector("tbody"));
  const lines = keyedChildren(
    body,
    places.map(({ key }) => key),
    (key) => newLine(store, entry?.id ?? "", key),
  );
  places.forEach(({ row, id, isFirst }, i) => {
    lines[i].classList.toggle("is-chosen", id === chosen);
    drawLine(lines[i], row, isFirst, isFolded);
  });
}

/**
 * @param {Store} store
 * @param {string} entryId
 * @param {string} key The area's id, and the fold's number behind it in further rows.
 */
function newLine(store, entryId, key) {
  const [id, fold] = key.split("/");
  const take = (/** @type {Event} */ event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    input.setCustomValidity(rename(store, id, input.value));
    input.reportValidity();
  };
  const input = element("input", {
    ...{ class: "name", "data-area": id, spellcheck: "false", maxlength: 80, change: take },
    input: () => input.setCustomValidity(""),
    focus: () => store.set({ area: id }),
  });
  const remove = () => {
    removeArea(store, entryId, id);
    byId("tab-areas").focus();
  };
  const button = element("button", { type: "button", class: "plain", click: remove }, "×");
  return element(
    "tr",
    {},
    element("td"),
    element(
      "td",
      { class: "name" },
      fold ? element("span") : input,
      element("small", { class: "quiet" }),
    ),
    ...["", "", ""].map(() => element("td")),
    element("td", {}, ...(fold ? [] : [button])),
  );
}

/**
 * @param {HTMLTableRowElement} line
 * @param {AreaShare} row
 * @param {boolean} isFirst
 * @param {boolean} isFolded
 */
function drawLine(line, row, isFirst, isFolded) {
  const [rank, name, attention, chance, seen, button] = [...line.cells];
  rank.textContent = String(row.rank);
  attention.textContent = percent(row.attention);
  chance.textContent = times(row.times_chance);
  seen.textContent = likely(row.seen);
  const [title, small] = [...name.children];
  small.textContent = `${isFolded ? `fold ${row.fold}, ` : ""}size ${percent(row.size)}`;
  if (!isFirst) {
    title.textContent = row.name;
    return;
  }
  const input = /** @type {HTMLInputElement} */ (title);
  if (document.activeElement !== input || input.validity.valid) input.value = row.name;
  input.setAttribute("aria-label", `Name of ${row.name}`);
  button.firstElementChild?.setAttribute("aria-label", `Delete ${row.name}`);
}
