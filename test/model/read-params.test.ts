import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { InputError } from '../../lib/errors';
import type { Params } from '../../lib/model/params';
import { readParams } from '../../lib/model/read-params';
import { writeSafetensors } from '../../lib/model/weights';
import { tinyConfig, tinyParams } from './tiny';

const root = mkdtempSync(join(tmpdir(), 'read-params-'));
let params: Params;
beforeAll(async () => {
  await useEngine('cpu');
  params = tinyParams();
});
afterAll(() => rmSync(root, { recursive: true }));

let number = 0;
function directoryOf(tensors: Params): string {
  const directory = join(root, String(number++));
  mkdirSync(directory);
  writeSafetensors(join(directory, 'model.safetensors'), tensors);
  return directory;
}
function refusal(tensors: Params, message: RegExp, config = tinyConfig): void {
  const directory = directoryOf(tensors);
  const before = tf.memory().numTensors;
  expect(() => readParams(directory, config)).toThrow(InputError);
  expect(() => readParams(directory, config)).toThrow(message);
  expect(tf.memory().numTensors).toBe(before);
}

describe('readParams', () => {
  it('refuses tensors that the model does not have, naming them', () => {
    refusal(
      { ...params, 'model.layers.2.mlp.up_proj.weight': tf.ones([12, 8]) },
      /the weights hold model.layers.2.mlp.up_proj.weight, which a llama model by this config.json does not have/,
    );
    refusal({ ...params, 'lm_head.bias': tf.ones([11]) }, /the weights hold lm_head.bias/);
    refusal({ ...params, 'embed_tokens.weight': tf.ones([11, 8]) }, /hold model.embed_tokens.weight twice/);
  });

  it('passes over rotary constants and the value heads of TRL', () => {
    const directory = directoryOf({
      ...params,
      'model.rotary_emb.inv_freq': tf.ones([2]),
      'v_head.summary.weight': tf.ones([1, 8]),
    });
    expect(Object.keys(readParams(directory, tinyConfig))).toEqual(Object.keys(params));
  });

  it('takes a head that is tied and equal, and refuses one that differs', () => {
    const embedding = params['model.embed_tokens.weight'] as tf.Tensor;
    const directory = directoryOf({ ...params, 'lm_head.weight': embedding });
    expect(Object.keys(readParams(directory, tinyConfig))).toEqual(Object.keys(params));
    refusal(
      { ...params, 'lm_head.weight': tf.add(embedding, 1e-3) },
      /lm_head.weight must equal model.embed_tokens.weight, for config.json says tie_word_embeddings, but it differs/,
    );
    refusal(
      { ...params, 'lm_head.weight': tf.ones([10, 8]) },
      /lm_head.weight must be \[11,8\] by config.json/,
    );
  });

  it('refuses a vocabulary larger than the embedding', () => {
    refusal(params, /model.embed_tokens.weight must be \[12,8\] by config.json, got \[11,8\]/, {
      ...tinyConfig,
      vocabSize: 12,
    });
  });

  it('reads shards, and refuses one that is cut short or lacks what the index lists', () => {
    const directory = join(root, 'shards');
    mkdirSync(directory);
    const entries = Object.entries(params);
    const halves = [entries.slice(0, 9), entries.slice(9)];
    const files = ['one.safetensors', 'two.safetensors'];
    halves.forEach((half, i) =>
      writeSafetensors(join(directory, files[i] as string), Object.fromEntries(half)),
    );
    const map = Object.fromEntries(halves.flatMap((half, i) => half.map(([name]) => [name, files[i]])));
    const index = (extra: object = {}): void =>
      writeFileSync(
        join(directory, 'model.safetensors.index.json'),
        JSON.stringify({ weight_map: { ...map, ...extra } }),
      );
    index();
    expect(Object.keys(readParams(directory, tinyConfig)).sort()).toEqual(Object.keys(params).sort());
    index({ 'lm_head.weight': 'two.safetensors' });
    expect(() => readParams(directory, tinyConfig)).toThrow(
      /lists lm_head.weight, which is in none of its shards/,
    );
    index();
    writeFileSync(join(directory, 'two.safetensors'), Buffer.alloc(40, 1));
    expect(() => readParams(directory, tinyConfig)).toThrow(/two.safetensors: not a whole safetensors file/);
  });
});
