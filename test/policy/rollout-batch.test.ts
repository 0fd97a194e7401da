import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { perToken, readBatch, rolloutBatch } from '../../lib/policy/rollout-batch';
import { ppoConfig, sampledRollouts, tinyPolicy, tokenizer } from './support/tiny-policy';

beforeAll(() => useEngine('cpu'));
const { config: model, params } = tinyPolicy();
const config = ppoConfig();

describe('rolloutBatch', () => {
  it('counts the tokens of the whole update and sets numbers under their tokens', async () => {
    const rows = await sampledRollouts(3);
    const batch = rolloutBatch(rows.slice(0, 2), rows, tokenizer.padTokenId, config, undefined);
    expect(batch.count.dataSync()[0]).toBe(rows.reduce((sum, row) => sum + row.responseTokens.length, 0));
    const positions = perToken(rows.slice(0, 2), batch.sequences, (row) => row.responseTokens);
    const shown = tf
      .mul(tf.slice(batch.sequences.tokens, [0, 16], [2, 16]), batch.sequences.responseMask)
      .arraySync();
    expect(positions.arraySync()).toEqual(shown);
    expect(batch).not.toHaveProperty('demonstrations');
  });
});

describe('readBatch', () => {
  it('reads the log-probabilities and entropies that the rollout has, and ratios of 1', async () => {
    const rows = await sampledRollouts(4);
    const batch = rolloutBatch(rows, rows, tokenizer.padTokenId, config, undefined);
    const { logprobs, entropy, mean, ratioMetrics } = readBatch(params, batch, model, config);
    const [read, entropies] = [logprobs, entropy].map((tensor) => tensor.arraySync() as number[][]);
    rows.forEach((row, b) =>
      row.responseTokens.forEach((_, t) => {
        expect(read?.[b]?.[t]).toBeCloseTo(row.logprobs[t] as number, 4);
        expect(entropies?.[b]?.[t]).toBeCloseTo(row.entropy[t] as number, 4);
      }),
    );
    expect(mean(tf.onesLike(logprobs)).dataSync()[0]).toBeCloseTo(1, 6);
    expect(ratioMetrics['val/ratio'].dataSync()[0]).toBeCloseTo(1, 5);
    expect(ratioMetrics['val/ratio_var'].dataSync()[0]).toBeLessThan(1e-8);
  });
});
