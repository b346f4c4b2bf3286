/** Numbers and sentences as people read them. */

import { SECONDS } from "../density/seen.js";

export const SEEN = `Seen in ${SECONDS}\u00a0s`; // the heading of a probability, as `likely` writes it

/**
 * @param {number} share In [0, 1].
 */
export function percent(share) {
  return `${(100 * share).toFixed(1)}\u00a0%`;
}

/**
 * A probability, without digits that it does not have.
 *
 * @param {number} probability In [0, 1].
 */
export function likely(probability) {
  return `${(100 * probability).toFixed(0)}\u00a0%`;
}

/**
 * A change of a share, in points of per cent.
 *
 * @param {number} change In [-1, 1].
 */
export function points(change) {
  const rounded = (100 * change).toFixed(1);
  return Number(rounded) === 0 ? "0.0" : rounded.replace("-", "\u2212").replace(/^(?=\d)/, "+");
}

/** @param {number} ratio */
export function times(ratio) {
  return ratio >= 99.95 ? ratio.toFixed(0) : ratio >= 9.995 ? ratio.toFixed(1) : ratio.toFixed(2);
}

/**
 * The numbers that compare two densities.
 *
 * @param {import("../density/difference.js").Difference} difference
 */
export function likeness({ cc, sim, kld_a_b, kld_b_a }) {
  const kld = `KLD(A || B) ${kld_a_b.toFixed(3)}, KLD(B || A) ${kld_b_a.toFixed(3)} nats`;
  return `CC ${cc.toFixed(3)}, SIM ${sim.toFixed(3)}, ${kld}`;
}

/** @param {number} value Below a bar of colors. */
export function mark(value) {
  return String(Number(value.toFixed(value < 10 ? 1 : 0)));
}

/**
 * An area as it is read aloud.
 *
 * @param {string} name
 * @param {import("../density/areas.js").Area["kind"]} kind
 * @param {import("../density/areas.js").AreaShare[]} rows
 */
export function spoken(name, kind, rows) {
  const parts = rows.map(({ attention, times_chance, seen, rank, fold }) => {
    const where = rows.length > 1 ? `fold ${fold}: ` : "";
    const shares = `${percent(attention)} of attention, ${times(times_chance)} times chance`;
    return `${where}${shares}, ${SEEN.toLowerCase()} by ${likely(seen)}, rank ${rank}`;
  });
  return `${name}, ${kind}. ${parts.join("; ")}.`;
}

/** @param {string} text With or without a full stop. */
export function sentence(text) {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/**
 * Notes speak of options of commands; here these are fields.
 *
 * @param {string} note
 */
export function forThePage(note) {
  return note
    .replace(
      /give --viewport (\d+x\d+); for other screens --viewport WIDTHxHEIGHT/,
      "choose “all at once” under Seen; for other screens, “in other screens”",
    )
    .replace(/--viewport/g, "Seen")
    .replace("give --condition web-page", "choose the model’s “web-page”, where it is offered");
}
