/**
 * Parts of a report as HTML: tables, notes, the legend, and the style that holds it on one page.
 *
 * @typedef {import("../density/areas.js").RegionShare} RegionShare
 * @typedef {import("../density/difference.js").RegionChange} RegionChange
 */

import { cssColor, positionOf, ticksOf } from "../density/colors.js";
import { SHARES } from "../density/contours.js";
import { contourColor } from "./lines.js";
import { mark, percent, points, times } from "./texts.js";

const MOST_ROWS = 10; // that fit on the page, as do so many notes
const MOST_NOTES = 4;

export const STYLE = `
@page { size: A4; margin: 14mm; }
* { box-sizing: border-box; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
body { margin: 0 auto; padding: 1.5rem; max-width: 182mm; font: 10pt/1.4 system-ui, "Segoe UI", Roboto, Arial, sans-serif; color: #1f1b24; background: #fff; }
@media print { body { padding: 0; max-width: none; } }
h1 { font-size: 15pt; margin: 0 0 1mm; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; } figcaption { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; } h2 { font-size: 10.5pt; margin: 0 0 1mm; } p { margin: 0 0 1.5mm; }
header p, small, figcaption, .notes { color: #5e5867; } small, figcaption, .notes { font-size: 8.5pt; }
.pictures { display: flex; gap: 5mm; margin: 4mm 0 3mm; } figure { margin: 0; flex: 1; min-width: 0; }
img { display: block; max-width: 100%; max-height: 74mm; border-radius: 1mm; }
.scale { max-width: 100mm; margin-bottom: 3mm; font-size: 8.5pt; } .colors { height: 3mm; border-radius: 1mm; border: 1px solid #bbb; }
.ticks { position: relative; height: 4.5mm; } .ticks span { position: absolute; transform: translateX(-50%); } .ticks span:first-child { transform: none; } .ticks span:last-child { transform: translateX(-100%); }
.swatch { display: inline-block; width: 6mm; height: 1.2mm; outline: 1px solid #444; vertical-align: middle; margin: 0 1mm 0 3mm; }
table { border-collapse: collapse; width: 100%; margin-bottom: 3mm; font-variant-numeric: tabular-nums; font-size: 9.5pt; }
th, td { text-align: right; padding: 0.5mm 2mm; border-bottom: 1px solid #ddd; } thead th { color: #5e5867; font-weight: 500; font-size: 8.5pt; }
th, td { white-space: nowrap; } th.name, td.name { text-align: left; max-width: 60mm; overflow: hidden; text-overflow: ellipsis; } ul { margin: 0 0 3mm; padding-left: 5mm; }
.meaning { border-top: 1px solid #ccc; padding-top: 2.5mm; font-size: 8.5pt; color: #413b49; }
`;

/** @param {string} text */
export function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

/** @param {string[]} lines */
export function list(lines) {
  const left = lines.length - MOST_NOTES;
  const shown = left > 0 ? [...lines.slice(0, MOST_NOTES), `and ${left} more notes, on the page`] : lines;
  return lines.length ? `<ul class="notes">${shown.map((line) => `<li>${escaped(line)}</li>`).join("")}</ul>` : "";
}

/**
 * @param {RegionShare[]} rows
 * @param {boolean} isFolded
 */
export function shareTable(rows, isFolded) {
  const fold = isFolded ? ["fold"] : [];
  const cells = rows.map((row) => [
    ...(isFolded ? [String(row.fold)] : []),
    ...[String(row.rank), row.name, percent(row.attention), percent(row.area), times(row.times_chance)],
  ]);
  return tableOf([...fold, "rank", "area", "attention", "size", "times chance"], cells, fold.length + 1);
}

/** @param {RegionChange[]} changes */
export function changeTable(changes) {
  const cells = changes.map(({ name, change, a, b }) => [
    ...[name, percent(a.attention), percent(b.attention), points(change)],
    ...[times(a.times_chance), times(b.times_chance)],
  ]);
  return tableOf(["area", "attention in A", "in B", "change, points", "times chance in A", "in B"], cells, 0);
}

/**
 * @param {string[]} headings
 * @param {string[][]} cells
 * @param {number} name The column of names.
 */
function tableOf(headings, cells, name) {
  const row = (/** @type {string[]} */ texts, /** @type {string} */ tag) =>
    `<tr>${texts.map((text, i) => `<${tag}${i === name ? ' class="name"' : ""}>${escaped(text)}</${tag}>`).join("")}</tr>`;
  const more = cells.length > MOST_ROWS ? `<p class="notes">and ${cells.length - MOST_ROWS} more rows, on the page.</p>` : "";
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
    const swatches = SHARES.map((share, i) => `<span class="swatch" style="background:${contourColor(i)}"></span>${100 * share} %`);
    return `<p class="scale">The smallest regions that hold ${swatches.join("")} of the attention</p>`;
  }
  const stops = Array.from({ length: 17 }, (_, i) => (view === "heat" ? cssColor(i / 16) : `rgb(${Array(3).fill(16 * i).join(" ")})`));
  const ticks = ticksOf(scale).map(
    (value) => `<span style="left:${100 * positionOf(value, scale)}%">${mark(value)}</span>`,
  );
  return `<div class="scale"><div class="colors" style="background:linear-gradient(to right,${stops.join(",")})"></div>
<div class="ticks">${ticks.join("")}</div>looked at so many times as often as chance</div>`;
}
