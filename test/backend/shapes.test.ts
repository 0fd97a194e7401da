import { afterEach, describe, expect, it } from 'vitest';
import {
  decodingBatches,
  decodingBytes,
  decodingStretch,
  fullLength,
  packedCount,
  packedLengths,
  packedRows,
  paddedCount,
  paddedLength,
  paddedRows,
  shrunkBatch,
} from '../../lib/backend';
import { runEagerly, setJit } from '../../lib/backend/jit';
import { setOwnMemory } from '../../lib/backend/shapes';

afterEach(() => {
  setJit(runEagerly);
  setOwnMemory(undefined);
});

describe('paddedLength', () => {
  it('is the next multiple on engines that run operation by operation', () => {
    expect([1, 16, 17, 100].map((length) => paddedLength(length, 192))).toEqual([16, 16, 32, 112]);
    expect(paddedLength(65, 300, 64)).toBe(128);
  });

  it('is the limit, its half or its quarter on engines that compile every shape', () => {
    setJit(runEagerly, true);
    expect([1, 64, 65, 128, 129, 256].map((length) => paddedLength(length, 256))).toEqual([
      64, 64, 128, 128, 256, 256,
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

describe('fullLength', () => {
  it('is the next multiple, or always the limit on engines that compile', () => {
    expect([1, 17, 100].map((length) => fullLength(length, 153))).toEqual([16, 32, 112]);
    setJit(runEagerly, true);
    expect([1, 100, 153].map((length) => fullLength(length, 153))).toEqual([160, 160, 160]);
  });
});

describe('paddedCount', () => {
  it('is the next multiple, or the limit or its half on engines that compile', () => {
    expect([1, 65, 1000].map((count) => paddedCount(count, 1536, 64))).toEqual([64, 128, 1024]);
    setJit(runEagerly, true);
    expect([1, 768, 769, 1536].map((count) => paddedCount(count, 1536, 64))).toEqual([768, 768, 1536, 1536]);
  });
});

describe('decodingBatches', () => {
  it('are equal, as many as it takes', () => {
    expect(decodingBatches(458, 256)).toEqual([229, 229]);
    expect(decodingBatches(5, 2)).toEqual([2, 2, 2]);
    expect(decodingBatches(0, 256)).toEqual([]);
  });

  it('are powers of two on engines that compile, the last large enough for what is left', () => {
    setJit(runEagerly, true);
    expect(decodingBatches(458, 256)).toEqual([256, 256]);
    expect(decodingBatches(360, 256)).toEqual([256, 128]);
    expect([1, 8, 30, 48].map((rows) => decodingBatches(rows, 256))).toEqual([[1], [8], [32], [64]]);
    expect(decodingBatches(5, 3)).toEqual([3, 2]);
    expect(decodingBatches(0, 256)).toEqual([]);
  });
});

describe('shrunkBatch', () => {
  it('takes few sizes on engines that compile', () => {
    expect([256, 5, 2, 1].map(shrunkBatch)).toEqual([128, 3, 1, 0]);
    setJit(runEagerly, true);
    expect([256, 64, 40, 16, 3].map(shrunkBatch)).toEqual([64, 16, 16, 0, 0]);
  });
});

describe('decodingStretch and decodingBytes', () => {
  it('are larger on a device with memory of its own, where programs cost more than what is read', () => {
    expect([decodingStretch(), decodingBytes()]).toEqual([16, 2 ** 29]);
    setJit(runEagerly, true);
    expect([decodingStretch(), decodingBytes()]).toEqual([64, 2 ** 29]);
    setOwnMemory(80 * 2 ** 30);
    expect([decodingStretch(), decodingBytes()]).toEqual([256, 5 * 2 ** 30]);
  });
});

describe('shapes of packed rows', () => {
  it('are the tokens of the batch on engines that run operation by operation', () => {
    expect(packedLengths(30, 100)).toEqual([112, 32]);
    expect([packedRows(5), packedCount(33, 112)]).toEqual([5, 33]);
  });

  it('are few on engines that compile every shape', () => {
    setJit(runEagerly, true);
    expect(packedLengths(100, 700)).toEqual([128, 256, 384, 512, 768]);
    expect(packedLengths(300, 5000)).toEqual([384, 512, 768, 1024]);
    expect(packedLengths(1500, 5000)).toEqual([1536]);
    expect([1, 3, 4, 5, 7, 9, 13].map(packedRows)).toEqual([1, 3, 4, 6, 8, 12, 16]);
    expect([1, 64, 65, 256].map((count) => packedCount(count, 256))).toEqual([64, 64, 128, 256]);
  });
});
