import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { readJson, writeJson } from '../../../lib/files';
import { loadModel, saveModel } from '../../../lib/model/directory';
import { exportGguf } from '../../../lib/model/gguf/export';
import { openGguf } from '../../../lib/model/gguf/file';
import { quantize } from '../../../lib/model/gguf/quantize';
import { convertGguf, readGgufModel } from '../../../lib/model/gguf/read';
import { dequantize, tensorTypes } from '../../../lib/model/gguf/tensor-types';
import { disposeTree } from '../../../lib/tensor/pytree';
import { saveTinyModel } from '../../support/tiny-model';
import { sharedData } from '../../parity/fixture';
import { sha256, tinyGguf, tinySums } from './tiny';

let folder = '';
beforeAll(() => useEngine('cpu'));
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-gguf-'))));
afterEach(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const bytesOf = (values: tf.Tensor): string => sha256(values.dataSync() as Float32Array);

describe('exportGguf', () => {
  it('writes a file that is read back with the same numbers, sizes and tokenizer', async () => {
    await convertGguf(tinyGguf, at('model'), 'F32');
    const { bytes, tensors } = await exportGguf(at('model'), at('a.gguf'), 'F32');
    expect(readFileSync(at('a.gguf'))).toHaveLength(bytes);
    expect(tensors).toBe(21);
    const { params, config, tokenizer } = await readGgufModel(at('a.gguf'));
    const got = Object.entries(params).map(([name, tensor]) => [name, bytesOf(tensor)]);
    disposeTree(params);
    expect(Object.fromEntries(got)).toEqual(tinySums.loaded);
    const before = loadModel(at('model'));
    disposeTree(before.params);
    expect({ ...config, padTokenId: tokenizer.padTokenId }).toEqual(before.config);
    expect(tokenizer.files).toEqual(before.tokenizer.files);
  });

  it('has the metadata and the order of rows of the file that Python wrote', async () => {
    await convertGguf(tinyGguf, at('model'), 'F32');
    await exportGguf(at('model'), at('a.gguf'), 'F32');
    const [ours, theirs] = [await openGguf(at('a.gguf')), await openGguf(tinyGguf)];
    for (const [name, { read, shape }] of theirs.tensors) {
      expect(ours.tensors.get(name)?.shape, name).toEqual(shape);
      expect(sha256(ours.tensors.get(name)!.read()), name).toBe(sha256(read()));
    }
    for (const key of ['tokens', 'merges'])
      expect(ours.metadata.texts(`tokenizer.ggml.${key}`)).toEqual(
        theirs.metadata.texts(`tokenizer.ggml.${key}`),
      );
    for (const key of ['tokenizer.ggml.model', 'tokenizer.ggml.pre', 'tokenizer.chat_template'])
      expect(ours.metadata.text(key)).toBe(theirs.metadata.text(key));
    const types = (file: typeof ours) => file.metadata.integers('tokenizer.ggml.token_type', 272);
    expect(types(ours)).toEqual(types(theirs));
  });

  it('keeps a model of the kit: what was trained here goes there and back', async () => {
    saveTinyModel(at('model'), ['the word and the other']);
    await exportGguf(at('model'), at('a.gguf'), 'F32');
    await convertGguf(at('a.gguf'), at('back'), 'F32');
    const [before, after] = [loadModel(at('model')), loadModel(at('back'))];
    for (const [name, tensor] of Object.entries(before.params))
      expect(bytesOf(after.params[name] as tf.Tensor), name).toBe(bytesOf(tensor));
    for (const text of ['the word 12', 'other\n  É 说'])
      expect(after.tokenizer.renderPrompt(text)).toEqual(before.tokenizer.renderPrompt(text));
    disposeTree([before.params, after.params]);
  });

  it.each([
    [
      'smollm',
      [
        { type: 'Digits', individual_digits: true },
        { type: 'ByteLevel', use_regex: true },
      ],
    ],
    ['gpt-2', [{ type: 'ByteLevel', add_prefix_space: false, use_regex: true }]],
  ])('takes what other libraries write for the cutting of %s', async (pre, pretokenizers) => {
    saveTinyModel(at('model'));
    const path = at('model/tokenizer.json');
    writeJson(path, {
      ...readJson<object>(path),
      pre_tokenizer: { type: 'Sequence', pretokenizers },
      post_processor: null,
    });
    await exportGguf(at('model'), at('a.gguf'), 'F32');
    const { metadata } = await openGguf(at('a.gguf'));
    expect(metadata.text('tokenizer.ggml.pre')).toBe(pre);
    expect(metadata.flag('tokenizer.ggml.add_bos_token')).toBe(false);
  });

  it('writes matrices in the type that is asked for, and norms in F32', async () => {
    await convertGguf(tinyGguf, at('model'), 'F32');
    for (const type of ['F16', 'BF16', 'Q8_0'] as const) {
      await exportGguf(at('model'), at(`${type}.gguf`), type);
      const { params } = await readGgufModel(at(`${type}.gguf`));
      const original = loadModel(at('model'));
      const kept = Object.entries(params).filter(([name, tensor]) => bytesOf(tensor) === bytesOf(original.params[name] as tf.Tensor)).map(([name]) => name); // prettier-ignore
      expect(kept.filter((name) => name.includes('norm'))).toHaveLength(5);
      expect(kept.length, type).toBeLessThan(21);
      for (const [name, tensor] of Object.entries(params)) {
        const apart = tf.tidy(() => tf.max(tf.abs(tf.sub(tensor, original.params[name] as tf.Tensor))).dataSync()[0] as number); // prettier-ignore
        const largest = tf.tidy(() => tf.max(tf.abs(tensor)).dataSync()[0] as number);
        expect(apart, `${type} ${name}`).toBeLessThan(largest * { F16: 2 ** -11, BF16: 2 ** -8, Q8_0: 1 / 220 }[type]); // prettier-ignore
      }
      disposeTree([params, original.params]);
    }
  });

  it('refuses what the file could not say, in one sentence, and writes nothing', async () => {
    saveTinyModel(at('model'));
    const refusal = async (model = 'model'): Promise<string> => {
      const error: unknown = await exportGguf(at(model), at('a.gguf'), 'Q8_0').catch((reason: unknown) => reason); // prettier-ignore
      expect(existsSync(at('a.gguf'))).toBe(false);
      return (error as Error).message.replaceAll(`${folder}/`, '');
    };
    expect(await refusal()).toMatch(
      /^model: model\.\S+ has rows of 8 weights, and Q8_0 needs a multiple of 32; choose another type: F32, F16, BF16$/,
    );
    const model = loadModel(at('model'));
    const score = tf.ones([1, model.config.hiddenSize]);
    saveModel(at('reward'), { ...model, params: { ...model.params, 'score.weight': score } });
    disposeTree([model.params, score]);
    expect(await refusal('reward')).toBe(
      'reward: a reward model; a GGUF file is written of a language model',
    );
    const tokenizer = readJson<Record<string, object>>(at('model/tokenizer.json'));
    const other = (changes: object) => writeJson(at('model/tokenizer.json'), { ...tokenizer, ...changes });
    other({ normalizer: { type: 'NFC' } });
    await expect(exportGguf(at('model'), at('a.gguf'), 'F32')).rejects.toThrow(
      /no word for a byte-level BPE tokenizer with a normalizer \(NFC\)/,
    );
    other({ pre_tokenizer: { type: 'ByteLevel', add_prefix_space: true, use_regex: true } });
    await expect(exportGguf(at('model'), at('a.gguf'), 'F32')).rejects.toThrow(/with add_prefix_space/);
    const split = { type: 'Split', pattern: { Regex: '\\w+' }, behavior: 'Isolated', invert: false };
    other({ pre_tokenizer: { type: 'Sequence', pretokenizers: [split, { type: 'ByteLevel', use_regex: false }] } }); // prettier-ignore
    await expect(exportGguf(at('model'), at('a.gguf'), 'F32')).rejects.toThrow(/with the pre_tokenizer \{/);
    expect(existsSync(at('a.gguf'))).toBe(false);
  });

  const { path, missing } = sharedData('stories260K');
  it.skipIf(missing)(
    `names a tokenizer of SentencePiece${missing ? ' (skipped: data/stories260K is missing)' : ''}`,
    async () => {
      await expect(exportGguf(path, at('a.gguf'), 'F32')).rejects.toThrow(
        /tokenizer\.json: a GGUF file is written with a byte-level BPE tokenizer, got BPE of SentencePiece, with bytes as a fallback$/,
      );
    },
  );
});

describe('Q8_0', () => {
  const type = tensorTypes.find(({ name }) => name === 'Q8_0')!;

  it('rounds halves away from zero and keeps zero', () => {
    // d = 127/127 = 1: the numbers are their own quotients.
    const values = new Float32Array(32);
    values.set([127, 0.5, -0.5, 1.5, -2.5, 0.49999997, 126.6]);
    expect([...dequantize(type, quantize('Q8_0', values, 'a'))].slice(0, 8)).toEqual([127, 1, -1, 2, -3, 0, 127, 0]); // prettier-ignore
    expect(dequantize(type, quantize('Q8_0', new Float32Array(32), 'a')).every((value) => value === 0)).toBe(true); // prettier-ignore
  });

  it('refuses numbers that are not finite in the type', () => {
    const values = new Float32Array(32).fill(1);
    values[3] = 1e5;
    expect(() => quantize('F16', values, 'm: w')).toThrow('m: w holds 100000 at position 3, which is no finite F16'); // prettier-ignore
    expect(() => quantize('Q8_0', values, 'm: w')).not.toThrow();
    values[3] = 1e7;
    expect(() => quantize('Q8_0', values, 'm: w')).toThrow('m: w holds 10000000 at position 3');
    values[3] = Number.NaN;
    expect(() => quantize('F32', values, 'm: w')).toThrow('m: w holds NaN at position 3');
  });

  it('has the bytes that Python’s gguf writes', async () => {
    const { tensors } = await openGguf(tinyGguf);
    const values = tensors.get('output.weight')!.read();
    expect(sha256(quantize('Q8_0', values, 'a'))).toBe(tinySums.outputAsQ8_0);
  });
});
