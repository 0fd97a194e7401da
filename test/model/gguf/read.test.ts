import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { InputError } from '../../../lib/errors';
import { loadModel } from '../../../lib/model/directory';
import { openGguf } from '../../../lib/model/gguf/file';
import { convertGguf, readGgufModel } from '../../../lib/model/gguf/read';
import { tensorTypes } from '../../../lib/model/gguf/tensor-types';
import { disposeTree } from '../../../lib/tensor/pytree';
import { sha256, tinyGguf, tinySums, writeChanged } from './tiny';

let folder = '';
beforeAll(() => useEngine('cpu'));
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-gguf-'))));
afterEach(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

describe('tensors of a GGUF file', () => {
  it('of every type are the float32 numbers that Python’s gguf gives, bit by bit', async () => {
    const { tensors } = await openGguf(tinyGguf);
    const got = Object.fromEntries([...tensors].map(([name, { read }]) => [name, sha256(read())]));
    const expected = Object.entries(tinySums.dequantized);
    expect(got).toEqual(Object.fromEntries(expected.map(([name, sums]) => [name, sums.sha256])));
    const types = new Set(expected.map(([, { type }]) => type));
    expect([...types].sort()).toEqual(tensorTypes.map(({ name }) => name).sort());
  });
});

describe('a model of a GGUF file', () => {
  it('has the parameters that transformers loads from it, bit by bit, and its sizes', async () => {
    const { params, config, licence } = await readGgufModel(tinyGguf);
    const got = Object.entries(params).map(([name, tensor]) => [
      name,
      sha256(tensor.dataSync() as Float32Array),
    ]);
    disposeTree(params);
    expect(Object.fromEntries(got)).toEqual(tinySums.loaded);
    expect(licence).toBe('cc0-1.0');
    expect(config).toEqual({
      vocabSize: 272,
      hiddenSize: 256,
      intermediateSize: 64,
      numHiddenLayers: 2,
      numAttentionHeads: 4,
      numKeyValueHeads: 2,
      headDim: 16,
      maxPositionEmbeddings: 128,
      rmsNormEps: 1e-5,
      ropeTheta: 50000,
      tieWordEmbeddings: false,
      bosTokenId: 1,
      eosTokenId: 2,
    });
  });

  it('cuts text as its file says: digits alone, added tokens first, a BOS token before plain text', async () => {
    const { params, tokenizer } = await readGgufModel(tinyGguf);
    disposeTree(params);
    const token = (letter: string): number => 3 + byteOrder.indexOf(letter);
    expect(tokenizer.renderPrompt('the wor')).toEqual([1, token('t'), 260, 268]);
    expect(tokenizer.encode('12<|note|> the')).toEqual([token('1'), token('2'), 269, 261]);
    expect(tokenizer.decode([1, 269, 261, 2])).toBe('<|note|> the');
    expect(tokenizer.encode('[PAD270]')).not.toContain(270);
    expect(tokenizer).toMatchObject({ bosTokenId: 1, eosTokenId: 2, padTokenId: 0, vocabSize: 270 });
    const said = tokenizer.renderPrompt([{ role: 'user', content: 'a' }]);
    expect(said[0]).toBe(1);
    expect(said).toContain(2);
  });
});

/** Letters of GPT-2's table that stand for themselves, by byte. */
const byteOrder = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));

describe('convertGguf', () => {
  it('writes a directory with the same numbers, whole or not at all', async () => {
    const converted = await convertGguf(tinyGguf, at('model'), 'F32');
    expect(converted.licence).toBe('cc0-1.0');
    const { params } = loadModel(at('model'));
    const got = Object.entries(params).map(([name, tensor]) => [name, sha256(tensor.dataSync() as Float32Array)]); // prettier-ignore
    expect(Object.fromEntries(got)).toEqual(tinySums.loaded);
    expect(converted.parameters).toBe(Object.values(params).reduce((sum, { size }) => sum + size, 0));
    disposeTree(params);
    expect(readdirSync(folder)).toEqual(['model']);
    await expect(convertGguf(tinyGguf, at('model'), 'F32')).rejects.toThrow(
      /model exists; nothing is overwritten/,
    );
  });

  it('leaves nothing behind when it cannot be written', async () => {
    writeFileSync(at('file'), '');
    await expect(convertGguf(tinyGguf, at('file/model'), 'BF16')).rejects.toThrow(
      /cannot write .*not a directory/,
    );
    const infinite = writeChanged(at('bad.gguf'), 'x', 0, []);
    const content = readFileSync(infinite);
    // The last tensor is blk.1.ffn_down.weight; its last block's scale becomes infinite.
    content.set([0x00, 0x7c], content.length - 24);
    writeFileSync(infinite, content);
    await expect(convertGguf(infinite, at('model'), 'F32')).rejects.toThrow(
      /bad\.gguf: blk\.1\.ffn_down\.weight holds -?(NaN|Infinity) at position \d+; the weights are damaged/,
    );
    expect(readdirSync(folder).sort()).toEqual(['bad.gguf', 'file']);
  });
});

describe('a GGUF file that cannot be read', () => {
  const refusal = async (path: string): Promise<string> => {
    const error: unknown = await convertGguf(path, at('out'), 'F32').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    expect(existsSync(at('out'))).toBe(false);
    return (error as InputError).message.replaceAll(`${folder}/`, '');
  };
  /** After the name of a tensor come the count of sizes, the sizes, and the type. */
  const typeOf = 4 + 2 * 8;

  it.each([
    ['blk.0.attn_q.weight', typeOf, [10], /^a\.gguf: blk\.0\.attn_q\.weight must be of type F32, .*, got Q2_K$/],
    ['blk.0.attn_q.weight', 4, [0, 2], /^a\.gguf: blk\.0\.attn_q\.weight must be \[64,256\] by the metadata, got \[64,512\]$/],
    ['general.architecture', 12, 'qwen2', /^a\.gguf: 'general\.architecture' must be "llama", got "qwen2"$/],
    ['tokenizer.ggml.model', 12, 'bert', /^a\.gguf: 'tokenizer\.ggml\.model' must be "gpt2" .*, got "bert"$/],
    ['tokenizer.ggml.pre', 12, 'exaone', /^a\.gguf: 'tokenizer\.ggml\.pre' must be one of gpt-2, smollm, got "exaone"$/],
    ['blk.0.ffn_up.weigh', 0, 's', /^a\.gguf: blk\.0\.ffn_up\.weighs has no place in a plain Llama/],
    ['llama.embedding_length', 4, [0, 2], /^a\.gguf: token_embd\.weight must be \[272,512\] by the metadata, got \[272,256\]$/],
  ] as const)('says what: %s at %i %j', async (anchor, skip, bytes, message) => {
    expect(await refusal(writeChanged(at('a.gguf'), anchor, skip, bytes as string | number[]))).toMatch(message);
  }); // prettier-ignore

  it.each([
    [20, /^a\.gguf: (not a whole GGUF file|the file ends inside its header)/],
    [4000, /^a\.gguf: (not a whole GGUF file|the file ends inside its header)/],
    [100_000, /^a\.gguf: the file ends inside \S+ \(cut short\?\)$/],
    [285_100, /^a\.gguf: the file ends inside blk\.1\.ffn_down\.weight \(cut short\?\)$/],
  ])('says so when it is cut short after %i bytes', async (length, message) => {
    writeFileSync(at('a.gguf'), readFileSync(tinyGguf).subarray(0, length));
    expect(await refusal(at('a.gguf'))).toMatch(message);
  });

  it('says so when it is none, or is not there', async () => {
    writeFileSync(at('a.gguf'), 'no weights');
    expect(await refusal(at('a.gguf'))).toMatch(/^a\.gguf: not a whole GGUF file \(.*not starting with GGUF/);
    expect(await refusal(at('b.gguf'))).toBe('cannot read b.gguf: no such file or directory');
  });
});
