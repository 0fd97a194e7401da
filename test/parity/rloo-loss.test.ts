import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { groupMetrics, groupRewards } from '../../lib/policy/groups';
import { rlooAdvantages } from '../../lib/policy/rloo/advantage';
import { rlooLoss } from '../../lib/policy/rloo/response-loss';
import { responseReward } from '../../lib/policy/rloo/reward';
import { moments } from '../../lib/policy/scores';
import { valueAndGrad } from '../../lib/tensor/gradient';
import { entropy } from '../../lib/tensor/logprobs';
import { sequenceLogprobs } from '../../lib/train/responses';
import { engines } from '../support/engines';
import { madeIteration, madeRollout } from '../policy/support/tiny-policy';
import { largestDifference, readCases } from './fixture';
import { responseColumns } from './response-columns';

interface LossCase {
  readonly kind: 'loss';
  readonly name: string;
  readonly epsilon: number;
  readonly epsilonHigh?: number;
  readonly tokens: number[][];
  readonly responseMask: number[][];
  readonly oldLogps: number[];
  readonly advantages: number[];
  readonly logits: number[][][];
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly gradient: number[][][];
}

interface AdvantageCase {
  readonly kind: 'advantages';
  readonly name: string;
  readonly numGenerations: number;
  readonly beta: number;
  readonly rewardClipRange?: number;
  readonly normalizeAdvantages: boolean;
  readonly rewards: number[];
  readonly ratios: number[][];
  readonly advantages: number[];
  readonly metrics: Readonly<Record<string, number>>;
}

/** The loss of prescribed logits, put together as the trainer does. */
function lossOfLogits(logits: tf.Tensor3D, expected: LossCase) {
  const { logprobs, predictions } = responseColumns(logits, expected.tokens, expected.responseMask);
  const mask = tf.tensor2d(expected.responseMask);
  const policy = rlooLoss(
    sequenceLogprobs(logprobs, mask),
    tf.tensor1d(expected.oldLogps),
    tf.tensor1d(expected.advantages),
    expected,
  );
  const perToken = tf.mul(tf.reshape(entropy(predictions), logprobs.shape), mask);
  const [low, high] = [policy.lowClipped, policy.highClipped].map((one) => tf.mean<tf.Scalar>(one));
  const metrics: Record<string, tf.Scalar> = {
    entropy: tf.div<tf.Scalar>(tf.sum(perToken), tf.sum(mask)),
    'clip_ratio/low_mean': low as tf.Scalar,
    'clip_ratio/high_mean': high as tf.Scalar,
    'clip_ratio/region_mean': tf.add(low as tf.Scalar, high as tf.Scalar),
  };
  return { loss: tf.mean<tf.Scalar>(policy.loss), metrics };
}

const cases = readCases<LossCase | AdvantageCase>('rloo-loss.json');

describe.each(engines)("rlooLoss on %s against TRL's RLOOTrainer", (engine) => {
  beforeAll(async () => {
    await useEngine(engine);
  });

  it.each(cases.filter((one) => one.kind === 'loss'))(
    'gives the same loss, metrics and gradients for $name',
    (expected) => {
      const { loss, metrics, grads } = valueAndGrad(({ logits }) => lossOfLogits(logits, expected), {
        logits: tf.tensor3d(expected.logits),
      });
      const near = (got: number, value: number, what: string) =>
        expect(Math.abs(got - value), what).toBeLessThanOrEqual(5e-6 * Math.max(1, Math.abs(value)));
      near(loss.dataSync()[0] as number, expected.loss, 'loss');
      expect(Object.keys(metrics).sort()).toEqual(Object.keys(expected.metrics).sort());
      for (const [name, value] of Object.entries(expected.metrics))
        near(metrics[name]?.dataSync()[0] as number, value, name);
      const gradient = expected.gradient.flat(2);
      const scale = Math.max(...gradient.map(Math.abs));
      expect(scale).toBeGreaterThan(0);
      expect(largestDifference(grads.logits.dataSync(), gradient)).toBeLessThan(1e-5 * scale);
    },
  );
});

describe("rlooAdvantages against TRL's RLOOTrainer", () => {
  it.each(cases.filter((one) => one.kind === 'advantages'))(
    'gives the same advantages and metrics for $name',
    (expected) => {
      const ratios = expected.ratios.map((row) => Float32Array.from(row));
      const rewards = expected.rewards.map((reward, i) =>
        responseReward(ratios[i] as Float32Array, reward, { ...expected, klEstimator: 'k1' }),
      );
      const groups = groupRewards(rewards, expected.numGenerations);
      const advantages = rlooAdvantages(groups, expected.normalizeAdvantages);
      // TRL computes in 32 bits.
      expect(largestDifference(advantages, expected.advantages)).toBeLessThan(1e-5);
      const rollouts = expected.ratios.map((row) => madeRollout('p', row));
      const got: Record<string, number> = {
        ...groupMetrics(madeIteration(rollouts, expected.rewards), groups),
        kl: moments(expected.ratios.flat()).mean,
      };
      for (const [name, value] of Object.entries(expected.metrics))
        expect(got[name], name).toBeCloseTo(value, 4);
    },
  );
});
