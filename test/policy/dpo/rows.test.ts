import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { encodePair, longerSide, readReference, type PairRow, type Row } from '../../../lib/policy/dpo/rows';
import type { EncodedRow } from '../../../lib/train/sequences';
import { tokenizer } from '../support/tiny-policy';

beforeAll(() => useEngine('cpu'));
const limits = { maxPromptTokens: 4, maxResponseTokens: 4 };
const pairOf = (prompt: string, chosen: string, rejected: string) =>
  encodePair(tokenizer, { promptId: prompt, prompt, chosen, rejected }, limits);

describe('encodePair', () => {
  it('ends both sides with the end-of-turn token; a long prompt loses its beginning, a long response its end', () => {
    const pair = pairOf('abcde', 'ab', 'abcdef');
    expect(pair.chosen).toEqual({ promptTokens: [3, 4, 5, 6], responseTokens: [2, 3, 1] });
    expect(pair.rejected.responseTokens).toEqual([2, 3, 4, 5]);
    expect(longerSide(pair)).toBe(4 + 4);
  });
});

const sumOf = (...tokens: (readonly number[])[]) => tokens.flat().reduce((sum, token) => sum + token, 0);

describe('readReference', () => {
  it('gives each pair the numbers of its own two sides, whatever the order of lengths and batches', () => {
    const pairs = [pairOf('abc', 'abc', 'd'), pairOf('a', 'b', 'c'), pairOf('ab', 'cd', 'e')];
    // In place of log π: the sum of the row's tokens that are no padding.
    const tokensOf = (row: EncodedRow) => [...row.promptTokens, ...row.responseTokens];
    const sums = (part: readonly PairRow[]) =>
      tf.tensor1d(
        [...part.map((pair) => pair.chosen), ...part.map((pair) => pair.rejected)].map((row) =>
          sumOf(tokensOf(row)),
        ),
      );
    const rows = readReference(pairs, sums, 2);
    for (const pair of pairs) {
      const { refChosenLogps, refRejectedLogps, ...same } = rows.get(pair) as Row;
      expect(same).toEqual(pair);
      expect(refChosenLogps).toBe(sumOf(pair.chosen.promptTokens, pair.chosen.responseTokens));
      expect(refRejectedLogps).toBe(sumOf(pair.rejected.promptTokens, pair.rejected.responseTokens));
    }
  });
});
