/**
 * A color that is laid on white, as Pillow does it.
 *
 * @param {number} value
 * @param {number} alpha 255 hides the white.
 */
export function onWhite(value, alpha) {
  const sum = 255 * (255 - alpha) + value * alpha + 128;
  return ((sum >> 8) + sum) >> 8;
}
