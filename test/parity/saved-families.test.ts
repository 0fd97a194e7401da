import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { readJson, writeJson } from '../../lib/files';
import { loadModel, loadWeights, saveModel, type Model } from '../../lib/model/directory';
import { families } from '../../lib/model/families';
import { lmLogits, scores } from '../../lib/model/heads';
import { hiddenStates } from '../../lib/model/transformer';
import { readSafetensors, writeSafetensors } from '../../lib/model/weights';
import { createRng } from '../../lib/random';
import { createTokenizer, type Tokenizer } from '../../lib/tokenizer/tokenizer';
import { distance } from '../model/tiny';
import { drawnWeights, sequences, type FamilyCase } from './drawn-weights';
import { readCases } from './fixture';

const cases = ['families.json', 'family-variants.json'].flatMap((file) => readCases<FamilyCase>(file));
const folder = mkdtempSync(join(tmpdir(), 'saved-families-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() => useEngine('cpu'));

/** A tokenizer of as many tokens as the models have. */
function letters(): Tokenizer {
  const vocab = Object.fromEntries(['</s>', ...'abcdefghijklmnopqrstuvw'].map((token, i) => [token, i]));
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  return createTokenizer({
    tokenizerJson: {
      added_tokens: [{ id: 0, content: '</s>', special: true, ...flags }],
      normalizer: null,
      pre_tokenizer: null,
      post_processor: null,
      decoder: { type: 'Fuse' },
      model: { type: 'BPE', vocab, merges: [] },
    },
    tokenizerConfig: { eos_token: '</s>' },
  });
}

/** As transformers would have written it, then loaded and saved by the library. */
function loadAndSave(entry: FamilyCase): { given: string; saved: string; model: Model } {
  const name = `${entry.name}-${entry.seed}`.replace(/\W+/g, '-');
  const [given, saved] = [join(folder, 'given', name), join(folder, 'saved', name)];
  mkdirSync(given, { recursive: true });
  writeJson(join(given, 'config.json'), entry.config);
  writeSafetensors(join(given, 'model.safetensors'), drawnWeights(entry));
  const model = { ...loadWeights(given), tokenizer: letters() };
  saveModel(saved, model);
  return { given, saved, model };
}

describe('a saved model of each family', () => {
  it.each(cases)('$name (seed $seed) has the tensors and the configuration that it came with', (entry) => {
    const { given, saved, model } = loadAndSave(entry);
    const [before, after] = [given, saved].map((at) => readSafetensors(join(at, 'model.safetensors')));
    expect(Object.keys(after as object).sort()).toEqual(Object.keys(before as object).sort());
    for (const [name, tensor] of Object.entries(before as Record<string, tf.Tensor>)) {
      const again = (after as Record<string, tf.Tensor>)[name] as tf.Tensor;
      expect(again.shape, name).toEqual(tensor.shape);
      expect(distance(again, tensor), name).toBe(0);
    }
    const written = readJson<Record<string, unknown>>(join(saved, 'config.json'));
    const renewed = ['architectures', 'dtype', 'eos_token_id', 'pad_token_id', 'rope_parameters'];
    for (const [field, value] of Object.entries(entry.config))
      if (!renewed.includes(field)) expect(written[field], field).toEqual(value);
    expect(loadModel(saved).config).toEqual({
      ...model.config,
      eosTokenId: written['eos_token_id'],
      padTokenId: 0,
    });
  });
});

const python = process.env['RLHF_KIT_PYTHON'];
const needs = python === undefined ? ' (skipped: RLHF_KIT_PYTHON names no Python with transformers)' : '';

describe.skipIf(python === undefined)(`transformers${needs}`, () => {
  it('loads language and reward models of every family and computes the same', async () => {
    const directories: string[] = [];
    for (const entry of cases) {
      const family = families.find(({ type }) => type === entry.config['model_type']);
      if (family === undefined || family.type === 'chatglm') continue; // transformers has it as remote code only.
      const { saved, model } = loadAndSave(entry);
      const { params, config } = model;
      // No padding, and no token that would pass for it.
      const tokens = sequences(entry.seed, config.vocabSize).tokens.map((row) => row.map((id) => id || 1));
      const mask = tokens.map((row) => row.map(() => 1));
      const ids = tf.tensor2d(tokens, undefined, 'int32');
      const hidden = hiddenStates(params, config, ids, tf.tensor2d(mask));
      const flat = lmLogits(params, config, tf.reshape(hidden, [-1, config.hiddenSize]));
      const logits = tf.reshape(flat, [...ids.shape, config.vocabSize]).arraySync();
      const [language, reward] = family.architectures;
      writeJson(join(saved, 'expected.json'), { tokens, mask, logits, architecture: language });
      directories.push(saved);
      if (entry.seed !== 1) continue;

      const head = tf.tensor(createRng(1).normals(config.hiddenSize, 1), [1, config.hiddenSize]);
      saveModel(`${saved}-reward`, { ...model, params: { ...params, 'score.weight': head } });
      const last = tf.tensor1d(tokens.map((row) => row.length - 1), 'int32'); // prettier-ignore
      const computed = scores({ 'score.weight': head }, hidden, last).arraySync();
      const expected = { tokens, mask, scores: computed, architecture: reward };
      writeJson(join(`${saved}-reward`, 'expected.json'), expected);
      directories.push(`${saved}-reward`);
    }
    const script = join(__dirname, 'check_saved_model.py');
    const { stdout } = await promisify(execFile)(python as string, [script, ...directories]);
    expect(stdout.match(/difference/g)).toHaveLength(directories.length);
    expect(stdout).not.toContain('reports');
  }, 600_000);
});
