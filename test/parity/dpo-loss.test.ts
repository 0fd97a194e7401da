import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { dpoLoss, type DpoLossType } from '../../lib/policy/dpo/pair-loss';
import { valueAndGrad } from '../../lib/tensor/gradient';
import { tokenLogprobs } from '../../lib/tensor/logprobs';
import { sequenceLogprobs } from '../../lib/train/responses';
import { engines } from '../support/engines';
import { largestDifference, readCases } from './fixture';

interface DpoCase {
  readonly name: string;
  readonly lossType: DpoLossType;
  readonly preferenceWeight: number;
  readonly sftWeight: number;
  readonly beta: number;
  readonly labelSmoothing: number;
  readonly tokens: number[][];
  readonly responseMask: number[][];
  readonly refChosenLogps: number[];
  readonly refRejectedLogps: number[];
  readonly logits: number[][][];
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly gradient: number[][][];
}

/** The loss of prescribed logits, put together as the trainer does. */
function lossOfLogits(logits: tf.Tensor3D, expected: DpoCase) {
  const [rows, T, V] = logits.shape;
  const before = tf.reshape(tf.slice(logits, [0, 0, 0], [rows, T - 1, V]), [-1, V]) as tf.Tensor2D;
  const next = tf.tensor1d(
    expected.tokens.flatMap((row) => row.slice(1)),
    'int32',
  );
  const mask = tf.slice(tf.tensor2d(expected.responseMask), [0, 1], [rows, T - 1]); // [2B, T − 1]
  const summed = sequenceLogprobs(tf.reshape(tokenLogprobs(before, next), [rows, T - 1]), mask);
  const [chosenLogps, rejectedLogps] = tf.split(summed, 2) as [tf.Tensor1D, tf.Tensor1D];
  const [chosen, rejected] = tf.split(tf.sum(mask, 1), 2) as [tf.Tensor1D, tf.Tensor1D];
  const chosenLogratios: tf.Tensor1D = tf.sub(chosenLogps, tf.tensor1d(expected.refChosenLogps));
  const rejectedLogratios: tf.Tensor1D = tf.sub(rejectedLogps, tf.tensor1d(expected.refRejectedLogps));
  const preference = tf.mean(dpoLoss(chosenLogratios, rejectedLogratios, { chosen, rejected }, expected));
  const sft = tf.neg(tf.div(tf.sum(chosenLogps), tf.sum(chosen)));
  const rewards = [chosenLogratios, rejectedLogratios].map((ratio) => tf.mul(ratio, expected.beta));
  const margins = tf.sub(...(rewards as [tf.Tensor, tf.Tensor]));
  const means = {
    'rewards/chosen': rewards[0],
    'rewards/rejected': rewards[1],
    'rewards/accuracies': tf.cast(tf.greater(margins, 0), 'float32'),
    'rewards/margins': margins,
    'logps/chosen': chosenLogps,
    'logps/rejected': rejectedLogps,
  };
  return {
    loss: tf.add(tf.mul(preference, expected.preferenceWeight), tf.mul(sft, expected.sftWeight)) as tf.Scalar,
    metrics: Object.fromEntries(
      Object.entries(means).map(([name, perPair]) => [name, tf.mean(perPair as tf.Tensor) as tf.Scalar]),
    ),
  };
}

const cases = readCases<DpoCase>('dpo-loss.json');

describe.each(engines)("dpoLoss on %s against TRL's DPOTrainer", (engine) => {
  beforeAll(async () => {
    await useEngine(engine);
  });

  it.each(cases)('gives the same loss, metrics and gradients for $name', (expected) => {
    const { loss, metrics, grads } = valueAndGrad(({ logits }) => lossOfLogits(logits, expected), {
      logits: tf.tensor3d(expected.logits),
    });
    const near = (got: number, value: number, what: string) =>
      expect(Math.abs(got - value), what).toBeLessThanOrEqual(2e-6 * Math.max(1, Math.abs(value)));
    near(loss.dataSync()[0] as number, expected.loss, 'loss');
    expect(Object.keys(metrics)).toEqual(Object.keys(expected.metrics));
    for (const [name, value] of Object.entries(expected.metrics))
      near(metrics[name]?.dataSync()[0] as number, value, name);
    const gradient = expected.gradient.flat(2);
    const scale = Math.max(...gradient.map(Math.abs));
    expect(scale).toBeGreaterThan(0);
    expect(largestDifference(grads.logits.dataSync(), gradient)).toBeLessThan(1e-5 * scale);
  });
});
