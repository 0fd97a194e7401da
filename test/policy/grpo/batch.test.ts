import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { batch, type Row } from '../../../lib/policy/grpo/batch';
import { grpoConfig } from '../support/tiny-policy';

beforeAll(() => useEngine('cpu'));
const row = (promptTokens: number[], responseTokens: number[], advantage: number): Row => ({
  promptTokens,
  responseTokens,
  logprobs: Float32Array.from(responseTokens, (token) => -token),
  refLogprobs: Float32Array.from(responseTokens, (token) => -10 * token),
  advantage,
  meanTokens: 8,
});

describe('batch', () => {
  it('sets every number under its token, 0 under padding, and weighs by the sizes of the whole update', () => {
    const whole = [row([0, 3], [4, 5, 1], 1), row([0], [6, 1], -2), row([0], [2], 0.5)];
    const laid = batch(whole.slice(0, 2), whole, 1, grpoConfig({ lossType: 'grpo' }));
    const first = (name: 'oldLogprobs' | 'refLogprobs' | 'weights') =>
      laid[name].arraySync().map((numbers) => numbers.slice(0, 4).map((value) => value + 0));
    expect(first('oldLogprobs')).toEqual([
      [-4, -5, -1, 0],
      [-6, -1, 0, 0],
    ]);
    expect(first('refLogprobs')[1]).toEqual([-60, -10, 0, 0]);
    // Three responses in the update, of 3 and 2 tokens here.
    const weights = first('weights').map((numbers) => numbers.map((value) => Number(value.toFixed(6))));
    expect(weights).toEqual([
      [0.111111, 0.111111, 0.111111, 0],
      [0.166667, 0.166667, 0, 0],
    ]);
    expect(laid.advantages.arraySync()).toEqual([[1], [-2]]);
    expect(laid.count.dataSync()[0]).toBe(6);
    const dapo = batch(whole.slice(0, 2), whole, 1, grpoConfig({ lossType: 'dapo' }));
    expect(dapo.weights.arraySync()[1]?.slice(0, 3)).toEqual([0.125, 0.125, 0]);
  });
});
