import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { sampleToken, samplingLogits, type SamplingOptions } from '../../lib/model/sampling';
import { createRng } from '../../lib/random';

beforeAll(() => useEngine('cpu'));

const probabilities = [0.4, 0.05, 0.3, 0.1, 0.15];
const logits = (rows = 1): tf.Tensor2D =>
  tf.tile(tf.log(tf.tensor2d([probabilities])), [rows, 1]) as tf.Tensor2D;
const allowed = (options: SamplingOptions): number[] =>
  Array.from(tf.softmax(samplingLogits(logits(), options)).dataSync()).flatMap((p, i) => (p > 0 ? [i] : []));

describe('samplingLogits', () => {
  it('keeps the k likeliest tokens', () => {
    expect(allowed({ temperature: 1, topK: 2 })).toEqual([0, 2]);
    expect(allowed({ temperature: 1, topK: 9 })).toEqual([0, 1, 2, 3, 4]);
  });

  it('keeps the fewest likeliest tokens that reach the probability', () => {
    expect(allowed({ temperature: 1, topP: 0.3 })).toEqual([0]);
    expect(allowed({ temperature: 1, topP: 0.69 })).toEqual([0, 2]);
    expect(allowed({ temperature: 1, topP: 0.71 })).toEqual([0, 2, 4]);
    expect(allowed({ temperature: 1, topP: 1 })).toEqual([0, 1, 2, 3, 4]);
  });

  it('takes top-p within top-k, after the temperature', () => {
    // Of 0.4 and 0.3 alone, the first has 0.57; at temperature 0.25 it has 0.76.
    expect(allowed({ temperature: 1, topK: 2, topP: 0.6 })).toEqual([0, 2]);
    expect(allowed({ temperature: 0.25, topK: 2, topP: 0.6 })).toEqual([0]);
  });
});

describe('sampleToken', () => {
  it('takes the first token whose cumulative probability exceeds the uniform', () => {
    const uniforms = tf.tensor1d([1e-7, 0.39, 0.41, 0.5, 0.76, 0.84, 0.86, 0.9999999]);
    const { token } = sampleToken(logits(8), uniforms, { temperature: 1 });
    expect(Array.from(token.dataSync())).toEqual([0, 0, 1, 2, 3, 3, 4, 4]);
  });

  it('draws tokens as often as their probabilities say', () => {
    const draws = 4000;
    const uniforms = tf.tensor1d(createRng(1).uniforms(draws));
    const options = { temperature: 2, topK: 4 };
    const { token } = sampleToken(logits(draws), uniforms, options);
    const wanted = tf.softmax(samplingLogits(logits(), options)).dataSync();
    const counts = new Array<number>(5).fill(0);
    token.dataSync().forEach((id) => (counts[id] = (counts[id] as number) + 1));
    expect(counts[1]).toBe(0);
    const chi2 = counts.reduce((sum, n, i) => {
      const mean = draws * (wanted[i] as number);
      return mean === 0 ? sum : sum + (n - mean) ** 2 / mean;
    }, 0);
    // Three degrees of freedom: 99.9 % lie below 16.3.
    expect(chi2).toBeLessThan(16.3);
  });

  it('gives log-probabilities of the distribution it drew from', () => {
    const { token, logprob } = sampleToken(logits(2), tf.tensor1d([0.1, 0.9]), { temperature: 1, topK: 2 });
    expect(Array.from(token.dataSync())).toEqual([0, 2]);
    expect(logprob.dataSync()[0]).toBeCloseTo(Math.log(4 / 7), 5);
    expect(logprob.dataSync()[1]).toBeCloseTo(Math.log(3 / 7), 5);
  });

  it('takes the likeliest token at temperature 0, with its log-probability at temperature 1', () => {
    const { token, logprob } = sampleToken(logits(), tf.tensor1d([0.99]), { temperature: 0 });
    expect([token.dataSync()[0], token.dtype]).toEqual([0, 'int32']);
    expect(logprob.dataSync()[0]).toBeCloseTo(Math.log(0.4), 5);
  });
});
