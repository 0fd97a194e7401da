import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { InputError } from '../../lib/errors';
import { loadModel, saveModel, type Model } from '../../lib/model/directory';
import { stopTokenIds } from '../../lib/model/stop-tokens';
import { writeSafetensors } from '../../lib/model/weights';
import type { Tokenizer } from '../../lib/tokenizer/tokenizer';
import { createTokenizer } from '../../lib/tokenizer/tokenizer';
import { distance, tinyConfig, tinyParams } from './tiny';

const root = mkdtempSync(join(tmpdir(), 'model-'));
const shared = process.env['RLHF_KIT_SHARED'] ?? resolve(__dirname, '../../../shared');
let model: Model;
beforeAll(async () => {
  await useEngine('cpu');
  model = {
    params: tinyParams(),
    config: { ...tinyConfig, eosTokenId: 1, padTokenId: 1 },
    tokenizer: letters(),
  };
});
afterAll(() => rmSync(root, { recursive: true }));

/** Eleven tokens, as many as the tiny model has. */
function letters(extra = ''): Tokenizer {
  const vocab = Object.fromEntries(['</s>', ...'abcdefghij', ...extra].map((token, i) => [token, i]));
  return createTokenizer({
    tokenizerJson: {
      added_tokens: [
        {
          id: 0,
          content: '</s>',
          special: true,
          single_word: false,
          lstrip: false,
          rstrip: false,
          normalized: false,
        },
      ],
      normalizer: null,
      pre_tokenizer: null,
      post_processor: null,
      decoder: { type: 'Fuse' },
      model: { type: 'BPE', vocab, merges: [] },
    },
    tokenizerConfig: { eos_token: '</s>' },
  });
}
const saved = (name: string, change: Partial<Model> = {}): string => {
  const directory = join(root, name);
  saveModel(directory, { ...model, ...change });
  return directory;
};
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;

describe('saveModel and loadModel', () => {
  it('round-trip parameters, configuration and tokenizer', () => {
    const read = loadModel(saved('plain'));
    expect(Object.keys(read.params).sort()).toEqual(Object.keys(model.params).sort());
    for (const [name, tensor] of Object.entries(model.params)) {
      expect(distance(read.params[name] as tf.Tensor, tensor)).toBe(0);
    }
    expect(read.config).toEqual({ ...model.config, eosTokenId: [1, 0], padTokenId: 0 });
    expect(read.tokenizer.files).toEqual(model.tokenizer.files);
  });

  it('keep score and value heads, and call a model with a score a classifier', () => {
    const heads = {
      'score.weight': tf.ones([1, 8]),
      'value.weight': tf.ones([1, 8]),
      'value.bias': tf.zeros([1]),
    };
    const directory = saved('reward', { params: { ...model.params, ...heads } });
    expect(json(join(directory, 'config.json'))['architectures']).toEqual(['LlamaForSequenceClassification']);
    expect(Object.keys(loadModel(directory).params)).toEqual(expect.arrayContaining(Object.keys(heads)));
  });

  it('keep the criteria of a reward model of several scores, as the labels of a classifier, with weights', () => {
    const scoreCriteria = [
      { name: 'helpful', weight: 1 },
      { name: 'harmless', weight: 0.5 },
    ];
    const head = tf.tensor2d([Array(8).fill(1), Array(8).fill(2)] as number[][]);
    const change = {
      config: { ...model.config, scoreCriteria },
      params: { ...model.params, 'score.weight': head },
    };
    const directory = saved('criteria', change);
    expect(json(join(directory, 'config.json'))).toMatchObject({
      num_labels: 2,
      id2label: { 0: 'helpful', 1: 'harmless' },
      criterion_weights: { helpful: 1, harmless: 0.5 },
    });
    const read = loadModel(directory);
    expect(read.config.scoreCriteria).toEqual(scoreCriteria);
    expect(distance(read.params['score.weight'] as tf.Tensor, head)).toBe(0);
    const plain = { ...json(join(directory, 'config.json')), criterion_weights: undefined };
    const write = (changes: object): void =>
      writeFileSync(join(directory, 'config.json'), JSON.stringify({ ...plain, ...changes }));
    // What the kit wrote before.
    write({ dimension_weights: { helpful: 1, harmless: 0.5 } });
    expect(loadModel(directory).config.scoreCriteria).toEqual(scoreCriteria);
    // What transformers writes knows no weights.
    write({});
    expect(loadModel(directory).config.scoreCriteria?.map(({ weight }) => weight)).toEqual([1, 1]);
  });

  it('take no labels of a language model for scores', () => {
    const directory = saved('labelled');
    const config = { ...json(join(directory, 'config.json')), id2label: { 0: 'LABEL_0', 1: 'LABEL_1' } };
    writeFileSync(join(directory, 'config.json'), JSON.stringify(config));
    expect(loadModel(directory).config).not.toHaveProperty('scoreCriteria');
  });
});

describe('loadModel', () => {
  const refusal = (directory: string, message: RegExp): void => {
    expect(() => loadModel(directory)).toThrow(InputError);
    expect(() => loadModel(directory)).toThrow(message);
  };

  it('refuses a directory that is not there, or without weights', () => {
    refusal(join(root, 'absent'), /no such model directory/);
    const directory = saved('empty');
    rmSync(join(directory, 'model.safetensors'));
    refusal(directory, /cannot read .*model.safetensors/);
  });

  it('refuses parameters that are missing or of another shape, naming them', () => {
    const { 'model.norm.weight': norm, ...rest } = model.params;
    const directory = saved('incomplete');
    writeSafetensors(join(directory, 'model.safetensors'), rest);
    refusal(directory, /has no model.norm.weight/);
    writeSafetensors(join(directory, 'model.safetensors'), { ...rest, 'model.norm.weight': tf.ones([4]) });
    refusal(directory, /model.norm.weight must be \[8\] by config.json, got \[4\]/);
    expect(norm?.shape).toEqual([8]);
  });

  it('passes over tensors that nobody needs, whatever their type', () => {
    const directory = saved('buffers');
    const path = join(directory, 'model.safetensors');
    const bytes = readFileSync(path);
    const length = Number(bytes.readBigUInt64LE());
    const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<string, unknown>;
    header['model.layers.0.self_attn.rotary_emb.inv_freq'] = {
      dtype: 'F64',
      shape: [2],
      data_offsets: [0, 16],
    };
    header['model.position_ids'] = { dtype: 'I64', shape: [1], data_offsets: [0, 8] };
    const text = Buffer.from(JSON.stringify(header));
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(text.length));
    writeFileSync(path, Buffer.concat([size, text, bytes.subarray(8 + length)]));
    expect(Object.keys(loadModel(directory).params).sort()).toEqual(Object.keys(model.params).sort());
  });

  it('takes the end tokens of both files, and writes them back beside what generation_config.json holds', () => {
    const directory = saved('ends');
    const config = { ...json(join(directory, 'config.json')), eos_token_id: [0, 4] };
    writeFileSync(join(directory, 'config.json'), JSON.stringify(config));
    const generation = { eos_token_id: [4, 7], temperature: 0.6, top_p: 0.9 };
    writeFileSync(join(directory, 'generation_config.json'), JSON.stringify(generation));
    const read = loadModel(directory);
    expect(stopTokenIds(read)).toEqual([0, 4, 7]);
    const again = join(root, 'ends-again');
    saveModel(again, read);
    expect(json(join(again, 'config.json'))['eos_token_id']).toEqual([0, 4, 7]);
    expect(json(join(again, 'generation_config.json'))).toEqual({ ...generation, eos_token_id: [0, 4, 7] });
    expect(loadModel(again).config).toEqual({
      ...read.config,
      padTokenId: 0,
      generationConfig: { ...generation, eos_token_id: [0, 4, 7] },
    });
  });

  it('refuses end tokens that are no token ids, naming the file', () => {
    const directory = saved('end-ids');
    writeFileSync(join(directory, 'generation_config.json'), JSON.stringify({ eos_token_id: [1, 11] }));
    refusal(
      directory,
      /generation_config.json: 'eos_token_id' must be token ids below 11 \(vocab_size\), got \[1,11\]/,
    );
  });

  it('refuses a tokenizer with more tokens than the model', () => {
    refusal(
      saved('tokenizer', { tokenizer: letters('k') }),
      /the tokenizer has 12 tokens, the model only 11/,
    );
  });

  it('refuses a configuration that is not JSON', () => {
    const directory = saved('config');
    writeFileSync(join(directory, 'config.json'), '{');
    refusal(directory, /config.json: not valid JSON/);
  });

  const stories = join(shared, 'data/stories260K');
  it.skipIf(!existsSync(stories))('reads stories260K (needs shared/data/stories260K)', () => {
    const { params, config } = loadModel(stories);
    expect(Object.values(params).reduce((sum, { size }) => sum + size, 0)).toBe(260032);
    expect(config).toMatchObject({
      hiddenSize: 64,
      headDim: 8,
      numKeyValueHeads: 4,
      tieWordEmbeddings: true,
    });
    tf.dispose(params);
  });
});
