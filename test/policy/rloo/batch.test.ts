import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { batch, type Row } from '../../../lib/policy/rloo/batch';
import { rlooConfig } from '../support/tiny-policy';

beforeAll(() => useEngine('cpu'));
const row = (promptTokens: number[], responseTokens: number[], advantage: number): Row => ({
  promptTokens,
  responseTokens,
  logprobs: Float32Array.from(responseTokens, (token) => -token),
  advantage,
});

describe('batch', () => {
  it('sets log-probabilities under their tokens, 0 under padding, and counts the whole update', () => {
    const whole = [row([0, 3], [4, 5, 1], 1), row([0], [6, 1], -2), row([0], [2], 0.5)];
    const laid = batch(whole.slice(0, 2), whole, 1, rlooConfig());
    const first = laid.oldLogprobs.arraySync().map((numbers) => numbers.slice(0, 4));
    expect(first.map((numbers) => numbers.map((value) => value + 0))).toEqual([
      [-4, -5, -1, 0],
      [-6, -1, 0, 0],
    ]);
    expect(laid.advantages.arraySync()).toEqual([1, -2]);
    expect(laid.count.dataSync()[0]).toBe(6);
    expect(laid.responses.dataSync()[0]).toBe(3);
  });
});
