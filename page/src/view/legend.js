/**
 * What the colors and lines on the image stand for.
 *
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("../density/colors.js").Scale} Scale
 */

import { cssColor, positionOf, ticksOf } from "../density/colors.js";
import { SHARES } from "../density/contours.js";
import { byId, element } from "./elements.js";
import { contourColor } from "./lines.js";
import { scaleFor } from "./maps.js";
import { chosenEntry } from "./store.js";
import { mark, times } from "./texts.js";

const UNIT = "times as often as chance";

/** @param {Store} store */
export function startLegend(store) {
  let drawn = "";
  store.onChange((state) => {
    const entry = chosenEntry(state);
    const scale = entry?.map ? scaleFor(state, entry) : null;
    const wanted = JSON.stringify([state.view, scale]);
    if (wanted === drawn) return;
    drawn = wanted;
    byId("legend").replaceChildren(...legendOf(state.view, scale));
  });
}

/**
 * @param {import("./store.js").View} view
 * @param {Scale | null} scale
 * @returns {(HTMLElement | string)[]}
 */
export function legendOf(view, scale) {
  if (!scale || view === "image") return [];
  if (view === "contours") return contourLegend();
  if (scale.high <= scale.low) return ["Every place is looked at alike."];
  return [
    barOf(view, scale),
    element("span", {}, view === "heat" ? `looked at so many ${UNIT}` : `${UNIT}: dark is looked at least`),
  ];
}

function contourLegend() {
  const swatches = SHARES.map((share, i) =>
    element(
      "span",
      {},
      element("span", { class: "swatch", style: `background:${contourColor(i)}` }),
      `${100 * share} %`,
    ),
  );
  return ["The smallest regions that hold", ...swatches, "of the attention"];
}

/**
 * @param {"heat" | "reveal"} view
 * @param {Scale} scale
 */
function barOf(view, scale) {
  const stops = Array.from({ length: 17 }, (_, i) =>
    view === "heat"
      ? cssColor(i / 16)
      : `rgb(${Array(3)
          .fill(Math.round((255 * i) / 16))
          .join(" ")})`,
  );
  const marks = ticksOf(scale).map((value) =>
    element("span", { style: `left:${100 * positionOf(value, scale)}%` }, mark(value)),
  );
  return element(
    "div",
    {
      class: "scale",
      role: "img",
      "aria-label": `Scale of the colors, from ${times(scale.low)} to ${times(scale.high)} ${UNIT}`,
    },
    element("div", { class: "colors", style: `background:linear-gradient(to right,${stops.join(",")})` }),
    element("div", { class: "ticks" }, ...marks),
  );
}
