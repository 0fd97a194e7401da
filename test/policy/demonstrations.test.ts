import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { demonstrationSource, sftTerm } from '../../lib/policy/demonstrations';
import { createRng } from '../../lib/random';
import { disposeTree } from '../../lib/tensor/pytree';
import { nextTokenLoss } from '../../lib/train/next-token-loss';
import { demonstrations, tinyPolicy } from './support/tiny-policy';

beforeAll(() => useEngine('cpu'));
const options = { sftLossCoef: 0.1, sftBatchSize: 5, maxLength: 24, lengthFlags: '--max-length' };
const policy = tinyPolicy();
const source = (given: Partial<typeof options> = {}, rows = demonstrations) =>
  demonstrationSource('ppo', rows, policy, { ...options, ...given }, createRng(1));

describe('demonstrationSource', () => {
  it('cuts one draw into at most as many parts as asked, with the labels of all parts as normaliser', () => {
    const [whole] = source()(3, 1);
    for (const parts of [2, 3, 4, 9]) {
      const batches = source()(3, parts);
      expect(batches.length).toBeLessThanOrEqual(parts);
      const rows = batches.reduce((sum, { tokens }) => sum + tokens.shape[0], 0);
      expect(rows).toBe(5);
      const labels = batches.reduce(
        (sum, { labelMask }) => sum + (tf.sum(labelMask).dataSync()[0] as number),
        0,
      );
      for (const { count } of [...batches, ...(whole ? [whole] : [])])
        expect(count.dataSync()[0]).toBe(labels);
      disposeTree(batches);
    }
  });

  it('shows every demonstration equally often, in an order known from the number of the update', () => {
    const draw = source({ sftBatchSize: demonstrations.length });
    const [first] = draw(1, 1);
    const [again] = source({ sftBatchSize: demonstrations.length })(1, 1);
    expect(again?.tokens.arraySync()).toEqual(first?.tokens.arraySync());
    // Sixteen updates are sorted by length together.
    const shown = new Map<string, number>();
    for (let update = 1; update <= 16; update++) {
      const [batch] = draw(update, 1);
      const lengths = batch?.mask.sum(1).dataSync() ?? [];
      batch?.tokens.arraySync().forEach((row, b) => {
        const tokens = row.slice(0, lengths[b]).join();
        shown.set(tokens, (shown.get(tokens) ?? 0) + 1);
      });
    }
    expect([...shown.values()]).toEqual(demonstrations.map(() => 16));
  });

  it('draws nothing without a weight, and refuses a weight without demonstrations', () => {
    expect(source({ sftLossCoef: 0 }, [])(1, 4)).toEqual([]);
    expect(() => source({}, [])).toThrow(
      'ppo: sftLossCoef is above 0, so demonstrations are needed, got none',
    );
  });
});

describe('demonstrations that are longer than the model has positions', () => {
  it('are refused before anything is drawn, with the flags to lower', () => {
    const { config, tokenizer } = policy;
    const short = { tokenizer, config: { ...config, maxPositionEmbeddings: 5 } };
    expect(() => demonstrationSource('dpo', demonstrations, short, options, createRng(1))).toThrow(
      /^dpo, demonstrations: \d+ of 24 sequences are longer than the model's 5 positions.*lower --max-length$/,
    );
  });
});

describe('sftTerm', () => {
  const { params, config } = tinyPolicy();

  it('is the next-token loss, bare and times the weight that the batch brings along', () => {
    const [batch] = source({ sftLossCoef: 0.25 })(1, 1);
    const { loss, weighted } = sftTerm(params, config, batch);
    const expected = batch && nextTokenLoss(params, config, batch).loss.dataSync()[0];
    expect(loss.dataSync()[0]).toBe(expected);
    expect(weighted.dataSync()[0]).toBeCloseTo((expected as number) / 4, 6);
  });

  it('is 0 where the draw does not reach', () => {
    const { loss, weighted } = sftTerm(params, config, undefined);
    expect([loss.dataSync()[0], weighted.dataSync()[0]]).toEqual([0, 0]);
  });
});
