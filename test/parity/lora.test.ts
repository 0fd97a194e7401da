import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { writeJson } from '../../lib/files';
import { parseModelConfig } from '../../lib/model/config';
import { loadModel, saveModel, type Model } from '../../lib/model/directory';
import { lmLogits, scores } from '../../lib/model/heads';
import { isTrainedWithAdapter } from '../../lib/model/lora/names';
import { type Params, pickParams } from '../../lib/model/params';
import { hiddenStates } from '../../lib/model/transformer';
import { valueAndGrad } from '../../lib/tensor/gradient';
import { createTokenizer } from '../../lib/tokenizer/tokenizer';
import { engines } from '../support/engines';
import { largestDifference, readCases } from './fixture';

interface LoraCase {
  readonly name: string;
  readonly config: object;
  readonly base: Readonly<Record<string, { readonly shape: number[]; readonly values: number[] }>>;
  readonly tokens: number[][];
  /** Of the sum that is differentiated, as `logits`. */
  readonly weights: number[][][] | number[][];
  /** [B, T, V], or scores [B, 1]. */
  readonly logits: number[][][] | number[][];
  readonly gradients: Readonly<Record<string, number[]>>;
  /** The directory that PEFT wrote. */
  readonly adapterConfig: object;
  /** Base64. */
  readonly adapterModel: string;
}

const cases = readCases<LoraCase>('lora.json');
const root = mkdtempSync(join(tmpdir(), 'rlhf-kit-peft-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Eleven tokens; which they are plays no part. */
const tokenizer = createTokenizer({
  tokenizerJson: {
    added_tokens: [{ id: 0, content: '</s>', special: true, single_word: false, lstrip: false, rstrip: false, normalized: false }],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: { type: 'Fuse' },
    model: { type: 'BPE', vocab: Object.fromEntries(['</s>', ...'abcdefghij'].map((token, i) => [token, i])), merges: [] },
  },
  tokenizerConfig: { eos_token: '</s>' },
}); // prettier-ignore

/** Writes the base and what PEFT wrote beside it, and loads that. */
function load({ base, config, adapterConfig, adapterModel }: LoraCase, folder: string): Model {
  const params = Object.fromEntries(Object.entries(base).map(([name, { shape, values }]) => [name, tf.tensor(values, shape)])); // prettier-ignore
  saveModel(join(folder, 'base'), { params, config: parseModelConfig(config), tokenizer });
  const adapter = join(folder, 'adapter');
  mkdirSync(adapter);
  writeJson(join(adapter, 'adapter_config.json'), adapterConfig);
  writeFileSync(join(adapter, 'adapter_model.safetensors'), Buffer.from(adapterModel, 'base64'));
  return loadModel(adapter);
}

/** Logits, or scores where there is a score head. */
function read(params: Params, { config }: Model, tokens: readonly number[][]): tf.Tensor {
  const [B, T] = [tokens.length, tokens[0]?.length as number];
  const hidden = hiddenStates(params, config, tf.tensor2d([...tokens], [B, T], 'int32'), tf.ones([B, T]));
  if (params['score.weight'] !== undefined)
    return scores(params, hidden, tf.tensor1d(tokens.map((row, b) => b * row.length + row.findLastIndex((id) => id !== 0)), 'int32')); // prettier-ignore
  return lmLogits(params, config, tf.reshape(hidden, [B * T, config.hiddenSize]));
}

describe.each(engines)('adapters that PEFT wrote, on %s', (engine) => {
  beforeAll(async () => {
    await useEngine(engine);
  });

  it.each(cases)(
    '$name: the same logits within 1e-5, the same gradients of A, B and heads within 1e-4',
    (expected) => {
      const model = load(expected, mkdtempSync(join(root, 'case-')));
      const wanted = (expected.logits as number[][]).flat(2);
      const got = read(model.params, model, expected.tokens).dataSync();
      expect(largestDifference(got, wanted)).toBeLessThan(1e-5 * Math.max(1, ...wanted.map(Math.abs)));
      const trained = pickParams(model.params, isTrainedWithAdapter);
      const { grads } = valueAndGrad((own) => {
        const logits = read({ ...model.params, ...own }, model, expected.tokens);
        const weights = tf.tensor((expected.weights as number[][]).flat(2), logits.shape);
        return { loss: tf.sum(tf.mul(logits, weights)) as tf.Scalar, metrics: {} };
      }, trained);
      expect(Object.keys(grads).sort()).toEqual(Object.keys(expected.gradients).sort());
      const largest = Math.max(...Object.values(expected.gradients).flat().map(Math.abs));
      for (const [name, gradient] of Object.entries(expected.gradients))
        expect(largestDifference(grads[name]?.dataSync() ?? [], gradient) / largest, name).toBeLessThan(1e-4);
    },
  );
});
