import assert from "node:assert/strict";
import test from "node:test";
import { moved, rename, stretched } from "../src/view/edits.js";
import { createStore, firstState } from "../src/view/store.js";

/** @type {import("../src/density/polygons.js").Corner[]} */
const CORNERS = [
  [10, 10],
  [30, 10],
  [30, 20],
  [10, 20],
];
const IMAGE = { width: 100, height: 50 };

test("an area stops at the image's edges", () => {
  assert.deepEqual(moved(CORNERS, -99, 99, IMAGE), [
    [0, 40],
    [20, 40],
    [20, 50],
    [0, 50],
  ]);
});

test("an area is stretched into another box", () => {
  assert.deepEqual(stretched(CORNERS, { x: 10, y: 10, width: 40, height: 5 }), [
    [10, 10],
    [50, 10],
    [50, 15],
    [10, 15],
  ]);
});

test("a name stands for one area of an image, and for the same one in another version", () => {
  const area = (/** @type {string} */ id, /** @type {string} */ name) => ({
    id,
    name,
    kind: "box",
    corners: CORNERS,
  });
  const entries = /** @type {any[]} */ ([
    { id: "A", areas: [area("1", "button"), area("2", "logo")] },
    { id: "B", areas: [area("1", "button")] },
  ]);
  const store = createStore({ ...firstState(), entries });
  assert.match(rename(store, "1", " logo "), /Another area is named logo/);
  assert.match(rename(store, "1", "  "), /needs a name/);
  assert.equal(rename(store, "1", "order"), "");
  assert.deepEqual(
    store.get().entries.map(({ areas }) => areas[0].name),
    ["order", "order"],
  );
});
