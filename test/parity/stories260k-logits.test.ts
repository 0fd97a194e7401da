import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jit, paddedLength, useEngine } from '../../lib/backend';
import { loadModel, type Model } from '../../lib/model/directory';
import { generate } from '../../lib/model/generate';
import { lmLogits } from '../../lib/model/heads';
import type { Params } from '../../lib/model/params';
import { hiddenStates } from '../../lib/model/transformer';
import { createRng } from '../../lib/random';
import { tokenLogprobs } from '../../lib/tensor/logprobs';
import { engines } from '../support/engines';
import { largestDifference, readCases, sharedData } from './fixture';

interface PromptCase {
  readonly text: string;
  readonly ids: readonly number[];
  readonly logprobs: readonly number[];
  readonly lastLogits: readonly number[];
}
interface GreedyCase {
  readonly greedy: { readonly ids: readonly number[]; readonly text: string };
}

const cases = readCases<PromptCase | GreedyCase>('stories260k-logits.json');
const prompts = cases.filter((entry): entry is PromptCase => 'text' in entry);
const greedy = cases.flatMap((entry) => ('greedy' in entry ? [entry.greedy] : []))[0] as GreedyCase['greedy'];
const { path, missing } = sharedData('stories260K');
const needs = missing ? ' (skipped: data/stories260K is missing)' : '';

describe.skipIf(missing).each(engines)(`stories260K on %s against transformers${needs}`, (engine) => {
  let model: Model;
  beforeAll(async () => {
    await useEngine(engine);
    model = loadModel(path);
  });
  afterAll(() => tf.dispose(model.params));

  const forward = jit((params: Params, tokens: tf.Tensor2D, mask: tf.Tensor2D, labels: tf.Tensor1D) => {
    const { config } = model;
    const hidden = hiddenStates(params, config, tokens, mask);
    const logits = lmLogits(params, config, tf.reshape(hidden, [labels.size, config.hiddenSize]));
    return { logits, logprobs: tokenLogprobs(logits, labels) };
  });

  /** Logits of every position [T, V] and log-probabilities of the token that follows [T − 1], for one prompt. */
  function read(ids: readonly number[]): { logits: Float32Array; logprobs: Float32Array } {
    const T = paddedLength(ids.length, model.config.maxPositionEmbeddings);
    const padded = (values: readonly number[]): number[] => [
      ...values,
      ...new Array<number>(T - values.length).fill(0),
    ];
    return tf.tidy(() => {
      const { logits, logprobs } = forward(
        model.params,
        tf.tensor2d([padded(ids)], [1, T], 'int32'),
        tf.tensor2d([padded(ids.map(() => 1))], [1, T]),
        tf.tensor1d(padded(ids.slice(1)), 'int32'),
      );
      return {
        logits: logits.dataSync().slice(0, ids.length * model.config.vocabSize) as Float32Array,
        logprobs: logprobs.dataSync().slice(0, ids.length - 1) as Float32Array,
      };
    });
  }

  it('writes every prompt in the same token ids', () => {
    expect(prompts).toHaveLength(50);
    for (const { text, ids } of prompts) expect(model.tokenizer.renderPrompt(text), text).toEqual(ids);
  });

  it('gives the same logits after every prompt within 1e-4', () => {
    for (const { text, ids, lastLogits } of prompts) {
      const got = read(ids).logits.slice(-model.config.vocabSize);
      expect(largestDifference(got, lastLogits), text).toBeLessThan(1e-4);
    }
  });

  it('gives every prompt token the same log-probability within 1e-4', () => {
    for (const { text, ids, logprobs } of prompts.filter((entry) => entry.ids.length > 1)) {
      const got = read(ids).logprobs;
      expect(largestDifference(got, logprobs), text).toBeLessThan(1e-4);
    }
  });

  it('continues the empty prompt greedily with the same 80 tokens', async () => {
    const { params, config, tokenizer } = model;
    const [response] = await generate(params, config, [tokenizer.renderPrompt('')], {
      maxNewTokens: greedy.ids.length,
      temperature: 0,
      stopTokenIds: [tokenizer.eosTokenId],
      rng: createRng(0),
    });
    expect(greedy.ids).toHaveLength(80);
    expect(response?.tokens).toEqual(greedy.ids);
    expect(tokenizer.decode(response?.tokens ?? []).trim()).toBe(greedy.text);
  });
});
