import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runEagerly, setJit } from '../../lib/backend/jit';
import { padRows } from '../../lib/train/sequences';

const limits = { maxPromptTokens: 16, maxResponseTokens: 16 };
const rows = [
  { promptTokens: [2, 3], responseTokens: [4, 1] },
  { promptTokens: [5], responseTokens: [6, 7, 1] },
];

beforeAll(async () => {
  await tf.setBackend('cpu');
});
afterEach(() => setJit(runEagerly));

describe('padRows', () => {
  it('lets prompts end and responses begin at one column', () => {
    const { tokens, mask, responseMask } = padRows(rows, 9, limits);
    expect(tokens.arraySync().map((row) => row.slice(13, 20))).toEqual([
      [9, 2, 3, 4, 1, 9, 9],
      [9, 9, 5, 6, 7, 1, 9],
    ]);
    expect(mask.sum(1).arraySync()).toEqual([4, 4]);
    expect(responseMask.sum(1).arraySync()).toEqual([2, 3]);
  });

  it('fills a batch up where asked to, on an engine that compiles: the rows stay first, what is added counts nowhere', () => {
    setJit(runEagerly, true);
    expect(padRows(rows, 9, limits).tokens.shape[0]).toBe(2);
    const { tokens, mask, responseMask } = padRows(rows, 9, limits, 12);
    expect(tokens.shape[0]).toBe(12);
    expect(mask.sum(1).arraySync()).toEqual([4, 4, ...new Array<number>(10).fill(0)]);
    expect(responseMask.sum().arraySync()).toBe(5);
  });
});
