import type * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { batch, type Row } from '../../../lib/policy/ppo/batch';
import { ppoConfig } from '../support/tiny-policy';

beforeAll(() => useEngine('cpu'));
const row = (promptTokens: number[], responseTokens: number[]): Row => ({
  promptTokens,
  responseTokens,
  logprobs: Float32Array.from(responseTokens, (token) => -token),
  values: Float32Array.from(responseTokens, (token) => 10 * token),
  advantages: Float32Array.from(responseTokens, (token) => 100 * token),
  returns: Float32Array.from(responseTokens, (token) => 1000 * token),
});

describe('batch', () => {
  it('sets every number under its token, 0 under padding, and counts the tokens of the whole update', () => {
    const whole = [row([0, 3], [4, 5, 1]), row([0], [6, 1]), row([0], [2])];
    const laid = batch(whole.slice(0, 2), whole, 1, ppoConfig({ vfCoef: 0 }));
    const first = (name: 'oldLogprobs' | 'oldValues' | 'advantages' | 'returns') =>
      laid[name].arraySync().map((numbers) => numbers.slice(0, 4));
    expect(laid.sequences.responseMask.arraySync().map((mask) => mask.slice(0, 4))).toEqual([
      [1, 1, 1, 0],
      [1, 1, 0, 0],
    ]);
    expect(first('oldLogprobs').map((numbers) => numbers.map((value) => value + 0))).toEqual([
      [-4, -5, -1, 0],
      [-6, -1, 0, 0],
    ]);
    expect(first('oldValues')[1]).toEqual([60, 10, 0, 0]);
    expect(first('advantages')[1]).toEqual([600, 100, 0, 0]);
    expect(first('returns')[1]).toEqual([6000, 1000, 0, 0]);
    expect(laid.count.dataSync()[0]).toBe(6);
    expect((laid.coefficients.cliprange as tf.Scalar).dataSync()[0]).toBeCloseTo(0.2, 6);
    expect(laid.coefficients.vfCoef).toBe(0);
  });
});
