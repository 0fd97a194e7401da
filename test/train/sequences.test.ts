import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { runEagerly, setJit } from '../../lib/backend/jit';
import { createTokenizer } from '../../lib/tokenizer/tokenizer';
import { trainByteLevelBpe } from '../../lib/tokenizer/train-bpe';
import { differingPairs, padRows, requirePositions } from '../../lib/train/sequences';

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

describe('requirePositions', () => {
  it('refuses sequences that are longer than the positions of the model, with the flag to lower', () => {
    const check = (lengths: number[]) => () =>
      requirePositions('dpo', lengths, { maxPositionEmbeddings: 8 }, '--max-prompt-tokens');
    expect(check([8, 3])).not.toThrow();
    expect(check([])).not.toThrow();
    expect(check([4, 9, 12])).toThrow(
      "dpo: 2 of 3 sequences are longer than the model's 8 positions, the first has 9 tokens; lower --max-prompt-tokens",
    );
  });
});

describe('differingPairs', () => {
  const tokenizer = createTokenizer(trainByteLevelBpe(['a'], { vocabSize: 270 }));
  const equal = { prompt: 'q', chosen: 'abcd', rejected: 'abce' };
  const other = { prompt: 'q', chosen: 'abc', rejected: 'abd' };
  const differing = (pairs: { prompt: string; chosen: string; rejected: string }[]) =>
    differingPairs('reward', pairs, tokenizer, { maxResponseTokens: 3 });

  it('leaves out pairs that are equal in the tokens that are read, and counts them', () => {
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(differing([equal, other, equal])).toEqual([other]);
    expect(stderr.mock.calls).toEqual([
      [
        'reward: 2 of 3 pairs left out: chosen and rejected are equal in the 3 tokens that are read (--max-response-tokens)\n',
      ],
    ]);
    expect(differing([other])).toEqual([other]);
    expect(stderr).toHaveBeenCalledTimes(1);
    stderr.mockRestore();
  });

  it('refuses pairs that are all equal', () => {
    expect(() => differing([equal])).toThrow(
      /reward: no pair is left: in all 1 chosen and rejected are equal/,
    );
  });
});
