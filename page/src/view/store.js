/**
 * All that the page knows, in one place. Parts of it are replaced, never changed, so that whoever draws can
 * tell by identity what is new.
 *
 * @typedef {import("../model/predictor.js").Prediction} Prediction
 * @typedef {import("../model/predictor.js").ModelInfo} ModelInfo
 * @typedef {import("../density/areas.js").Area} Area
 * @typedef {import("../density/polygons.js").Corner} Corner
 * @typedef {import("./maps.js").AttentionMap} AttentionMap
 *
 * @typedef {object} Entry One image.
 * @property {string} id
 * @property {string} name Of its file.
 * @property {Blob} file
 * @property {"waiting" | "predicting" | "ready" | "failed"} status
 * @property {CanvasImageSource | null} picture It, no larger than it is shown; null where it cannot be shown.
 * @property {Prediction | null} prediction
 * @property {AttentionMap | null} map
 * @property {Area[]} areas
 *
 * @typedef {"heat" | "contours" | "reveal" | "image"} View
 * @typedef {"areas" | "compare" | "crop" | "save"} Tab
 * @typedef {"select" | "box" | "polygon"} Tool
 *
 * @typedef {object} State
 * @property {ModelInfo[]} models
 * @property {string} model
 * @property {boolean} centerBias
 * @property {string | null} viewport
 * @property {Entry[]} entries
 * @property {string | null} chosen The id of the image that is shown; A, where two are.
 * @property {string | null} other The id of B.
 * @property {{id: string, text: string}[]} failures
 * @property {View} view
 * @property {number} opacity In [0, 1].
 * @property {boolean} isShared Whether all images have one scale.
 * @property {Tab} tab
 * @property {Tool} tool
 * @property {string | null} area The id of the area that is chosen.
 * @property {{entry: string, corners: Corner[]} | null} draft What is being drawn.
 * @property {string} aspect Of the crop.
 * @property {number | null} share That the crop must keep.
 *
 * @typedef {object} Store
 * @property {() => State} get
 * @property {(change: Partial<State>) => void} set
 * @property {(id: string, change: Partial<Entry>) => void} setEntry
 * @property {(draw: (state: State) => void) => void} onChange
 */

/** @returns {State} */
export function firstState() {
  return {
    models: [],
    model: "",
    centerBias: true,
    viewport: null,
    entries: [],
    chosen: null,
    other: null,
    failures: [],
    view: "heat",
    opacity: 0.8,
    isShared: true,
    tab: "areas",
    tool: "select",
    area: null,
    draft: null,
    aspect: "1:1",
    share: null,
  };
}

/**
 * @param {State} state
 * @returns {Store}
 */
export function createStore(state) {
  /** @type {((state: State) => void)[]} */
  const drawers = [];
  let isDue = false;

  const draw = () => {
    isDue = false;
    for (const drawer of drawers) drawer(state);
  };
  /** @param {Partial<State>} change */
  const set = (change) => {
    state = { ...state, ...change };
    if (!isDue) queueMicrotask(draw); // once for all changes of an event
    isDue = true;
  };
  return {
    get: () => state,
    set,
    setEntry: (id, change) =>
      set({ entries: state.entries.map((entry) => (entry.id === id ? { ...entry, ...change } : entry)) }),
    onChange: (drawer) => drawers.push(drawer),
  };
}

/** @param {State} state */
export function chosenEntry(state) {
  return state.entries.find(({ id }) => id === state.chosen) ?? null;
}

/** @param {State} state */
export function otherEntry(state) {
  return state.entries.find(({ id }) => id === state.other && id !== state.chosen) ?? null;
}

/**
 * The images on the stage, A and B where two designs are compared.
 *
 * @param {State} state
 */
export function shownEntries(state) {
  const entries = [chosenEntry(state), state.tab === "compare" ? otherEntry(state) : null];
  return /** @type {Entry[]} */ (entries.filter(Boolean));
}

let made = 0;

/** @param {string} kind */
export function newId(kind) {
  made += 1;
  return `${kind}-${made}`;
}
