import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jit, useEngine } from '../../lib/backend';
import { writeJson } from '../../lib/files';
import type { ModelConfig } from '../../lib/model/config';
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

/** Loss, gradients and logits of a batch. */
function stepOf(config: ModelConfig) {
  return (
    weights: Params,
    ids: tf.Tensor2D,
    real: tf.Tensor2D,
    labels: tf.Tensor1D,
    counted: tf.Tensor1D,
  ) => {
    const read = (given: Params): tf.Tensor2D => {
      const hidden = hiddenStates(given, config, ids, real);
      return lmLogits(given, config, tf.reshape(hidden, [labels.size, config.hiddenSize]));
    };
    const { loss, grads } = valueAndGrad((given) => {
      const sum = tf.sum(tf.mul(tokenLogprobs(read(given), labels), counted));
      return { loss: tf.neg(tf.div(sum, tf.sum(counted))) as tf.Scalar, metrics: {} };
    }, weights);
    return { loss, grads, logits: read(weights) };
  };
}

/** XLA's compiler takes seconds for each model. These have every part that the others have. */
const compiledOnXla = ['gemma3_text, scaled (seed 3)', 'glm4 (seed 1)', 'gpt2 (seed 1)'];

describe.each(engines)('on %s', (engine) => {
  beforeAll(() => useEngine(engine));
  const compiled = (label: string): boolean => engine !== 'xla' || compiledOnXla.includes(label);

  it.each(labelled)('$label gives the logits, loss and gradients of transformers', (entry) => {
    const { params, config } = loadWeights(directoryOf(entry));
    const { tokens, mask } = sequences(entry.seed, config.vocabSize);
    const step = compiled(entry.label) ? jit(stepOf(config)) : stepOf(config);
    const inputs = [
      tf.tensor2d(tokens, undefined, 'int32'),
      tf.tensor2d(mask),
      tf.tensor1d(tokens.flatMap((row) => [...row.slice(1), 0]), 'int32'),
      tf.tensor1d(mask.flatMap((row) => row.map((real, t) => real * (row[t + 1] ?? 0)))),
    ] as const; // prettier-ignore
    const { loss, grads, logits } = tf.tidy(() => step(params, ...inputs));

    const all = logits.arraySync();
    const real = mask.flat().flatMap((m, row) => (m === 1 ? (all[row] as number[]) : []));
    expect(relativeDifference(real, numbersIn(entry.logits))).toBeLessThan(1e-4);
    expect(loss.dataSync()[0]).toBeCloseTo(entry.loss, 4);
    const stored = storedForm(config, grads);
    const expected = numbersIn(entry.gradients);
    let at = 0;
    for (const [name, shape] of Object.entries(entry.shapes)) {
      const end = at + tf.util.sizeFromShape([...shape]);
      const got = stored[name]?.dataSync() as Float32Array;
      expect(relativeDifference(got, expected.subarray(at, end)), name).toBeLessThan(1e-4);
      at = end;
    }
    expect(at).toBe(expected.length);
    tf.dispose([params, loss, grads, logits, ...inputs]);
  });

  it.each(labelled.filter(({ label }) => compiled(label)))(
    '$label continues prompts of unlike lengths greedily as transformers does',
    async (entry) => {
      const { params, config } = loadWeights(directoryOf(entry));
      const { tokens, padding } = sequences(entry.seed, config.vocabSize);
      const prompts = tokens.map((row, b) => row.slice(padding[b]));
      const responses = await generate(params, config, prompts, {
        maxNewTokens: (entry.greedy[0] as number[]).length,
        temperature: 0,
        stopTokenIds: [],
        rng: createRng(0),
      });
      expect(responses.map((response) => response.tokens)).toEqual(entry.greedy);
      tf.dispose(params);
    },
  );
});
