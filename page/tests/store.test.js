import assert from "node:assert/strict";
import test from "node:test";
import { createStore, firstState, shownEntries } from "../src/view/store.js";

test("whoever draws is told once of all changes of a moment", async () => {
  const store = createStore(firstState());
  /** @type {number[]} */
  const seen = [];
  store.onChange(({ opacity }) => seen.push(opacity));
  store.set({ opacity: 0.1 });
  store.set({ opacity: 0.2 });
  await Promise.resolve();
  assert.deepEqual(seen, [0.2]);
});

test("two images are on the stage only where two are compared", () => {
  const entries = /** @type {any[]} */ ([{ id: "a" }, { id: "b" }]);
  const state = { ...firstState(), entries, chosen: "a", other: "b" };
  assert.deepEqual(
    shownEntries(state).map(({ id }) => id),
    ["a"],
  );
  assert.deepEqual(
    shownEntries({ ...state, tab: "compare" }).map(({ id }) => id),
    ["a", "b"],
  );
  assert.deepEqual(
    shownEntries({ ...state, tab: "compare", other: "a" }).map(({ id }) => id),
    ["a"],
  );
});
