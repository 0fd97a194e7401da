import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { batch, type Row } from '../../../lib/policy/ppo/batch';
import { loss } from '../../../lib/policy/ppo/loss';
import { numbersOfLoss, ppoConfig, sampledRollouts, tinyPolicy, tokenizer } from '../support/tiny-policy';

beforeAll(() => useEngine('cpu'));
const { config: model, params: policy } = tinyPolicy();
const config = ppoConfig({ vfCoef: 0.5 });

async function sampledRows(): Promise<Row[]> {
  return (await sampledRollouts(6)).map((rollout, i) => {
    const ones = Float32Array.from(rollout.responseTokens, () => 1);
    return { ...rollout, values: ones.map(() => 0), advantages: ones.map(() => i - 1), returns: ones };
  });
}

const lossOf = (part: readonly Row[], whole: readonly Row[]) => {
  const params = { ...policy, 'value.weight': tf.zeros([1, 8]), 'value.bias': tf.scalar(0.5).reshape([1]) };
  return numbersOfLoss(loss(params, batch(part, whole, tokenizer.padTokenId, config), model, config));
};

describe('loss', () => {
  it('of the policy that sampled is minus the mean advantage of a token, and half the squared error of the values', async () => {
    const rows = await sampledRows();
    const tokens = rows.flatMap((row) => [...row.advantages]);
    const numbers = lossOf(rows, rows);
    const mean = tokens.reduce((sum, advantage) => sum + advantage, 0) / tokens.length;
    expect(numbers['loss/policy_avg']).toBeCloseTo(-mean, 4);
    // Old values 0, values 0.5, returns 1: the value clipped at 0.2 is the further one.
    expect(numbers['loss/value_avg']).toBeCloseTo(0.5 * 0.8 ** 2, 5);
    expect(numbers['loss']).toBeCloseTo(-mean + 0.5 * 0.32, 4);
    expect(numbers['val/ratio']).toBeCloseTo(1, 4);
    expect(numbers['val/ratio_var']).toBeLessThan(1e-8);
    expect(numbers['policy/clipfrac_avg']).toBe(0);
    expect(numbers['val/clipfrac_avg']).toBe(1);
  });

  it('of the parts of an update adds up to that of the whole', async () => {
    const rows = await sampledRows();
    const [whole, ...parts] = [
      lossOf(rows, rows),
      lossOf(rows.slice(0, 2), rows),
      lossOf(rows.slice(2), rows),
    ];
    for (const key of Object.keys(whole))
      expect(parts.reduce((sum, part) => sum + (part[key] as number), 0)).toBeCloseTo(
        whole[key] as number,
        4,
      );
  });
});
