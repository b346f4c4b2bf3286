/**
 * How likely one of people's fixations lies in an area within two seconds; the twin of gazemap.analysis.seen.
 */

export const SECONDS = 2; // since the image, or the fold, appeared

const FIXATIONS = 5.618; // that an observer has begun within these seconds
const EFFECTIVE = 0.9; // which part of them counts as if it were independent of the others

/**
 * The probability that somebody looks at an area within the seconds.
 *
 * @param {number} attention The share of the density that falls on it.
 */
export function seenWithin(attention) {
  return 1 - (1 - Math.min(Math.max(attention, 0), 1)) ** (EFFECTIVE * FIXATIONS);
}
