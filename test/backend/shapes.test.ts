import { afterEach, describe, expect, it } from 'vitest';
import { paddedLength, shrinking } from '../../lib/backend';
import { runEagerly, setJit } from '../../lib/backend/jit';

afterEach(() => setJit(runEagerly));

describe('paddedLength', () => {
  it('is the next multiple on engines that run operation by operation', () => {
    expect([1, 16, 17, 100].map((length) => paddedLength(length))).toEqual([16, 16, 32, 112]);
    expect(paddedLength(65, 64)).toBe(128);
  });

  it('is the next power of two on engines that compile every shape', () => {
    setJit(runEagerly, true);
    expect([1, 64, 65, 128, 200].map((length) => paddedLength(length))).toEqual([64, 64, 128, 128, 256]);
  });
});

describe('shrinking', () => {
  it('takes few sizes on engines that compile', () => {
    expect(shrinking()).toEqual({ part: 1 / 2, leastRows: 1 });
    setJit(runEagerly, true);
    expect(shrinking()).toEqual({ part: 1 / 4, leastRows: 16 });
  });
});
