import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { prepareCase, type BenchModel } from '../../lib/bench/cases';
import { engines } from '../support/engines';

const model: BenchModel = {
  vocabSize: 11,
  hiddenSize: 8,
  intermediateSize: 12,
  numHiddenLayers: 1,
  numAttentionHeads: 2,
  numKeyValueHeads: 1,
};

describe.each(engines)('cases on %s', (engine) => {
  it('run again and again and leave no tensors behind', async () => {
    await useEngine(engine);
    for (const work of [
      { kind: 'step', model, B: 2, T: 4, repetitions: 1 },
      { kind: 'generate', model, B: 2, P: 3, R: 4, repetitions: 1 },
    ] as const) {
      const timed = prepareCase(work);
      await timed.run();
      const before = tf.memory().numTensors;
      await timed.run();
      expect(tf.memory().numTensors).toBe(before);
    }
  });
});
