/**
 * How an image of any size lies in a network's frame; the twin of gazemap.images.placement.
 *
 * @typedef {import("../model/predictor.js").Size} Size
 * @typedef {import("../model/predictor.js").Fold["fit"]} Fit
 *
 * @typedef {object} Placement One image in a frame.
 * @property {Size} content The image as it lies in the frame; whole pixels but for a crop.
 * @property {Size} scale Pixels of the frame in one of the image.
 * @property {Size} shift Where the image's upper left corner lies in the frame.
 */

/**
 * @param {Size} size Of the image.
 * @param {Size} frame Of the network.
 * @param {Fit} fit
 * @returns {Placement}
 */
export function placementOf(size, frame, fit) {
  const content = contentOf(size, frame, fit);
  const over = /** @type {Size} */ (frame.map((side, axis) => (side - content[axis]) / 2));
  return {
    content,
    scale: [content[0] / size[0], content[1] / size[1]],
    shift: fit === "crop" ? over : [Math.floor(over[0]), Math.floor(over[1])],
  };
}

/**
 * @param {Size} size
 * @param {Size} frame
 * @param {Fit} fit
 * @returns {Size}
 */
function contentOf(size, frame, fit) {
  if (fit === "stretch") return frame;
  const ratios = frame.map((side, axis) => side / size[axis]);
  const ratio = fit === "crop" ? Math.max(...ratios) : Math.min(...ratios);
  const side = (/** @type {0 | 1} */ axis) => {
    if (fit === "letterbox") return Math.max(1, roundHalfToEven(ratio * size[axis]));
    // never a rounding error smaller than the frame
    return ratios[axis] === ratio ? frame[axis] : Math.max(frame[axis], ratio * size[axis]);
  };
  return [side(0), side(1)];
}

/**
 * As Python rounds: 0.5 and 2.5 become 0 and 2.
 *
 * @param {number} value
 */
export function roundHalfToEven(value) {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
