/** An image file -> its prediction; the twin of gazemap.prediction.placing and predict. */

import { decode } from "../images/decode.js";
import { foldNotes, foldsOf, parseViewport, scaledFold } from "../images/folds.js";
import { placed } from "../images/placed.js";
import { placementOf } from "../images/placement.js";
import { looksOf, unlikeNotes } from "../images/unlike.js";
import { gridOf, networkOf } from "./network.js";

const SPARE = 2; // times the frame: an image is not reduced below that before it is resized

/**
 * @param {Blob} file
 * @param {import("./predictor.js").PredictOptions} options
 * @param {import("./browser.js").Network} network
 * @returns {Promise<import("./predictor.js").Prediction>}
 */
export async function predict(file, { model, centerBias, viewport }, network) {
  const seen = parseViewport(viewport);
  const frame = network.input_size;
  const { pixels, size, notes } = await decode(file, (whole) => {
    const { height, width } = foldsOf(whole, seen)[0];
    const { content } = placementOf([height, width], frame, network.fit);
    return [(SPARE * content[0] * whole[0]) / height, (SPARE * content[1] * whole[1]) / width];
  });
  const conditions = centerBias || !network.has_center_bias ? network.conditions : []; // of a model without it, none
  const opened = networkOf(network.network);
  const places = foldsOf(size, seen);
  const folds = [];
  const looks = [];
  for (const fold of places) {
    const part = scaledFold(fold, size, [pixels.height, pixels.width]);
    const values = placed(pixels, part, [fold.height, fold.width], frame, network.fit);
    looks.push(looksOf(values, [fold.height, fold.width], frame, network.fit));
    folds.push({ ...fold, grid: await gridOf(opened, network.condition, values, frame, centerBias), frame, fit: network.fit });
  }
  return {
    model,
    center_bias: centerBias && network.has_center_bias,
    width: size[1],
    height: size[0],
    notes: [
      ...notes,
      ...foldNotes(size, places, seen),
      ...unlikeNotes(looks, size, network.condition?.name ?? null, conditions),
    ],
    folds,
  };
}
