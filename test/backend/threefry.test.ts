import { describe, expect, it } from 'vitest';
import { hostBits, hostWords, threefry } from '../../lib/backend/threefry';

describe('threefry', () => {
  it.each([
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [-1, -1],
      [-1, -1],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ])('of key %j and counter %j is the word pair that its authors publish', (key, counter, expected) => {
    const words = threefry(hostWords, key as [number, number], (counter as [number, number]).map((x) => x | 0) as [number, number]); // prettier-ignore
    expect(words.map((word) => word >>> 0)).toEqual(expected);
  });

  it('gives bits of which half are set', () => {
    const bits = hostBits([1, 2], 10_000);
    let set = 0;
    for (const word of bits) for (let i = 0; i < 32; i++) set += (word >>> i) & 1;
    // 320,000 coins: the standard deviation is 283.
    expect(Math.abs(set - 160_000)).toBeLessThan(5 * 283);
  });
});
