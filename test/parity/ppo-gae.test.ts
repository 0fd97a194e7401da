import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { gae, tokenRewards, whiten } from '../../lib/policy/ppo/advantage';
import { ppoPolicyLoss, ppoValueLoss } from '../../lib/policy/ppo/token-loss';
import { valueAndGrad } from '../../lib/tensor/gradient';
import { k1, k3 } from '../../lib/tensor/kl';
import { engines } from '../support/engines';
import { largestDifference, readCases } from './fixture';

type Padded = number[][];

interface PpoCase {
  readonly name: string;
  readonly config: {
    readonly gamma: number;
    readonly lam: number;
    readonly klCoef: number;
    readonly cliprange: number;
    readonly cliprangeValue: number;
    readonly vfCoef: number;
    readonly whitenRewards: boolean;
    readonly whitenAdvantages: boolean;
  };
  readonly lengths: number[];
  readonly scores: number[];
  readonly logprobs: Padded;
  readonly oldLogprobs: Padded;
  readonly refLogprobs: Padded;
  readonly values: Padded;
  readonly oldValues: Padded;
  readonly mask: Padded;
  readonly k1: Padded;
  readonly k3: Padded;
  readonly rewards: Padded;
  readonly shapedRewards: Padded;
  readonly rawAdvantages: Padded;
  readonly whitenedWithMean: Padded;
  readonly advantages: Padded;
  readonly returns: Padded;
  readonly logprobsGradient: Padded;
  readonly valuesGradient: Padded;
  readonly loss: number;
  readonly policyLoss: number;
  readonly valueLoss: number;
  readonly approxKl: number;
  readonly clipFraction: number;
  readonly valueClipFraction: number;
}

const cases = readCases<PpoCase>('ppo-gae.json');

/** Largest difference relative to the size of what is expected. */
const difference = (got: ArrayLike<number>, expected: readonly number[]) =>
  largestDifference(got, expected) / Math.max(1, ...expected.map(Math.abs));

/** Without the padding. */
const rowsOf = (padded: Padded, lengths: number[]): Float32Array[] =>
  padded.map((row, i) => Float32Array.from(row.slice(0, lengths[i])));
const flat = (rows: readonly Float32Array[]): number[] => rows.flatMap((row) => [...row]);

describe('rewards, advantages and whitening against a float64 implementation on padded tensors', () => {
  it.each(cases)('are the same for $name', (expected) => {
    const { config, lengths, scores } = expected;
    const of = (padded: Padded) => rowsOf(padded, lengths);
    const near = (got: readonly Float32Array[], padded: Padded, what: string) =>
      expect(difference(flat(got), flat(of(padded))), what).toBeLessThan(2e-6);
    const rewards = of(expected.k1).map((kl, i) => tokenRewards(kl, scores[i] as number, config.klCoef));
    near(rewards, expected.rewards, 'token rewards');
    const shaped = config.whitenRewards ? whiten(rewards, false) : rewards;
    near(shaped, expected.shapedRewards, 'whitened rewards');
    const values = of(expected.oldValues);
    const estimates = shaped.map((row, i) => gae(row, values[i] as Float32Array, config.gamma, config.lam));
    const advantages = estimates.map((estimate) => estimate.advantages);
    near(advantages, expected.rawAdvantages, 'advantages');
    near(
      estimates.map((estimate) => estimate.returns),
      expected.returns,
      'returns',
    );
    near(whiten(advantages, false), expected.whitenedWithMean, 'whitened around their mean');
    near(config.whitenAdvantages ? whiten(advantages, true) : advantages, expected.advantages, 'whitened');
  });
});

describe.each(engines)('PPO losses on %s against a float64 implementation', (engine) => {
  beforeAll(async () => {
    await useEngine(engine);
  });

  it.each(cases)('k1 and k3 are the same for $name', (expected) => {
    const mask = tf.tensor2d(expected.mask);
    const ours = tf.tensor2d(expected.oldLogprobs);
    const reference = tf.tensor2d(expected.refLogprobs);
    const near = (got: tf.Tensor, padded: Padded, what: string) =>
      expect(difference(got.dataSync(), padded.flat()), what).toBeLessThan(2e-6);
    near(tf.mul(k1(ours, reference), mask), expected.k1, 'k1');
    near(tf.mul(k3(ours, reference), mask), expected.k3, 'k3');
  });

  it.each(cases)('losses, clip fractions and gradients are the same for $name', (expected) => {
    const { cliprange, cliprangeValue, vfCoef } = expected.config;
    const mask = tf.tensor2d(expected.mask);
    const mean = (x: tf.Tensor): tf.Scalar => tf.div(tf.sum(tf.mul(x, mask)), tf.sum(mask));
    const { metrics, grads } = valueAndGrad(
      ({ logprobs, values }) => {
        const policy = ppoPolicyLoss(
          logprobs,
          tf.tensor2d(expected.oldLogprobs),
          tf.tensor2d(expected.advantages),
          cliprange,
        );
        const value = ppoValueLoss(
          values,
          tf.tensor2d(expected.oldValues),
          tf.tensor2d(expected.returns),
          cliprangeValue,
        );
        const policyLoss = mean(policy.loss);
        const valueLoss = mean(value.loss);
        const loss = tf.add(policyLoss, tf.mul(valueLoss, vfCoef)) as tf.Scalar;
        return {
          loss,
          metrics: {
            loss,
            policyLoss,
            valueLoss,
            approxKl: mean(policy.approxKl),
            clipFraction: mean(policy.clipped),
            valueClipFraction: mean(value.clipped),
          },
        };
      },
      { logprobs: tf.tensor2d(expected.logprobs), values: tf.tensor2d(expected.values) },
    );
    for (const [name, scalar] of Object.entries(metrics)) {
      expect(difference(scalar.dataSync(), [expected[name as keyof typeof metrics]]), name).toBeLessThan(
        2e-6,
      );
    }
    expect(difference(grads.logprobs.dataSync(), expected.logprobsGradient.flat())).toBeLessThan(2e-6);
    expect(difference(grads.values.dataSync(), expected.valuesGradient.flat())).toBeLessThan(2e-6);
  });
});
