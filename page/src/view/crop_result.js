/**
 * What a crop keeps, what it looks like, and its file.
 *
 * @typedef {import("./store.js").Entry} Entry
 * @typedef {import("../density/crop.js").Crop} Crop
 */

import { element, quiet } from "./elements.js";
import { download } from "./files.js";
import { blobOf, contextOf, decoded } from "./pictures.js";
import { percent } from "./texts.js";

const SHOWN = 480; // pixels of the longer side
const WRITTEN = ["image/jpeg", "image/png", "image/webp"]; // what browsers write; else PNG
const QUALITY = 0.95;

/**
 * @param {Entry} entry
 * @param {{crop: Crop | null, error: string}} found
 * @returns {HTMLElement[]}
 */
export function resultOf(entry, { crop, error }) {
  if (!crop) return [element("p", { class: "wrong", role: "alert" }, error)];
  const { x, y, width, height, attention, area } = crop;
  const lines = [
    element(
      "p",
      {},
      element("span", { class: "figure-number" }, percent(attention)),
      ` of the attention on ${percent(area)} of the area`,
    ),
    quiet(`x ${x}, y ${y}, ${width} x ${height} pixels`),
  ];
  if ((entry.prediction?.folds.length ?? 1) > 1) {
    lines.push(quiet("The crop is chosen as if every fold were looked at for the same time."));
  }
  if (!(entry.picture instanceof HTMLCanvasElement)) {
    return [...lines, quiet("This browser cannot show the image, so it cannot cut it.")];
  }
  const canvas = element("canvas", { role: "img", "aria-label": `The crop of ${entry.name}` });
  drawCrop(canvas, entry.picture, entry.picture.width / (entry.prediction?.width ?? 1), crop, SHOWN);
  const save = () =>
    saveCrop(entry, crop).catch((error) => button.after(quiet(`It was not saved: ${error.message}.`)));
  const button = element("button", { type: "button", class: "primary", click: save }, "Download the crop");
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
  const [left, top, across, down] = [x, y, width, height].map((side) => side * ratio);
  context.drawImage(image, left, top, across, down, 0, 0, canvas.width, canvas.height);
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
  download(await blobOf(canvas, type, QUALITY), `${name}.crop.${ending}`);
}
