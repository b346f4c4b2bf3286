/**
 * Parts of a report as HTML: tables, notes, the legend, and the style that holds it on one page.
 *
 * @typedef {import("../density/areas.js").AreaShare} AreaShare
 * @typedef {import("../density/difference.js").AreaChange} AreaChange
 */

import { cssColor, positionOf, ticksOf } from "../density/colors.js";
import { SHARES } from "../density/contours.js";
import { contourColor } from "./lines.js";
import { likely, mark, percent, points, SEEN, times } from "./texts.js";

const MOST_ROWS = 10; // that fit on the page, as do so many notes
const MOST_NOTES = 4;

/** @param {string} text */
export function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

/** @param {string[]} lines */
export function list(lines) {
  const left = lines.length - MOST_NOTES;
  const shown = left > 0 ? [...lines.slice(0, MOST_NOTES), `and ${left} more notes, on the page`] : lines;
  return lines.length
    ? `<ul class="notes">${shown.map((line) => `<li>${escaped(line)}</li>`).join("")}</ul>`
    : "";
}

/**
 * @param {AreaShare[]} rows
 * @param {boolean} isFolded
 */
export function shareTable(rows, isFolded) {
  const fold = isFolded ? ["fold"] : [];
  const cells = rows.map((row) => [
    ...(isFolded ? [String(row.fold)] : []),
    ...[String(row.rank), row.name, percent(row.attention), percent(row.size), times(row.times_chance)],
    likely(row.seen),
  ]);
  const headings = ["rank", "area", "attention", "size", "times chance", SEEN.toLowerCase()];
  return tableOf([...fold, ...headings], cells, fold.length + 1);
}

/** @param {AreaChange[]} changes */
export function changeTable(changes) {
  const cells = changes.map(({ name, change, a, b }) => [
    ...[name, percent(a.attention), percent(b.attention), points(change)],
    ...[times(a.times_chance), times(b.times_chance), likely(a.seen), likely(b.seen)],
  ]);
  const headings = ["area", "attention in A", "in B", "change, points", "times chance in A", "in B"];
  return tableOf([...headings, `${SEEN.toLowerCase()}, A`, "in B"], cells, 0);
}

/**
 * @param {string[]} headings
 * @param {string[][]} cells
 * @param {number} name The column of names.
 */
function tableOf(headings, cells, name) {
  const kindOf = (/** @type {number} */ column) => (column === name ? ' class="name"' : "");
  const row = (/** @type {string[]} */ texts, /** @type {string} */ tag) =>
    `<tr>${texts.map((text, i) => `<${tag}${kindOf(i)}>${escaped(text)}</${tag}>`).join("")}</tr>`;
  const more =
    cells.length > MOST_ROWS
      ? `<p class="notes">and ${cells.length - MOST_ROWS} more rows, on the page.</p>`
      : "";
  const body = cells.slice(0, MOST_ROWS).map((texts) => row(texts, "td"));
  return `<table><thead>${row(headings, "th")}</thead><tbody>${body.join("")}</tbody></table>${more}`;
}

/**
 * @param {import("./store.js").View} view
 * @param {import("../density/colors.js").Scale} scale
 */
export function legendBar(view, scale) {
  if (view === "image" || scale.high <= scale.low) return "";
  if (view === "contours") {
    const swatches = SHARES.map(
      (share, i) => `<span class="swatch" style="background:${contourColor(i)}"></span>${100 * share} %`,
    );
    return `<p class="scale">The smallest regions that hold ${swatches.join("")} of the attention</p>`;
  }
  const stops = Array.from({ length: 17 }, (_, i) =>
    view === "heat"
      ? cssColor(i / 16)
      : `rgb(${Array(3)
          .fill(16 * i)
          .join(" ")})`,
  );
  const ticks = ticksOf(scale).map(
    (value) => `<span style="left:${100 * positionOf(value, scale)}%">${mark(value)}</span>`,
  );
  const colors = `background:linear-gradient(to right,${stops.join(",")})`;
  return `<div class="scale"><div class="colors" style="${colors}"></div>
<div class="ticks">${ticks.join("")}</div>looked at so many times as often as chance</div>`;
}
