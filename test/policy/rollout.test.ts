import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { lmLogits, values } from '../../lib/model/heads';
import { hiddenStates } from '../../lib/model/transformer';
import {
  completionMetrics,
  logRatios,
  rolloutSampler,
  samplerGap,
  scorerInputs,
  type PolicyRollout,
} from '../../lib/policy/rollout';
import { createRng } from '../../lib/random';
import { madeRollout, ppoConfig, prompts, tinyPolicy, tokenizer } from './support/tiny-policy';

beforeAll(() => useEngine('cpu'));
const reference = tinyPolicy();
const policy = () => ({
  ...tinyPolicy(2).params,
  'value.weight': tf.ones([1, 8]),
  'value.bias': tf.ones([1]),
});
const sampler = () =>
  rolloutSampler('ppo', reference, ppoConfig({ temperature: 0.7 }), 4, (params, hidden) => ({
    values: values(params, hidden),
  }));

describe('rolloutSampler', () => {
  it('reads every token as a plain forward pass over the one sequence does, policy and reference alike', async () => {
    const params = policy();
    const rollouts = await sampler()(params, prompts.slice(0, 6), createRng(1));
    rollouts.forEach(({ promptTokens, responseTokens, logprobs, refLogprobs, values, entropy }) => {
      const T = promptTokens.length + responseTokens.length;
      const tokens = tf.tensor2d([...promptTokens, ...responseTokens], [1, T], 'int32');
      const read = (weights: typeof params) => {
        const hidden = hiddenStates(weights, reference.config, tokens, tf.ones([1, T]));
        const logits = lmLogits(weights, reference.config, tf.reshape(hidden, [T, 8]));
        const table = tf.logSoftmax(tf.div(logits, 0.7)).arraySync() as number[][];
        return { table, hidden: tf.reshape(hidden, [T, 8]).arraySync() as number[][] };
      };
      const [ours, theirs] = [read(params), read(reference.params as typeof params)];
      responseTokens.forEach((token, t) => {
        // The token before predicts it.
        const at = promptTokens.length + t - 1;
        const row = ours.table[at] as number[];
        expect(logprobs[t]).toBeCloseTo(row[token] as number, 4);
        expect(refLogprobs[t]).toBeCloseTo(theirs.table[at]?.[token] as number, 4);
        expect(values[t]).toBeCloseTo(
          (ours.hidden[at] as number[]).reduce((sum, x) => sum + x, 1),
          4,
        );
        expect(entropy[t]).toBeCloseTo(-row.reduce((sum, x) => sum + Math.exp(x) * x, 0), 4);
      });
    });
  });

  it('ends finished responses with the end-of-turn token, which is not in the text that is scored', async () => {
    const rollouts = await sampler()(policy(), prompts, createRng(2));
    expect(rollouts.some(({ finished }) => finished)).toBe(true);
    expect(rollouts.some(({ finished }) => !finished)).toBe(true);
    rollouts.forEach(({ finished, responseTokens, response }, i) => {
      expect(responseTokens.at(-1) === tokenizer.eosTokenId).toBe(finished);
      expect(tokenizer.encode(response)).toEqual(finished ? responseTokens.slice(0, -1) : responseTokens);
      expect(scorerInputs(rollouts)[i]).toEqual({
        ...prompts[i],
        response,
        finished,
        responseTokens: responseTokens.length,
      });
    });
  });
});

describe('samplerGap', () => {
  it('is the largest difference, and refuses more than rounding as well as NaN', () => {
    expect(samplerGap('grpo', [-1, -2], Float32Array.of(-1, -2.01), { bf16: false })).toBeCloseTo(0.01, 6);
    expect(() => samplerGap('grpo', [-1, -2], Float32Array.of(-1, -2.1), { bf16: false })).toThrow(
      "grpo: the sampler's log-probability of a token is -2.0000, the training forward's -2.1000; they must agree within 0.05",
    );
    expect(() => samplerGap('grpo', [-1], Float32Array.of(NaN), { bf16: false })).toThrow('must agree');
  });
});

describe('logRatios', () => {
  it('are log π − log π_ref of every token, cut at 20 nats', () => {
    const ratios = logRatios(madeRollout('p', [0.5, -0.25, 500, -500]));
    [0.5, -0.25, 20, -20].forEach((value, t) => expect(ratios[t]).toBeCloseTo(value, 6));
  });
});

describe('completionMetrics', () => {
  it('tells lengths in tokens and the share that was cut off', () => {
    const rollouts: PolicyRollout[] = [madeRollout('p', [0, 0]), madeRollout('q', [0, 0, 0, 0], false)];
    expect(completionMetrics(rollouts)).toEqual({
      'completions/mean_length': 3,
      'completions/min_length': 2,
      'completions/max_length': 4,
      'completions/clipped_ratio': 0.5,
    });
  });
});
