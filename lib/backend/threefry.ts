/**
 * Threefry-2x32 with 20 rounds: random bits as a function of a key and a counter, of additions, exclusive ors and rotations alone.
 * The same few lines make them of numbers here and of a program's values in a compiled step.
 *
 * @see Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"; the order of its C code.
 */

/** Arithmetic in 32 bits that wraps. */
export interface Words<W> {
  add(a: W, b: W): W;
  xor(a: W, b: W): W;
  /** To the left. */
  rotate(a: W, bits: number): W;
  constant(value: number): W;
}

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;

/** What the key's words are made even with. */
const parity = 0x1bd11bda;

/** The two words of a counter, encrypted. */
export function threefry<W>(
  { add, xor, rotate, constant }: Words<W>,
  [key0, key1]: readonly [W, W],
  [counter0, counter1]: readonly [W, W],
): [W, W] {
  const keys = [key0, key1, xor(xor(key0, key1), constant(parity))] as const;
  let [x0, x1] = [add(counter0, key0), add(counter1, key1)];
  for (let group = 0; group < 5; group++) {
    for (const bits of rotations[(group % 2) as 0 | 1]) {
      x0 = add(x0, x1);
      x1 = xor(rotate(x1, bits), x0);
    }
    x0 = add(x0, keys[((group + 1) % 3) as 0 | 1 | 2]);
    x1 = add(add(x1, keys[((group + 2) % 3) as 0 | 1 | 2]), constant(group + 1));
  }
  return [x0, x1];
}

/** Words as JavaScript's 32-bit integers. */
export const hostWords: Words<number> = {
  add: (a, b) => (a + b) | 0,
  xor: (a, b) => a ^ b,
  rotate: (a, bits) => (a << bits) | (a >>> (32 - bits)),
  constant: (value) => value | 0,
};

/** Number i is the exclusive or of both words of counter (0, i). */
export function hostBits(key: readonly [number, number], count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => {
    const [x0, x1] = threefry(hostWords, key, [0, i]);
    return x0 ^ x1;
  });
}
