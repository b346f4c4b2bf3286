/**
 * Areas as shapes on an image, each reached by the tabulator and moved by keys.
 *
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./store.js").State} State
 * @typedef {import("./store.js").Entry} Entry
 * @typedef {import("../density/areas.js").Area} Area
 * @typedef {import("../density/areas.js").AreaShare} AreaShare
 */

import { boundsOf } from "../density/polygons.js";
import { drawn, keyedChildren, setOptions } from "./elements.js";
import { pressKey } from "./keys.js";
import { areasOn, sharesOf } from "./measures.js";
import { percent, spoken } from "./texts.js";

const ROOM = 22; // pixels of the screen that a name takes above its area

/**
 * @param {Store} store
 * @param {SVGSVGElement} drawing
 * @param {State} state
 * @param {Entry} entry
 */
export function drawShapes(store, drawing, state, entry) {
  const [group, draft] = /** @type {[Element, Element]} */ ([
    drawing.querySelector(".areas"),
    drawing.querySelector(".draft"),
  ]);
  const isShown = state.tab !== "crop" && entry.prediction;
  const { areas, takenOver } = isShown ? areasOn(state, entry) : { areas: [], takenOver: new Set() };
  const rows = entry.prediction ? sharesOf(entry.prediction, areas) : [];
  const shapes = keyedChildren(
    group,
    areas.map(({ id }) => id),
    (id) => newShape(store, entry.id, id),
  );
  const unit = Number(drawing.style.getPropertyValue("--unit")) || 1;
  areas.forEach((area, i) => {
    drawShape(
      shapes[i],
      unit,
      entry.prediction?.width ?? 0,
      area,
      rows.filter((row) => row.name === area.name),
      area.id === state.area,
    );
    shapes[i].classList.toggle("is-taken-over", takenOver.has(area.name));
  });
  draft.replaceChildren();
  if (state.draft?.entry === entry.id && state.draft.corners.length) {
    draft.append(drawn("polygon", { class: "draft", points: pointsOf(state.draft.corners) }));
    if (state.tool === "polygon")
      draft.append(...state.draft.corners.map(([cx, cy]) => drawn("circle", { class: "handle", cx, cy })));
  }
}

/**
 * @param {Store} store
 * @param {string} entryId
 * @param {string} id
 */
function newShape(store, entryId, id) {
  return drawn(
    "g",
    {
      class: "shape",
      tabindex: 0,
      role: "img",
      "data-area": id,
      "aria-describedby": "area-help",
      keydown: (/** @type {KeyboardEvent} */ event) => pressKey(store, entryId, id, event),
      focus: () => store.set({ area: id }),
    },
    drawn("polygon", { class: "halo" }),
    drawn("polygon"),
    drawn("text"),
    drawn("g"),
  );
}

/**
 * @param {SVGGElement} shape
 * @param {number} unit A pixel of the screen, in pixels of the image.
 * @param {number} imageWidth
 * @param {Area} area
 * @param {AreaShare[]} rows One per fold that it lies in.
 * @param {boolean} isChosen
 */
function drawShape(shape, unit, imageWidth, { name, kind, corners }, rows, isChosen) {
  const [halo, line, label, handles] = [...shape.children];
  const points = pointsOf(corners);
  const { x, y, width } = boundsOf(corners);
  const shares = rows.map(({ attention }) => percent(attention)).join(" + ");
  setOptions(halo, { points });
  setOptions(line, { points });
  const isRight = x > imageWidth / 2; // where a name would reach over the edge
  const isAbove = y > ROOM * unit;
  const inset = isAbove ? "0em" : isRight ? "-0.4em" : "0.4em";
  setOptions(label, {
    x: isRight ? x + width : x,
    y,
    dx: inset,
    dy: isAbove ? "-0.5em" : "1.3em",
    "text-anchor": isRight ? "end" : "start",
  });
  label.textContent = `${name} ${shares}`;
  setOptions(shape, { "aria-label": spoken(name, kind, rows) });
  shape.classList.toggle("is-chosen", isChosen);
  handles.replaceChildren(...(isChosen ? corners.flatMap(([cx, cy], i) => handle(cx, cy, i)) : []));
}

/**
 * @param {number} cx
 * @param {number} cy
 * @param {number} index Of the corner.
 */
function handle(cx, cy, index) {
  return [
    drawn("circle", { class: "handle", cx, cy }),
    drawn("circle", { class: "grip", "data-corner": index, cx, cy }),
  ];
}

/** @param {import("../density/polygons.js").Corner[]} corners */
function pointsOf(corners) {
  return corners.map((corner) => corner.join(",")).join(" ");
}
