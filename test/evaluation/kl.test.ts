import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { sequenceKl } from '../../lib/evaluation/kl';
import { lmLogits } from '../../lib/model/heads';
import type { LanguageModel } from '../../lib/model/sample';
import { hiddenStates } from '../../lib/model/transformer';
import type { Rollout } from '../../lib/types';
import { tinyModel } from './tiny-models';

const options = { maxPromptTokens: 32, maxResponseTokens: 32, temperature: 1, batchSize: 2 };
const rollouts: Rollout[] = ['hello', 'how are you there', '', '你好'].map((response, i) => ({
  promptId: `p${i}`,
  prompt: i === 1 ? 'a longer prompt than the others' : 'hi',
  response,
  finished: i !== 1,
  responseTokens: 0,
}));

describe('sequenceKl', () => {
  let policy: LanguageModel;
  let other: LanguageModel;
  beforeAll(async () => {
    await useEngine('cpu');
    policy = tinyModel(1);
    other = tinyModel(2);
  });

  it('is zero for the same model', () => {
    expect(Array.from(sequenceKl(policy, policy, rollouts, options))).toEqual([0, 0, 0, 0]);
  });

  it.each([1, 0.5])(
    'equals the difference of log-probabilities at temperature %d summed token by token, without padding',
    (temperature) => {
      const kls = sequenceKl(policy, other, rollouts, { ...options, temperature });
      rollouts.forEach((rollout, i) => {
        const expected = logprobOf(policy, rollout, temperature) - logprobOf(other, rollout, temperature);
        expect(kls[i]).toBeCloseTo(expected, 4);
      });
    },
  );

  it('compares greedy responses at temperature 1', () => {
    const greedy = sequenceKl(policy, other, rollouts, { ...options, temperature: 0 });
    expect(greedy).toEqual(sequenceKl(policy, other, rollouts, options));
  });

  it('does not depend on the batch size', () => {
    const together = sequenceKl(policy, other, rollouts, { ...options, batchSize: 4 });
    const alone = sequenceKl(policy, other, rollouts, { ...options, batchSize: 1 });
    together.forEach((kl, i) => expect(kl).toBeCloseTo(alone[i] as number, 4));
  });

  it('leaves no tensors behind', () => {
    const before = tf.memory().numTensors;
    sequenceKl(policy, other, rollouts, options);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses models of different vocabularies', () => {
    const smaller = { ...other, config: { ...other.config, vocabSize: 100 } };
    expect(() => sequenceKl(policy, smaller, rollouts, options)).toThrow(
      /one vocabulary, got 270 and 100 tokens/,
    );
  });
});

/** Σ log p of one response, from a forward pass of its own without padding. */
function logprobOf(
  { params, config, tokenizer }: LanguageModel,
  { prompt, response, finished }: Rollout,
  temperature: number,
): number {
  const promptTokens = tokenizer.renderPrompt(prompt);
  const responseTokens = finished ? tokenizer.renderResponse(response) : tokenizer.encode(response);
  const tokens = [...promptTokens, ...responseTokens];
  const logprobs = tf.tidy(() => {
    const hidden = hiddenStates(
      params,
      config,
      tf.tensor2d([tokens], [1, tokens.length], 'int32'),
      tf.ones([1, tokens.length]),
    );
    const logits = lmLogits(params, config, tf.reshape(hidden, [tokens.length, config.hiddenSize]));
    return tf.logSoftmax(tf.div(logits, temperature)).arraySync() as number[][];
  });
  return responseTokens.reduce(
    (sum, token, k) => sum + (logprobs[promptTokens.length + k - 1]?.[token] as number),
    0,
  );
}
