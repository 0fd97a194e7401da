import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { loadModel, type Model } from '../../lib/model/directory';
import { generate } from '../../lib/model/generate';
import { lmLogits } from '../../lib/model/heads';
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

  /** Logits of every position, for one prompt. */
  function logitsOf(ids: readonly number[]): tf.Tensor2D {
    const { params, config } = model;
    const hidden = hiddenStates(
      params,
      config,
      tf.tensor2d([[...ids]], undefined, 'int32'),
      tf.ones([1, ids.length]),
    );
    return lmLogits(params, config, tf.reshape(hidden, [ids.length, config.hiddenSize]));
  }

  it('writes every prompt in the same token ids', () => {
    expect(prompts).toHaveLength(50);
    for (const { text, ids } of prompts) expect(model.tokenizer.renderPrompt(text), text).toEqual(ids);
  });

  it('gives the same logits after every prompt within 1e-4', () => {
    for (const { text, ids, lastLogits } of prompts) {
      const got = tf.tidy(() => tf.slice(logitsOf(ids), [ids.length - 1, 0], [1, -1]).dataSync());
      expect(largestDifference(got, lastLogits), text).toBeLessThan(1e-4);
    }
  });

  it('gives every prompt token the same log-probability within 1e-4', () => {
    for (const { text, ids, logprobs } of prompts.filter((entry) => entry.ids.length > 1)) {
      const got = tf.tidy(() => {
        const before = tf.slice(logitsOf(ids), [0, 0], [ids.length - 1, -1]) as tf.Tensor2D;
        return tokenLogprobs(before, tf.tensor1d(ids.slice(1), 'int32')).dataSync();
      });
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
