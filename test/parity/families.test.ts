import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jit, useEngine } from '../../lib/backend';
import { writeJson } from '../../lib/files';
import { loadWeights } from '../../lib/model/directory';
import { families } from '../../lib/model/families';
import { generate } from '../../lib/model/generate';
import { lmLogits } from '../../lib/model/heads';
import { storedForm } from '../../lib/model/layout';
import type { Params } from '../../lib/model/params';
import { hiddenStates } from '../../lib/model/transformer';
import { writeSafetensors } from '../../lib/model/weights';
import { createRng } from '../../lib/random';
import { valueAndGrad } from '../../lib/tensor/gradient';
import { tokenLogprobs } from '../../lib/tensor/logprobs';
import { engines } from '../support/engines';
import { drawnWeights, sequences, type FamilyCase } from './drawn-weights';
import { largestDifference, readCases } from './fixture';

const cases = [...readCases<FamilyCase>('families.json'), ...readCases<FamilyCase>('family-variants.json')];
const folder = mkdtempSync(join(tmpdir(), 'families-'));
afterAll(() => rmSync(folder, { recursive: true }));
const labelled = cases.map((entry) => ({ ...entry, label: `${entry.name} (seed ${entry.seed})` }));

function directoryOf(entry: FamilyCase): string {
  const directory = join(folder, `${entry.name}-${entry.seed}`);
  mkdirSync(directory, { recursive: true });
  writeJson(join(directory, 'config.json'), entry.config);
  const weights = drawnWeights(entry);
  writeSafetensors(join(directory, 'model.safetensors'), weights);
  tf.dispose(weights);
  return directory;
}

const numbersIn = (base64: string): Float32Array => {
  const bytes = Buffer.from(base64, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};
/** Largest difference, relative to the largest expected number. */
const relativeDifference = (got: ArrayLike<number>, expected: Float32Array): number =>
  largestDifference(got, expected) / Math.max(...expected.map(Math.abs));

it('every family is held against transformers', () => {
  const held = new Set(cases.map(({ config }) => config['model_type']));
  expect([...held].sort()).toEqual(families.map(({ type }) => type).sort());
});

describe.each(engines)('on %s', (engine) => {
  beforeAll(() => useEngine(engine));

  it.each(labelled)('$label computes what transformers computes', async (entry) => {
    const { params, config } = loadWeights(directoryOf(entry));
    const { tokens, mask, padding } = sequences(entry.seed, config.vocabSize);
    const [B, T, V] = [tokens.length, (tokens[0] as number[]).length, config.vocabSize];
    const step = jit((weights: Params, ids: tf.Tensor2D, real: tf.Tensor2D, labels: tf.Tensor1D, counted: tf.Tensor1D) => {
      const read = (given: Params) => {
        const hidden = hiddenStates(given, config, ids, real);
        return lmLogits(given, config, tf.reshape(hidden, [B * T, config.hiddenSize]));
      };
      const { loss, grads } = valueAndGrad((given) => {
        const logprobs = tokenLogprobs(read(given), labels);
        const sum = tf.sum(tf.mul(logprobs, counted));
        return { loss: tf.neg(tf.div(sum, tf.sum(counted))) as tf.Scalar, metrics: {} };
      }, weights);
      return { loss, grads, logits: read(weights) };
    }); // prettier-ignore
    const inputs = [
      tf.tensor2d(tokens, [B, T], 'int32'),
      tf.tensor2d(mask, [B, T]),
      tf.tensor1d(tokens.flatMap((row) => [...row.slice(1), 0]), 'int32'),
      tf.tensor1d(mask.flatMap((row) => row.map((real, t) => real * (row[t + 1] ?? 0)))),
    ] as const; // prettier-ignore
    const { loss, grads, logits } = step(params, ...inputs);

    const all = logits.dataSync() as Float32Array;
    const real = mask.flat().flatMap((m, row) => (m === 1 ? [...all.subarray(row * V, (row + 1) * V)] : []));
    expect(relativeDifference(real, numbersIn(entry.logits))).toBeLessThan(1e-4);
    expect(loss.dataSync()[0]).toBeCloseTo(entry.loss, 4);
    const stored = storedForm(config, grads);
    const expected = numbersIn(entry.gradients);
    let at = 0;
    for (const [name, shape] of Object.entries(entry.shapes)) {
      const size = shape.reduce((product, extent) => product * extent, 1);
      const got = stored[name]?.dataSync() as Float32Array;
      expect(relativeDifference(got, expected.subarray(at, at + size)), name).toBeLessThan(1e-4);
      at += size;
    }
    expect(at).toBe(expected.length);

    // With the cache, and without padding in the file's way: prompts of unlike lengths are padded on the left.
    const prompts = tokens.map((row, b) => row.slice(padding[b]));
    const responses = await generate(params, config, prompts, {
      maxNewTokens: (entry.greedy[0] as number[]).length,
      temperature: 0,
      stopTokenIds: [],
      rng: createRng(0),
    });
    expect(responses.map((response) => response.tokens)).toEqual(entry.greedy);
    tf.dispose([params, loss, grads, logits, inputs]);
  });
});
