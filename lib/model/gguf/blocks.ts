/** The blocks of weights that quantised tensors are made of, and the float32 that each weight stands for. */
import { halfFloats } from '../weights';

/** Writes the weights of the block at `from` in `bytes` to `at` in `out`. */
export type DecodeBlock = (bytes: Uint8Array, from: number, out: Float32Array, at: number) => void;

function half(bytes: Uint8Array, at: number): number {
  return halfFloats()[(bytes[at] as number) | ((bytes[at + 1] as number) << 8)] as number;
}

const signed = (byte: number): number => (byte << 24) >> 24;

/**
 * A block of 32 weights with one scale: w = d·q + m. The lower halves of 16 bytes hold the first 16 numbers, the upper ones the others.
 *
 * @param offset of the 16 bytes; `high` gives the fifth bit of number i, 0 or 16.
 */
function decodeNibbles(
  bytes: Uint8Array,
  offset: number,
  out: Float32Array,
  at: number,
  weight: (quant: number) => number,
  high: (i: number) => number = () => 0,
): void {
  for (let i = 0; i < 16; i++) {
    const byte = bytes[offset + i] as number;
    out[at + i] = weight((byte & 15) | high(i));
    out[at + 16 + i] = weight((byte >> 4) | high(16 + i));
  }
}

/** The fifth bits of 32 numbers, in four bytes from the lowest. */
const fifthBits =
  (bytes: Uint8Array, from: number) =>
  (i: number): number =>
    (((bytes[from + (i >> 3)] as number) >> (i & 7)) & 1) << 4;

/** Scale and minimum of part i of eight, six bits each, packed into twelve bytes. */
function scaleAndMinimum(bytes: Uint8Array, from: number, i: number): readonly [number, number] {
  const byte = (at: number): number => bytes[from + at] as number;
  if (i < 4) return [byte(i) & 63, byte(i + 4) & 63];
  const low = byte(i + 4);
  return [(low & 15) | ((byte(i - 4) >> 2) & 48), (low >> 4) | ((byte(i) >> 2) & 48)];
}

/**
 * A block of 256 weights in eight parts of 32: w = (d·scale)·q − dmin·minimum.
 *
 * @param quants offset of 128 bytes with two numbers each; of `fifths`, where there are, 32 bytes with a bit of each part.
 */
function decodeParts(
  bytes: Uint8Array,
  from: number,
  out: Float32Array,
  at: number,
  quants: number,
  fifths?: number,
): void {
  const d = half(bytes, from);
  const dmin = half(bytes, from + 2);
  for (let part = 0; part < 8; part++) {
    const [scale, minimum] = scaleAndMinimum(bytes, from + 4, part);
    const [step, least] = [Math.fround(d * scale), Math.fround(dmin * minimum)];
    const shift = (part & 1) * 4;
    for (let i = 0; i < 32; i++) {
      const low = ((bytes[quants + (part >> 1) * 32 + i] as number) >> shift) & 15;
      const high = fifths === undefined ? 0 : (((bytes[fifths + i] as number) >> part) & 1) << 4;
      out[at + part * 32 + i] = Math.fround(step * (low | high)) - least;
    }
  }
}

/** A block of 256 weights in sixteen parts of 16 with a signed scale each, six bits a weight: w = (d·scale)·(q − 32). */
function q6k(bytes: Uint8Array, from: number, out: Float32Array, at: number): void {
  const [high, scales] = [from + 128, from + 192];
  const d = half(bytes, from + 208);
  for (let i = 0; i < 256; i++) {
    // Of each half block: 64 bytes of lower bits, first the low nibbles; 32 bytes of upper bits, two a weight.
    const [halfBlock, place] = [i >> 7, i & 127];
    const nibbles = bytes[from + halfBlock * 64 + (place & 63)] as number;
    const low = (nibbles >> ((place >> 6) * 4)) & 15;
    const upper = ((bytes[high + halfBlock * 32 + (place & 31)] as number) >> ((place >> 5) * 2)) & 3;
    const step = Math.fround(d * signed(bytes[scales + (i >> 4)] as number));
    out[at + i] = step * ((low | (upper << 4)) - 32);
  }
}

// Each operation rounds to float32, in the order of the formulas.

/** w = d·(q − 8) */
const q40: DecodeBlock = (bytes, from, out, at) => {
  const d = half(bytes, from);
  decodeNibbles(bytes, from + 2, out, at, (quant) => d * (quant - 8));
};

/** w = d·q + m */
const q41: DecodeBlock = (bytes, from, out, at) => {
  const [d, m] = [half(bytes, from), half(bytes, from + 2)];
  decodeNibbles(bytes, from + 4, out, at, (quant) => Math.fround(d * quant) + m);
};

/** w = d·(q − 16) */
const q50: DecodeBlock = (bytes, from, out, at) => {
  const d = half(bytes, from);
  decodeNibbles(bytes, from + 6, out, at, (quant) => d * (quant - 16), fifthBits(bytes, from + 2));
};

/** w = d·q + m */
const q51: DecodeBlock = (bytes, from, out, at) => {
  const [d, m] = [half(bytes, from), half(bytes, from + 2)];
  const weight = (quant: number): number => Math.fround(d * quant) + m;
  decodeNibbles(bytes, from + 8, out, at, weight, fifthBits(bytes, from + 4));
};

/** w = d·q */
const q80: DecodeBlock = (bytes, from, out, at) => {
  const d = half(bytes, from);
  for (let i = 0; i < 32; i++) out[at + i] = d * signed(bytes[from + 2 + i] as number);
};

const q4k: DecodeBlock = (bytes, from, out, at) => decodeParts(bytes, from, out, at, from + 16);
const q5k: DecodeBlock = (bytes, from, out, at) => decodeParts(bytes, from, out, at, from + 48, from + 16);

export const decodeBlock = {
  Q4_0: q40,
  Q4_1: q41,
  Q5_0: q50,
  Q5_1: q51,
  Q8_0: q80,
  Q4_K: q4k,
  Q5_K: q5k,
  Q6_K: q6k,
} as const satisfies Readonly<Record<string, DecodeBlock>>;
