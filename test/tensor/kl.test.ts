import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { ShapeError } from '../../lib/errors';
import { createRng } from '../../lib/random';
import { k1, k3 } from '../../lib/tensor/kl';

beforeAll(() => useEngine('cpu'));

describe('k1 and k3', () => {
  const logprobs = () => tf.tensor1d([-1, -2, -3]);
  const refLogprobs = () => tf.tensor1d([-1, -1, -3.5]);

  it('are log p − log q and q/p − 1 − log q/p', () => {
    expect(Array.from(k1(logprobs(), refLogprobs()).dataSync())).toEqual([0, -1, 0.5]);
    const expected = [0, Math.E - 2, Math.exp(-0.5) - 0.5].map((value) => expect.closeTo(value, 6));
    expect(Array.from(k3(logprobs(), refLogprobs()).dataSync())).toEqual(expected);
  });

  it('have the divergence as their mean over samples', () => {
    const p = [0.5, 0.3, 0.2];
    const q = [0.2, 0.3, 0.5];
    const rng = createRng(1);
    const drawn = Array.from({ length: 20000 }, () => {
      const u = rng.uniform();
      return u < 0.5 ? 0 : u < 0.8 ? 1 : 2;
    });
    const of = (distribution: number[]) => tf.tensor1d(drawn.map((i) => Math.log(distribution[i] as number)));
    const divergence = p.reduce((sum, pi, i) => sum + pi * Math.log(pi / (q[i] as number)), 0);
    expect(tf.mean(k1(of(p), of(q))).dataSync()[0]).toBeCloseTo(divergence, 1);
    expect(tf.mean(k3(of(p), of(q))).dataSync()[0]).toBeCloseTo(divergence, 1);
  });

  it('stay finite when the distributions have nothing in common', () => {
    const far = tf.tensor1d([-500]);
    const near = tf.tensor1d([-1]);
    expect(k1(near, far).dataSync()[0]).toBe(20);
    expect(k3(far, near).dataSync()[0]).toBeCloseTo(Math.exp(20) - 21, -3);
  });

  it('refuse shapes that would broadcast', () => {
    expect(() => k1(logprobs(), tf.tensor1d([1]))).toThrow(
      new ShapeError('k1: refLogprobs must be [3], got [1]'),
    );
  });
});
