import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { policySampler } from '../../../lib/policy/dpo/sampling';
import { createRng } from '../../../lib/random';
import { countA, dpoConfig, prompts, tinyPolicy } from '../support/tiny-policy';

beforeAll(() => useEngine('cpu'));
const reference = tinyPolicy(1);
const config = dpoConfig({ maxResponseTokens: 6 });
const samplePrompts = prompts.slice(0, 3);

describe('policySampler', () => {
  it('measures KL between the distributions at the temperature of the samples', async () => {
    // At a high temperature both are nearly uniform, whatever the weights.
    const other = tinyPolicy(2).params;
    const kl = async (temperature: number) => {
      const samples = await policySampler(reference, { samplePrompts, temperature }, config)(
        4,
        other,
        createRng(1),
      );
      return Math.max(...samples.map((sample) => Math.abs(sample.kl)));
    };
    expect(await kl(1)).toBeGreaterThan(0.5);
    expect(await kl(1000)).toBeLessThan(0.05);
  });

  it('gives one sample a prompt, with a score only when there is a scorer, and leaves no tensors behind', async () => {
    const plain = policySampler(reference, { samplePrompts }, config);
    await plain(1, reference.params, createRng(1));
    const { numTensors } = tf.memory();
    const samples = await plain(2, reference.params, createRng(1));
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(samples.map(({ promptId, step }) => [promptId, step])).toEqual(
      samplePrompts.map(({ promptId }) => [promptId, 2]),
    );
    expect(samples[0]).not.toHaveProperty('score');
    const scored = policySampler(reference, { samplePrompts, scorer: countA }, config);
    for (const { response, score } of await scored(2, reference.params, createRng(1)))
      expect(score).toBe(response.split('a').length - 1);
  });
});
