import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { InputError } from '../../lib/errors';
import { generate, type GenerateOptions } from '../../lib/model/generate';
import { lmLogits } from '../../lib/model/heads';
import type { Params } from '../../lib/model/params';
import { hiddenStates } from '../../lib/model/transformer';
import { createRng } from '../../lib/random';
import { tinyConfig as config, tinyParams } from './tiny';

let params: Params;
beforeAll(async () => {
  await useEngine('cpu');
  params = tinyParams();
});

const prompts = [[1, 2, 3], [4], [5, 6, 7, 8, 9], [2, 2], [10, 3, 1]]; // prettier-ignore
const run = (options: Partial<GenerateOptions> = {}, given: number[][] = prompts) =>
  generate(params, config, given, {
    maxNewTokens: 8,
    temperature: 1,
    stopTokenIds: [0, 7],
    rng: createRng(3),
    ...options,
  });

/** Log-probabilities of the next token after a prefix, without a cache. */
function nextLogprobs(prefix: readonly number[]): Float32Array {
  return tf.tidy(() => {
    const tokens = tf.tensor2d([[...prefix]], undefined, 'int32');
    const states = hiddenStates(params, config, tokens, tf.ones([1, prefix.length]));
    const last = tf.slice(states, [0, prefix.length - 1, 0], [1, 1, -1]).reshape([1, config.hiddenSize]);
    return tf.logSoftmax(lmLogits(params, config, last as tf.Tensor2D)).dataSync() as Float32Array;
  });
}

describe('generate', () => {
  it('decodes greedily what the full forward pass finds likeliest, with its log-probabilities', async () => {
    const responses = await run({ temperature: 0, stopTokenIds: [] });
    responses.forEach(({ tokens, logprobs }, i) => {
      const prefix = [...(prompts[i] as number[])];
      tokens.forEach((token, t) => {
        const expected = nextLogprobs(prefix);
        expect(token).toBe(expected.indexOf(Math.max(...expected)));
        expect(logprobs[t]).toBeCloseTo(expected[token] as number, 4);
        prefix.push(token);
      });
      expect(tokens).toHaveLength(8);
    });
  });

  it('gives log-probabilities of what it sampled', async () => {
    for (const [i, { tokens, logprobs }] of (await run()).entries()) {
      tokens.forEach((token, t) => {
        const expected = nextLogprobs([...(prompts[i] as number[]), ...tokens.slice(0, t)]);
        expect(logprobs[t]).toBeCloseTo(expected[token] as number, 4);
      });
    }
  });

  it('ends each response at its first stop token, which it includes', async () => {
    const responses = await run({ maxNewTokens: 20 }, [...prompts, ...prompts, ...prompts]);
    expect(responses.some(({ finished }) => finished)).toBe(true);
    for (const { tokens, logprobs, finished } of responses) {
      const stop = tokens.findIndex((id) => id === 0 || id === 7);
      expect(finished).toBe(stop >= 0);
      expect(tokens).toHaveLength(finished ? stop + 1 : 20);
      expect(logprobs).toHaveLength(tokens.length);
    }
  });

  it('samples the same in any batches, and other things with another seed', async () => {
    const all = (await run()).map(({ tokens }) => tokens);
    for (const maxBatch of [1, 2, 3]) {
      expect((await run({ maxBatch })).map(({ tokens }) => tokens)).toEqual(all);
    }
    expect((await run({ rng: createRng(4) })).map(({ tokens }) => tokens)).not.toEqual(all);
  });

  it('follows the parameters it is given, also after earlier calls', async () => {
    const own = params;
    const before = await run({ temperature: 0 });
    params = tinyParams(config, 2);
    const other = await run({ temperature: 0 });
    params = own;
    expect(other).not.toEqual(before);
    expect(await run({ temperature: 0 })).toEqual(before);
  });

  it('leaves no tensors behind', async () => {
    await run();
    const before = tf.memory().numTensors;
    await run({ maxBatch: 2 });
    await run({ temperature: 0 });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('reports progress and does nothing for no prompts', async () => {
    const done: number[] = [];
    await run({ maxBatch: 2, onProgress: (count) => done.push(count) });
    expect(done).toEqual([2, 4, 5]);
    expect(await run({}, [])).toEqual([]);
  });

  it('refuses what cannot be generated, in one sentence', async () => {
    const refusal = async (message: string, options: Partial<GenerateOptions>, given?: number[][]) => {
      await expect(run(options, given)).rejects.toThrow(InputError);
      await expect(run(options, given)).rejects.toThrow(message);
    };
    await refusal('prompt 0 has 3 tokens; with maxNewTokens 30 that is more than the model', {
      maxNewTokens: 30,
    });
    await refusal('prompt 1 has no tokens', {}, [[1], []]);
    await refusal('token ids of prompt 0 must be integers in [0, 11), got 11', {}, [[11]]);
    await refusal('maxNewTokens must be an integer ≥ 1, got 0', { maxNewTokens: 0 });
    await refusal('temperature must be a number ≥ 0, got -1', { temperature: -1 });
    await refusal('topP must be a number > 0 and ≤ 1, got 0', { topP: 0 });
    await refusal('topK must be an integer ≥ 0, got 1.5', { topK: 1.5 });
  });
});
