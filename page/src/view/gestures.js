/**
 * Areas by mouse, pen and finger: draw, move, pull a corner.
 *
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("../density/polygons.js").Corner} Corner
 *
 * @typedef {object} Gesture From the moment when the pointer goes down until it goes up.
 * @property {(to: Corner) => void} move
 * @property {(to: Corner) => void} end
 */

import { boxArea } from "../density/areas.js";
import { crossesItself } from "../density/polygons.js";
import { addArea, entryOf, moved, setCorners } from "./edits.js";
import { sayShares } from "./keys.js";
import { say } from "./live.js";
import { areasOn } from "./measures.js";

const LEAST = 5; // pixels of the screen; a shorter way is a click

/**
 * @param {Store} store
 * @param {string} entryId
 * @param {SVGSVGElement} drawing
 */
export function listenToPointer(store, entryId, drawing) {
  /** @type {Gesture | null} */
  let gesture = null;
  const here = (/** @type {PointerEvent | MouseEvent} */ event) => placeOf(event, drawing);
  drawing.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || store.get().tab === "crop" || !entryOf(store.get(), entryId).prediction) return;
    gesture = begun(store, entryId, drawing, event);
    if (gesture) drawing.setPointerCapture(event.pointerId);
  });
  drawing.addEventListener("pointermove", (event) => gesture?.move(here(event)));
  drawing.addEventListener("pointerup", (event) => {
    gesture?.end(here(event));
    gesture = null;
  });
  drawing.addEventListener("pointercancel", () => {
    gesture = null;
    store.set({ draft: null });
  });
  drawing.addEventListener("dblclick", () => closePolygon(store));
}

/**
 * Makes an area of the polygon that is being drawn.
 *
 * @param {Store} store
 */
export function closePolygon(store) {
  const { draft, tool } = store.get();
  if (tool !== "polygon" || !draft) return;
  const corners = draft.corners.filter(
    (corner, i) => i === 0 || String(corner) !== String(draft.corners[i - 1]),
  );
  if (corners.length < 3) say("A polygon needs three corners.");
  else if (crossesItself(corners))
    say("The lines of an area must not cross each other. Remove corners with Backspace.");
  else addArea(store, draft.entry, "polygon", corners);
}

/**
 * @param {Store} store
 * @param {string} entryId
 * @param {SVGSVGElement} drawing
 * @param {PointerEvent} event
 * @returns {Gesture | null}
 */
function begun(store, entryId, drawing, event) {
  const { tool } = store.get();
  const from = placeOf(event, drawing);
  const unit = Number(drawing.style.getPropertyValue("--unit")) || 1;
  if (tool === "box") return drawingBox(store, entryId, from, LEAST * unit);
  if (tool === "polygon") return addingCorner(store, entryId, from, 3 * LEAST * unit);
  const target = /** @type {Element} */ (event.target);
  const id = target.closest("[data-area]")?.getAttribute("data-area");
  store.set({ area: id ?? null });
  if (!id) return null;
  /** @type {SVGGElement} */ (target.closest("[data-area]")).focus({ preventScroll: true });
  const corner = target.getAttribute("data-corner");
  return corner === null ? moving(store, entryId, id, from) : pulling(store, entryId, id, Number(corner));
}

/**
 * @param {Store} store
 * @param {string} entryId
 * @param {Corner} from
 * @param {number} least
 * @returns {Gesture}
 */
function drawingBox(store, entryId, from, least) {
  const cornersTo = (/** @type {Corner} */ to) => {
    const [x, y] = [Math.min(from[0], to[0]), Math.min(from[1], to[1])];
    return boxArea("", "", { x, y, width: Math.abs(to[0] - from[0]), height: Math.abs(to[1] - from[1]) })
      .corners;
  };
  return {
    move: (to) => store.set({ draft: { entry: entryId, corners: cornersTo(to) } }),
    end: (to) => {
      const isClick = Math.min(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])) < least;
      if (isClick) store.set({ draft: null });
      else addArea(store, entryId, "box", cornersTo(to));
    },
  };
}

/**
 * @param {Store} store
 * @param {string} entryId
 * @param {Corner} at
 * @param {number} near The distance at which a click on the first corner closes the polygon.
 * @returns {Gesture | null}
 */
function addingCorner(store, entryId, at, near) {
  const { draft } = store.get();
  const corners = draft?.entry === entryId ? draft.corners : [];
  if (corners.length > 2 && Math.hypot(at[0] - corners[0][0], at[1] - corners[0][1]) < near)
    closePolygon(store);
  else store.set({ draft: { entry: entryId, corners: [...corners, at] } });
  return null;
}

/**
 * @param {Store} store
 * @param {string} entryId
 * @param {string} id
 * @param {Corner} from
 * @returns {Gesture | null}
 */
function moving(store, entryId, id, from) {
  const entry = entryOf(store.get(), entryId);
  const area = areasOn(store.get(), entry).areas.find((one) => one.id === id);
  if (!area || !entry.prediction) return null;
  const image = entry.prediction;
  let hasMoved = false;
  return {
    move: (to) => {
      const isSame = to[0] === from[0] && to[1] === from[1];
      if (!isSame)
        hasMoved = setCorners(
          store,
          entryId,
          id,
          moved(area.corners, to[0] - from[0], to[1] - from[1], image),
        );
    },
    end: () => hasMoved && sayShares(store, entryId, id),
  };
}

/**
 * @param {Store} store
 * @param {string} entryId
 * @param {string} id
 * @param {number} index Of the corner.
 * @returns {Gesture | null}
 */
function pulling(store, entryId, id, index) {
  const area = areasOn(store.get(), entryOf(store.get(), entryId)).areas.find((one) => one.id === id);
  if (!area) return null;
  const opposite = area.corners[(index + 2) % 4];
  return {
    move: (to) =>
      setCorners(
        store,
        entryId,
        id,
        area.kind === "box" ? boxBetween(opposite, to) : area.corners.with(index, to),
      ),
    end: () => sayShares(store, entryId, id),
  };
}

/**
 * @param {Corner} a
 * @param {Corner} b
 */
function boxBetween(a, b) {
  const [x, y] = [Math.min(a[0], b[0]), Math.min(a[1], b[1])];
  return boxArea("", "", { x, y, width: Math.abs(a[0] - b[0]), height: Math.abs(a[1] - b[1]) }).corners;
}

/**
 * Where a pointer is, in pixels of the image, and inside of it.
 *
 * @param {MouseEvent} event
 * @param {SVGSVGElement} drawing
 * @returns {Corner}
 */
function placeOf({ clientX, clientY }, drawing) {
  const { left, top, width, height } = drawing.getBoundingClientRect();
  const { width: columns, height: rows } = drawing.viewBox.baseVal;
  const at = (/** @type {number} */ share, /** @type {number} */ most) =>
    Math.min(Math.max(share, 0), 1) * most;
  return [at((clientX - left) / width, columns), at((clientY - top) / height, rows)];
}
