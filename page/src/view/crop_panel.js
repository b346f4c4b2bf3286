/**
 * The tool "Crop": the part of a chosen aspect that people look at most.
 *
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./store.js").State} State
 * @typedef {import("./store.js").Entry} Entry
 * @typedef {import("../model/predictor.js").Prediction} Prediction
 * @typedef {import("../density/crop.js").Crop} Crop
 */

import { bestCropOf } from "../density/crop.js";
import { byId, element } from "./elements.js";
import { download } from "./files.js";
import { contextOf, decoded } from "./pictures.js";
import { chosenEntry } from "./store.js";
import { percent } from "./texts.js";

const ASPECTS = ["1:1", "4:5", "5:4", "3:2", "2:3", "4:3", "16:9", "9:16", "1.91:1", "3:1"];
const WRITTEN = ["image/jpeg", "image/png", "image/webp"]; // what browsers write; else PNG
const QUALITY = 0.95;

/** @type {WeakMap<Prediction, {asked: string, crop: Crop | null, error: string}>} */
const crops = new WeakMap();

/**
 * The crop that is asked for, or what is wrong with the question.
 *
 * @param {State} state
 * @param {Prediction} prediction
 */
export function cropFor({ aspect, share }, prediction) {
  const asked = JSON.stringify([aspect, share]);
  const last = crops.get(prediction);
  if (last?.asked === asked) return last;
  const found = { asked, ...cropOrError(prediction, aspect, share) };
  crops.set(prediction, found);
  return found;
}

/** @param {Store} store */
export function startCropPanel(store) {
  const aspect = element("input", {
    id: "aspect",
    list: "aspects",
    value: "1:1",
    autocomplete: "off",
    change: () => store.set({ aspect: aspect.value }),
  });
  const share = element("input", {
    ...{
      type: "number",
      min: 1,
      max: 100,
      step: "any",
      placeholder: "as much as fits",
      "aria-describedby": "share-help",
    },
    change: () => store.set({ share: share.value ? Number(share.value) / 100 : null }),
  });
  const presets = element(
    "div",
    { class: "row", role: "group", "aria-label": "Common shapes" },
    ...["1:1", "4:5", "16:9", "9:16", "1.91:1"].map((text) =>
      element(
        "button",
        {
          type: "button",
          click: () => {
            aspect.value = text;
            store.set({ aspect: text });
          },
        },
        text,
      ),
    ),
  );
  const result = element("div", { class: "stack", "aria-live": "polite" });
  byId("crop").append(
    element(
      "div",
      { class: "stack" },
      element(
        "p",
        { class: "quiet" },
        "The part of this shape that keeps most of the attention. Every position is tried.",
      ),
      element("label", { class: "field" }, "Shape, width:height", aspect),
      element("datalist", { id: "aspects" }, ...ASPECTS.map((value) => element("option", { value }))),
      presets,
      element("label", { class: "field" }, "Smallest that keeps, in % of the attention", share),
      element(
        "p",
        { class: "quiet", id: "share-help" },
        "Leave it empty for the largest crop of this shape.",
      ),
      result,
    ),
  );
  let drawn = /** @type {unknown[]} */ ([]);
  store.onChange((state) => {
    if (state.tab !== "crop") return;
    const entry = chosenEntry(state);
    const found = entry?.prediction ? cropFor(state, entry.prediction) : null;
    const wanted = [entry?.id, found, entry?.picture];
    if (wanted.every((value, i) => value === drawn[i]) && drawn.length) return;
    drawn = wanted;
    result.replaceChildren(...(entry && found ? resultOf(entry, found) : ["There is no prediction yet."]));
  });
}

/**
 * @param {Prediction} prediction
 * @param {string} aspect
 * @param {number | null} share
 */
function cropOrError(prediction, aspect, share) {
  try {
    return { crop: bestCropOf(prediction, aspect, share), error: "" };
  } catch (error) {
    return { crop: null, error: /** @type {Error} */ (error).message };
  }
}

/**
 * @param {Entry} entry
 * @param {{crop: Crop | null, error: string}} found
 */
function resultOf(entry, { crop, error }) {
  if (!crop) return [element("p", { class: "wrong", role: "alert" }, error)];
  const { x, y, width, height, attention, area } = crop;
  const lines = [
    element(
      "p",
      {},
      element("span", { class: "figure-number" }, percent(attention)),
      ` of the attention on ${percent(area)} of the area`,
    ),
    element("p", { class: "quiet" }, `x ${x}, y ${y}, ${width} x ${height} pixels`),
  ];
  if ((entry.prediction?.folds.length ?? 1) > 1)
    lines.push(
      element(
        "p",
        { class: "quiet" },
        "The crop is chosen as if every fold were looked at for the same time.",
      ),
    );
  if (!(entry.picture instanceof HTMLCanvasElement))
    return [...lines, element("p", {}, "This browser cannot show the image, so it cannot cut it.")];
  const canvas = element("canvas", { role: "img", "aria-label": `The crop of ${entry.name}` });
  drawCrop(canvas, entry.picture, entry.picture.width / (entry.prediction?.width ?? 1), crop, 480);
  const button = element(
    "button",
    { type: "button", class: "primary", click: () => saveCrop(entry, crop) },
    "Download the crop",
  );
  return [...lines, canvas, element("div", { class: "row" }, button)];
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasImageSource} image
 * @param {number} ratio Of the image to the crop's pixels.
 * @param {Crop} crop
 * @param {number} most Pixels of the longer side.
 */
function drawCrop(canvas, image, ratio, { x, y, width, height }, most) {
  const small = Math.min(1, most / Math.max(width, height));
  canvas.width = Math.max(1, Math.round(small * width));
  canvas.height = Math.max(1, Math.round(small * height));
  const context = contextOf(canvas);
  context.imageSmoothingQuality = "high";
  context.drawImage(
    image,
    x * ratio,
    y * ratio,
    width * ratio,
    height * ratio,
    0,
    0,
    canvas.width,
    canvas.height,
  );
}

/**
 * @param {Entry} entry
 * @param {Crop} crop
 */
async function saveCrop({ file, name }, crop) {
  const image = await decoded(file);
  if (!image) return;
  const canvas = element("canvas");
  drawCrop(canvas, image, 1, crop, Infinity);
  image.close();
  const type = WRITTEN.includes(file.type) ? file.type : "image/png";
  const ending = { "image/jpeg": "jpg", "image/webp": "webp" }[type] ?? "png";
  const blob = await new Promise((done) => canvas.toBlob(done, type, QUALITY));
  download(/** @type {Blob} */ (blob), `${name}.crop.${ending}`);
}
