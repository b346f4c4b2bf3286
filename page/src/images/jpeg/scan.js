/**
 * The scans of a JPEG file -> coefficients (ITU-T T.81, annexes F and G).
 *
 * @typedef {import("./header.js").Scan} Scan
 * @typedef {import("./bits.js").Codes} Codes
 *
 * @typedef {object} Plane The blocks of one component.
 * @property {number} across Blocks of a minimal coded unit.
 * @property {number} down
 * @property {number} columns Blocks that the image needs, across.
 * @property {number} rows
 * @property {number} stride Blocks that are stored, across.
 * @property {number} kept Rows of blocks that are stored; a later row takes the place of an earlier one.
 * @property {Int16Array} coefficients 64 for each block, in zigzag order.
 * @property {number} previous DC of the block before.
 *
 * @typedef {object} Reading
 * @property {import("./bits.js").Bits} bits
 * @property {Scan} scan
 * @property {number} zeros Blocks to come whose coefficients of this scan are all 0.
 */

import { codesOf } from "./bits.js";

const NONE = codesOf(new Uint8Array(16), new Uint8Array(0)); // in the place of a table that the file lacks

/**
 * Read one scan into the planes.
 *
 * @param {import("./bits.js").Bits} bits
 * @param {Scan} scan
 * @param {boolean} isProgressive
 * @param {Plane[]} planes Of the components of the scan.
 * @param {{dc: Codes[], ac: Codes[]}} tables
 * @param {number} interval Units between restart marks; 0: there are none.
 * @param {[number, number]} units Rows and columns of minimal coded units in the image.
 * @param {(row: number) => void} afterRow Of units.
 */
export function readScanInto(bits, scan, isProgressive, planes, tables, interval, units, afterRow) {
  const reading = { bits, scan, zeros: 0 };
  const block = isProgressive ? (scan.first === 0 ? progressiveDc : progressiveAc) : sequential;
  const isAlone = planes.length === 1; // then a unit is one block, and no block is beyond the image
  const [rows, columns] = isAlone ? [planes[0].rows, planes[0].columns] : units;
  const codes = scan.components.map(({ dc, ac }) => ({ dc: tables.dc[dc] ?? NONE, ac: tables.ac[ac] ?? NONE }));
  let left = interval;
  let restarts = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (interval && left-- === 0) {
        bits.restart(restarts++);
        reading.zeros = 0;
        for (const plane of planes) plane.previous = 0;
        left = interval - 1;
      }
      for (let i = 0; i < planes.length; i++) {
        const plane = planes[i];
        const [down, across] = isAlone ? [1, 1] : [plane.down, plane.across];
        for (let y = 0; y < down; y++) {
          for (let x = 0; x < across; x++) {
            const place = ((row * down + y) % plane.kept) * plane.stride + column * across + x;
            block(reading, plane, 64 * place, codes[i].dc, codes[i].ac);
          }
        }
      }
    }
    if (!isAlone || (row + 1) % planes[0].down === 0 || row + 1 === rows) {
      afterRow(isAlone ? Math.floor(row / planes[0].down) : row);
    }
  }
}

/**
 * @param {Reading} reading
 * @param {Plane} plane
 * @param {number} start Of the block's coefficients.
 * @param {Codes} dc
 * @param {Codes} ac
 */
function sequential({ bits }, plane, start, dc, ac) {
  plane.previous += bits.takeSigned(bits.symbol(dc) & 15);
  plane.coefficients[start] = plane.previous;
  for (let k = 1; k < 64; k++) {
    const symbol = bits.symbol(ac);
    const length = symbol & 15;
    const run = symbol >> 4;
    if (length === 0 && run < 15) return;
    k += run;
    if (k > 63) throw new Error("is damaged");
    if (length) plane.coefficients[start + k] = bits.takeSigned(length);
  }
}

/**
 * @param {Reading} reading
 * @param {Plane} plane
 * @param {number} start
 * @param {Codes} dc
 */
function progressiveDc({ bits, scan }, plane, start, dc) {
  if (scan.high) {
    if (bits.take(1)) plane.coefficients[start] |= 1 << scan.low;
    return;
  }
  plane.previous += bits.takeSigned(bits.symbol(dc) & 15);
  plane.coefficients[start] = plane.previous << scan.low;
}

/**
 * @param {Reading} reading
 * @param {Plane} plane
 * @param {number} start
 * @param {Codes} _
 * @param {Codes} ac
 */
function progressiveAc(reading, plane, start, _, ac) {
  if (reading.scan.high) refine(reading, plane.coefficients, start, ac);
  else firstBits(reading, plane.coefficients, start, ac);
}

/**
 * @param {Reading} reading
 * @param {Int16Array} coefficients
 * @param {number} start
 * @param {Codes} ac
 */
function firstBits(reading, coefficients, start, ac) {
  const { bits, scan } = reading;
  if (reading.zeros) {
    reading.zeros--;
    return;
  }
  for (let k = scan.first; k <= scan.last; k++) {
    const symbol = bits.symbol(ac);
    const length = symbol & 15;
    const run = symbol >> 4;
    if (length === 0 && run < 15) {
      reading.zeros = (1 << run) + bits.take(run) - 1;
      return;
    }
    k += run;
    if (k > 63) throw new Error("is damaged");
    if (length) coefficients[start + k] = bits.takeSigned(length) << scan.low;
  }
}

/**
 * Another bit of the coefficients that are not 0, and those that become so.
 *
 * @param {Reading} reading
 * @param {Int16Array} coefficients
 * @param {number} start
 * @param {Codes} ac
 */
function refine(reading, coefficients, start, ac) {
  const { bits, scan } = reading;
  const bit = 1 << scan.low;
  let k = scan.first;
  while (k <= scan.last && !reading.zeros) {
    const symbol = bits.symbol(ac);
    let run = symbol >> 4;
    let made = 0;
    if (symbol & 15) {
      made = bits.take(1) ? bit : -bit;
    } else if (run < 15) {
      reading.zeros = (1 << run) + bits.take(run);
      break;
    }
    for (; k <= scan.last; k++) {
      const place = start + k;
      if (coefficients[place]) correct(bits, coefficients, place, bit);
      else if (run-- === 0) {
        coefficients[place] = made;
        k++;
        break;
      }
    }
  }
  if (!reading.zeros) return;
  for (; k <= scan.last; k++) {
    if (coefficients[start + k]) correct(bits, coefficients, start + k, bit);
  }
  reading.zeros--;
}

/**
 * @param {import("./bits.js").Bits} bits
 * @param {Int16Array} coefficients
 * @param {number} place
 * @param {number} bit
 */
function correct(bits, coefficients, place, bit) {
  const value = coefficients[place];
  if (bits.take(1) && (Math.abs(value) & bit) === 0) coefficients[place] += value > 0 ? bit : -bit;
}
