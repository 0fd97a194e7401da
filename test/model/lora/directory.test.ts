import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { readJson, writeJson } from '../../../lib/files';
import { loadModel, loadModelTokenizer, saveModel, type Model } from '../../../lib/model/directory';
import { addAdapter, mergeAdapter } from '../../../lib/model/lora/adapter';
import { readSafetensors, writeSafetensors } from '../../../lib/model/weights';
import { saveTinyModel } from '../../support/tiny-model';
import { largestDifference } from '../../parity/fixture';
import { distance } from '../tiny';
import { learned, logitsOf } from './adapted';

const root = mkdtempSync(join(tmpdir(), 'rlhf-kit-adapter-'));
const at = (name: string) => join(root, name);
afterAll(() => rmSync(root, { recursive: true }));

let base: Model;
let adapted: Model;
beforeAll(async () => {
  await useEngine('cpu');
  saveTinyModel(at('base'));
  base = loadModel(at('base'));
  adapted = learned(base, { loraRank: 3, loraAlpha: 7, loraTargets: 'q_proj,down_proj' });
  saveModel(at('adapter'), adapted);
});

/** A copy of the adapter's directory in which something is changed. */
function changed(name: string, change: (directory: string) => void): string {
  cpSync(at('adapter'), at(name), { recursive: true });
  change(at(name));
  return at(name);
}
const withConfig = (change: object) => (directory: string) =>
  writeJson(join(directory, 'adapter_config.json'), { ...readJson<object>(join(directory, 'adapter_config.json')), ...change }); // prettier-ignore
const withTensors = (change: Record<string, tf.Tensor | undefined>) => (directory: string) => {
  const path = join(directory, 'adapter_model.safetensors');
  const all = Object.entries({ ...readSafetensors(path), ...change });
  writeSafetensors(path, Object.fromEntries(all.filter(([, tensor]) => tensor !== undefined)) as Record<string, tf.Tensor>); // prettier-ignore
};
const q0 = 'base_model.model.model.layers.0.self_attn.q_proj';

describe('the directory of an adapter', () => {
  it('holds what PEFT reads, under PEFT’s names, and not the base', () => {
    expect(readJson(join(at('adapter'), 'adapter_config.json'))).toMatchObject({
      peft_type: 'LORA',
      task_type: 'CAUSAL_LM',
      base_model_name_or_path: at('base'),
      r: 3,
      lora_alpha: 7,
      target_modules: ['q_proj', 'down_proj'],
      bias: 'none',
    });
    const tensors = readSafetensors(join(at('adapter'), 'adapter_model.safetensors'));
    expect(Object.keys(tensors)).toHaveLength(2 * 2 * 2);
    expect(tensors[`${q0}.lora_A.weight`]?.shape).toEqual([3, 8]);
    expect(tensors[`${q0}.lora_B.weight`]?.shape).toEqual([16, 3]);
    expect(existsSync(join(at('adapter'), 'model.safetensors'))).toBe(false);
    expect(statSync(join(at('adapter'), 'adapter_model.safetensors')).size).toBeLessThan(
      statSync(join(at('base'), 'model.safetensors')).size,
    );
  });

  it('is read as the model that was saved, with the tokenizer', () => {
    const read = loadModel(at('adapter'));
    expect(Object.keys(read.params).sort()).toEqual(Object.keys(adapted.params).sort());
    for (const [name, tensor] of Object.entries(adapted.params))
      expect(distance(read.params[name] as tf.Tensor, tensor)).toBe(0);
    expect(read.config).toEqual({ ...adapted.config, lora: { ...adapted.config.lora, base: at('base') } });
    expect(read.tokenizer.files).toEqual(base.tokenizer.files);
    expect(logitsOf(read)).toEqual(logitsOf(adapted));
  });

  it('keeps the score head of a reward model with its criteria, and a value head', () => {
    const heads = {
      'score.weight': tf.tensor2d(
        Array.from({ length: 16 }, (_, i) => i / 8),
        [2, 8],
      ),
      'value.weight': tf.ones([1, 8]),
      'value.bias': tf.ones([1]),
    };
    const scoreCriteria = ['helpful', 'harmless'].map((name, k) => ({ name, weight: k + 1 }));
    const model = {
      ...adapted,
      config: { ...adapted.config, scoreCriteria },
      params: { ...adapted.params, ...heads },
    };
    saveModel(at('reward'), model);
    expect(readJson(join(at('reward'), 'adapter_config.json'))).toMatchObject({
      task_type: 'SEQ_CLS',
      modules_to_save: ['score', 'value'],
    });
    const names = Object.keys(readSafetensors(join(at('reward'), 'adapter_model.safetensors')));
    expect(names).toContain('base_model.model.score.weight');
    const read = loadModel(at('reward'));
    expect(read.config.scoreCriteria).toEqual(scoreCriteria);
    for (const [name, tensor] of Object.entries(heads))
      expect(distance(read.params[name] as tf.Tensor, tensor)).toBe(0);
    // Merged it is a whole reward model.
    saveModel(at('merged-reward'), mergeAdapter(read));
    const whole = loadModel(at('merged-reward'));
    expect(whole.config.lora).toBeUndefined();
    expect(whole.config.scoreCriteria).toEqual(scoreCriteria);
    expect(largestDifference(logitsOf(whole), logitsOf(read))).toBeLessThan(2e-5);
  });

  it('needs no tokenizer and no config.json of its own, and finds a base by a path relative to itself', () => {
    const directory = changed('bare', (folder) => {
      for (const file of ['tokenizer.json', 'tokenizer_config.json', 'config.json', 'adapter_base.json'])
        rmSync(join(folder, file));
      withConfig({ base_model_name_or_path: '../base' })(folder);
    });
    expect(logitsOf(loadModel(directory))).toEqual(logitsOf(adapted));
    expect(loadModelTokenizer(directory).files).toEqual(base.tokenizer.files);
  });

  it('names the base as seen from the current directory where it lies there', () => {
    const before = process.cwd();
    try {
      process.chdir(root);
      const own = learned(loadModel('base'));
      saveModel('seen', own);
      expect(readJson(join('seen', 'adapter_config.json'))).toMatchObject({
        base_model_name_or_path: 'base',
      });
      expect(logitsOf(loadModel('seen'))).toEqual(logitsOf(own));
    } finally {
      process.chdir(before);
    }
  });

  it('leaves no tensor behind when it is refused', () => {
    const wrong = changed('wrong-rank', withConfig({ r: 4 }));
    const before = tf.memory().numTensors;
    expect(() => loadModel(wrong)).toThrow();
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each<[string, (directory: string) => void, RegExp]>([
    [
      'a base that is not there',
      withConfig({ base_model_name_or_path: 'org/model-1b' }),
      /adapter_config.json: the base model is not there: 'base_model_name_or_path' must be its directory, got 'org\/model-1b' \(looked in .*org\/model-1b and .*org\/model-1b\)$/,
    ],
    [
      'another rank',
      withConfig({ r: 4 }),
      /adapter_model.safetensors: base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight must be \[4,8\] for .*base, got \[3,8\]/,
    ],
    [
      'an adapter of a layer that the base has not',
      withTensors({ 'base_model.model.model.layers.7.mlp.up_proj.lora_A.weight': tf.ones([3, 8]) }),
      /model.layers.7.mlp.up_proj.lora_A.weight belongs to no linear layer of .*base$/,
    ],
    [
      'a tensor of another kind',
      withTensors({ 'base_model.model.model.embed_tokens.weight': tf.ones([3, 8]) }),
      /base_model.model.model.embed_tokens.weight is neither of a linear layer's adapter nor a head; it is not supported/,
    ],
    [
      'an A without its B',
      withTensors({ [`${q0}.lora_B.weight`]: undefined }),
      /has base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight and no base_model.*lora_B.weight/,
    ],
    [
      'an unsupported kind of adapter',
      withConfig({ use_dora: true }),
      /adapter_config.json: 'use_dora' is true; adapters with that are not supported/,
    ],
    [
      'weights that are missing',
      (directory) => rmSync(join(directory, 'adapter_model.safetensors')),
      /cannot read .*adapter_model.safetensors: no such file/,
    ],
  ])('is refused with %s', (name, change, message) => {
    const directory = changed(name.replaceAll(' ', '-'), change);
    expect(() => loadModel(directory)).toThrow(message);
  });

  it('is refused on a base whose numbers are not those it was trained on, by the tensor', () => {
    const norm = 'model.layers.1.input_layernorm.weight';
    const other = { ...base.params, [norm]: tf.add(base.params[norm] as tf.Tensor, 0.5) };
    saveModel(at('other-base'), { ...base, params: other });
    const directory = changed('moved', withConfig({ base_model_name_or_path: at('other-base') }));
    expect(() => loadModel(directory)).toThrow(
      `adapter_base.json: the adapter was trained on another base: ${norm} of ${at('other-base')} holds other numbers`,
    );
  });

  it('is not written without a directory of its base, and no adapter is a base', () => {
    const { directory: _, ...nowhere } = base;
    expect(_).toBe(at('base'));
    expect(() => saveModel(at('nowhere'), addAdapter(nowhere, { seed: 1, loraRank: 2 }))).toThrow(
      /nowhere: an adapter names the directory of its base; load the model from one, or merge the adapter/,
    );
    const onAdapter = changed('on-adapter', withConfig({ base_model_name_or_path: at('adapter') }));
    expect(() => loadModel(onAdapter)).toThrow(/the base .*adapter is an adapter itself; merge it first/);
  });

  it('is written again after more training as it was read', () => {
    const read = loadModel(at('adapter'));
    saveModel(at('again'), read);
    for (const file of ['adapter_config.json', 'adapter_model.safetensors', 'adapter_base.json'])
      expect(readFileSync(join(at('again'), file)), file).toEqual(readFileSync(join(at('adapter'), file)));
  });
});
