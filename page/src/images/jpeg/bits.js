/**
 * The bits of a scan, and Huffman's codes in them (ITU-T T.81, annexes C and F).
 *
 * @typedef {object} Codes
 * @property {Uint16Array} short By the next 9 bits: length * 256 + symbol; 0 where the code is longer.
 * @property {Int32Array} limits By length: one more than its greatest code, or -1.
 * @property {Int32Array} offsets By length: what is added to a code to find its symbol.
 * @property {Uint8Array} symbols
 */

const SHORT = 9;
const DAMAGED = "is damaged";

/**
 * @param {Uint8Array} counts Of the codes of each length, from 1 to 16.
 * @param {Uint8Array} symbols
 * @returns {Codes}
 */
export function codesOf(counts, symbols) {
  const short = new Uint16Array(1 << SHORT);
  const limits = new Int32Array(17).fill(-1);
  const offsets = new Int32Array(17);
  let code = 0;
  let place = 0;
  for (let length = 1; length <= 16; length++, code <<= 1) {
    const count = counts[length - 1];
    offsets[length] = place - code;
    for (let i = 0; i < count && length <= SHORT; i++) {
      const start = (code + i) << (SHORT - length);
      short.fill(length * 256 + symbols[place + i], start, start + (1 << (SHORT - length)));
    }
    place += count;
    code += count;
    if (code > 1 << length) throw new Error(DAMAGED);
    if (count) limits[length] = code;
  }
  return { short, limits, offsets, symbols };
}

/**
 * Reads the bits of a scan. Where other decoders warn and guess on, it refuses: what is guessed would differ.
 */
export class Bits {
  /**
   * @param {Uint8Array} data
   * @param {number} place
   */
  constructor(data, place) {
    this.data = data;
    this.place = place;
    this.buffer = 0;
    this.count = 0;
    this.beyond = 0; // bits in the buffer that the scan does not have: 0, to look ahead
  }

  /** Refuse a scan of which bits were taken that it does not have. */
  check() {
    if (this.count < this.beyond) throw new Error(this.place < this.data.length ? DAMAGED : "is cut off");
  }

  /** At least 16 bits into the buffer. */
  fill() {
    const { data } = this;
    while (this.count <= 24) {
      let byte = data[this.place];
      if (byte === undefined || (byte === 0xff && data[this.place + 1] !== 0)) {
        byte = 0;
        this.beyond += 8;
      } else {
        this.place += byte === 0xff ? 2 : 1;
      }
      this.buffer = (this.buffer << 8) | byte;
      this.count += 8;
    }
  }

  /** @param {number} length Up to 16. */
  take(length) {
    if (length === 0) return 0;
    if (this.count < length) this.fill();
    this.count -= length;
    return (this.buffer >>> this.count) & ((1 << length) - 1);
  }

  /**
   * A number with a sign, whose upper half is positive.
   *
   * @param {number} length Up to 16.
   */
  takeSigned(length) {
    const value = this.take(length);
    return length && value < 1 << (length - 1) ? value - (1 << length) + 1 : value;
  }

  /**
   * The symbol of the next code.
   *
   * @param {Codes} codes
   */
  symbol(codes) {
    if (this.count < 16) this.fill();
    const known = codes.short[(this.buffer >>> (this.count - SHORT)) & ((1 << SHORT) - 1)];
    if (known) {
      this.count -= known >> 8;
      return known & 255;
    }
    for (let length = SHORT + 1; length <= 16; length++) {
      const code = (this.buffer >>> (this.count - length)) & ((1 << length) - 1);
      if (code < codes.limits[length]) {
        this.count -= length;
        return codes.symbols[code + codes.offsets[length]];
      }
    }
    throw new Error(DAMAGED);
  }

  /**
   * Go on behind a restart mark.
   *
   * @param {number} number Of the mark, from 0.
   */
  restart(number) {
    this.check();
    const { data } = this;
    while (data[this.place + 1] === 0xff) this.place++;
    if (data[this.place] !== 0xff || data[this.place + 1] !== 0xd0 + (number % 8)) throw new Error(DAMAGED);
    this.place += 2;
    this.buffer = 0;
    this.count = 0;
    this.beyond = 0;
  }
}
