/**
 * Aspects as fractions, exactly: 1.91:1 has no exact number.
 *
 * @typedef {{over: bigint, under: bigint}} Fraction
 */

const ASPECT = /^\s*(\d{1,6})(?:\.(\d{1,6}))?(?:[:/](\d{1,6})(?:\.(\d{1,6}))?)?\s*$/;

/**
 * Width over height, from a text such as "16:9", "1.91:1" or "1.5".
 *
 * @param {string} text
 * @returns {Fraction}
 */
export function parseAspect(text) {
  const [, a = "0", b = "", c = "1", d = ""] = ASPECT.exec(text) ?? [];
  const over = BigInt(a + b) * 10n ** BigInt(d.length);
  const under = BigInt(c + d) * 10n ** BigInt(b.length);
  if (!over || !under)
    throw new Error(`An aspect must be WIDTH:HEIGHT, such as 16:9 or 1.91:1. It was “${text}”.`);
  return { over, under };
}

/**
 * @param {Fraction} fraction
 * @returns {Fraction}
 */
export function inverse({ over, under }) {
  return { over: under, under: over };
}

/** @param {Fraction} fraction */
export function isAtLeastOne({ over, under }) {
  return over >= under;
}

/**
 * The whole number nearest to a multiple of a fraction; the upper one of two.
 *
 * @param {number} whole
 * @param {Fraction} fraction
 */
export function nearest(whole, { over, under }) {
  return Number((2n * BigInt(whole) * over + under) / (2n * under));
}
