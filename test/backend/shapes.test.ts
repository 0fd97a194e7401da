import { afterEach, describe, expect, it } from 'vitest';
import { paddedLength, paddedRows, shrinking } from '../../lib/backend';
import { runEagerly, setJit } from '../../lib/backend/jit';

afterEach(() => setJit(runEagerly));

describe('paddedLength', () => {
  it('is the next multiple on engines that run operation by operation', () => {
    expect([1, 16, 17, 100].map((length) => paddedLength(length, 192))).toEqual([16, 16, 32, 112]);
    expect(paddedLength(65, 300, 64)).toBe(128);
  });

  it('is the limit, its half or its quarter on engines that compile every shape', () => {
    setJit(runEagerly, true);
    expect([1, 48, 49, 96, 97, 192].map((length) => paddedLength(length, 192))).toEqual([
      48, 48, 96, 96, 192, 192,
    ]);
    expect([1, 57].map((length) => paddedLength(length, 57))).toEqual([64, 64]);
    // A limit that is passed all the same is none.
    expect(paddedLength(100, 57)).toBe(112);
  });

  it('takes few lengths in all', () => {
    setJit(runEagerly, true);
    const lengths = Array.from({ length: 2000 }, (_, i) => paddedLength(i + 1, 2000));
    expect(new Set(lengths).size).toBeLessThan(8);
    lengths.forEach((length, i) => expect(length).toBeGreaterThan(i));
  });
});

describe('paddedRows', () => {
  it('adds rows on engines that compile, and none on others', () => {
    expect([1, 21, 64].map((rows) => paddedRows(rows, 64))).toEqual([1, 21, 64]);
    setJit(runEagerly, true);
    expect([1, 21, 33, 64].map((rows) => paddedRows(rows, 64))).toEqual([8, 32, 64, 64]);
    expect(paddedRows(3, 4)).toBe(4);
  });
});

describe('shrinking', () => {
  it('takes few sizes on engines that compile', () => {
    expect(shrinking()).toEqual({ part: 1 / 2, leastRows: 1 });
    setJit(runEagerly, true);
    expect(shrinking()).toEqual({ part: 1 / 4, leastRows: 16 });
  });
});
