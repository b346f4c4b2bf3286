/**
 * The row of images: which is shown, which failed, and the way to remove one; and how far all are.
 *
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./store.js").State} State
 * @typedef {import("./store.js").Entry} Entry
 */

import { byId, element, keyedChildren } from "./elements.js";
import { contextOf } from "./pictures.js";

const STATUS = { waiting: "waiting", predicting: "predicting", ready: "", failed: "failed" };

/** @param {Store} store */
export function startStrip(store) {
  const strip = byId("strip");
  const list = /** @type {HTMLUListElement} */ (strip.firstElementChild);
  store.onChange((state) => {
    document.body.dataset.state = state.entries.length ? "working" : "empty";
    strip.hidden = state.entries.length === 0;
    byId("desk").hidden = state.entries.length === 0;
    const items = keyedChildren(
      list,
      state.entries.map(({ id }) => id),
      (id) => newItem(store, id),
    );
    state.entries.forEach((entry, i) => drawItem(items[i], entry, state));
  });
  store.onChange(drawProgress);
  store.onChange((state) => drawFailures(store, state));
}

/**
 * @param {Store} store
 * @param {string} id
 */
function newItem(store, id) {
  const choose = () => store.set({ chosen: id, other: otherThan(store.get(), id), area: null, draft: null });
  return element(
    "li",
    {},
    element(
      "button",
      { type: "button", class: "thumb", click: choose },
      element("canvas", { "aria-hidden": "true" }),
      element("span"),
      element("small"),
    ),
    element("button", { type: "button", class: "remove", click: () => remove(store, id) }, "×"),
  );
}

/**
 * B, once another image is A: the two change places where B itself was chosen.
 *
 * @param {State} state
 * @param {string} chosen
 */
function otherThan({ other, chosen: before }, chosen) {
  return other === chosen ? before : other;
}

/**
 * @param {Store} store
 * @param {string} id
 */
function remove(store, id) {
  const { entries, chosen, other } = store.get();
  const left = entries.filter((entry) => entry.id !== id);
  const next = chosen === id ? (left[0]?.id ?? null) : chosen;
  const second =
    left.find((entry) => entry.id === other && entry.id !== next) ?? left.find((entry) => entry.id !== next);
  store.set({ entries: left, chosen: next, other: second?.id ?? null, area: null, draft: null });
  queueMicrotask(() => byId(left.length ? "add" : "choose").focus()); // once it is drawn
}

/**
 * @param {HTMLLIElement} item
 * @param {Entry} entry
 * @param {State} state
 */
function drawItem(item, { id, name, picture, status }, { chosen }) {
  const [thumb, remover] = /** @type {[HTMLElement, HTMLElement]} */ ([...item.children]);
  const [canvas, title, small] = /** @type {[HTMLCanvasElement, HTMLElement, HTMLElement]} */ ([
    ...thumb.children,
  ]);
  thumb.setAttribute("aria-current", String(id === chosen));
  thumb.classList.toggle("is-failed", status === "failed");
  thumb.title = name;
  title.textContent = name;
  small.textContent = STATUS[status];
  remover.setAttribute("aria-label", `Remove ${name}`);
  if (!(picture instanceof HTMLCanvasElement) || canvas.dataset.drawn) return;
  canvas.width = 240;
  canvas.height = Math.max(1, Math.min(Math.round((240 * picture.height) / picture.width), 1000));
  const context = contextOf(canvas);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, 240, (240 * picture.height) / picture.width);
  canvas.dataset.drawn = "yes";
}

/** @param {State} state */
function drawProgress({ entries }) {
  const done = entries.filter(({ status }) => status === "ready" || status === "failed").length;
  const bar = /** @type {HTMLProgressElement} */ (byId("bar"));
  byId("progress").hidden = done === entries.length;
  bar.max = entries.length;
  bar.value = done;
  const text = `Predicting image ${Math.min(done + 1, entries.length)} of ${entries.length} ...`;
  byId("progress-text").textContent = done < entries.length ? text : "";
}

/**
 * @param {Store} store
 * @param {State} state
 */
function drawFailures(store, { failures }) {
  const list = byId("failures");
  keyedChildren(
    list,
    failures.map(({ id }) => id),
    (id) => {
      const close = () =>
        store.set({ failures: store.get().failures.filter((failure) => failure.id !== id) });
      const text = failures.find((failure) => failure.id === id)?.text ?? "";
      return element(
        "li",
        {},
        element("p", { role: "alert" }, text),
        element(
          "button",
          { type: "button", class: "plain", "aria-label": `Close: ${text}`, click: close },
          "×",
        ),
      );
    },
  );
}
