import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { grpoAdvantages, type AdvantageScale } from '../../lib/policy/grpo/advantage';
import { grpoLoss, tokenWeight, type GrpoLossType } from '../../lib/policy/grpo/token-loss';
import { groupMetrics, groupRewards } from '../../lib/policy/groups';
import { valueAndGrad } from '../../lib/tensor/gradient';
import { entropy } from '../../lib/tensor/logprobs';
import { engines } from '../support/engines';
import { madeIteration, madeRollout } from '../policy/support/tiny-policy';
import { largestDifference, readCases } from './fixture';
import { responseColumns } from './response-columns';

interface LossCase {
  readonly kind: 'loss';
  readonly name: string;
  readonly lossType: GrpoLossType;
  readonly beta: number;
  readonly epsilon: number;
  readonly epsilonHigh?: number;
  readonly useBiasCorrectionKl: boolean;
  readonly maxNewTokens: number;
  readonly meanTokens: number;
  readonly tokens: number[][];
  readonly responseMask: number[][];
  readonly oldLogprobs: number[][];
  readonly refLogprobs: number[][];
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
  readonly scaleRewards: AdvantageScale;
  readonly rewards: number[];
  readonly advantages: number[];
  readonly metrics: Readonly<Record<string, number>>;
}

/** The loss of prescribed logits, put together as the trainer does. */
function lossOfLogits(logits: tf.Tensor3D, expected: LossCase) {
  const { logprobs, predictions } = responseColumns(logits, expected.tokens, expected.responseMask);
  const lengths = expected.responseMask.map((row) => row.reduce((sum, counts) => sum + counts, 0));
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  const sizes = { ...expected, responses: lengths.length, tokens };
  const weights = tf.tensor2d(
    expected.responseMask.map((row, b) =>
      row.map((counts) => counts * tokenWeight(expected.lossType, lengths[b] as number, sizes)),
    ),
  );
  const policy = grpoLoss(
    logprobs,
    tf.tensor2d(expected.oldLogprobs),
    tf.tensor2d(expected.refLogprobs),
    tf.tensor2d(expected.advantages, [lengths.length, 1]),
    { ...expected, klEstimator: 'k3' },
  );
  const mean = (perToken: tf.Tensor) =>
    tf.div(tf.sum(tf.mul(perToken, tf.tensor2d(expected.responseMask))), tokens) as tf.Scalar;
  const [low, high] = [mean(policy.lowClipped), mean(policy.highClipped)];
  const metrics: Record<string, tf.Scalar> = {
    ...(expected.beta > 0 && { kl: mean(policy.kl) }),
    entropy: mean(tf.reshape(entropy(predictions), logprobs.shape)),
    'clip_ratio/low_mean': low,
    'clip_ratio/high_mean': high,
    'clip_ratio/region_mean': tf.add(low, high),
  };
  return { loss: tf.sum(tf.mul(policy.loss, weights)) as tf.Scalar, metrics };
}

const cases = readCases<LossCase | AdvantageCase>('grpo-loss.json');

describe.each(engines)("grpoLoss on %s against TRL's GRPOTrainer", (engine) => {
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

describe("grpoAdvantages against TRL's GRPOTrainer", () => {
  it.each(cases.filter((one) => one.kind === 'advantages'))(
    'gives the same advantages and metrics for rewards $name',
    ({ rewards, numGenerations, scaleRewards, advantages, metrics }) => {
      const groups = groupRewards(rewards, numGenerations);
      // TRL computes in 32 bits.
      expect(largestDifference(grpoAdvantages(groups, scaleRewards), advantages)).toBeLessThan(1e-5);
      const rollouts = rewards.map(() => madeRollout('p', [0]));
      const got = groupMetrics(madeIteration(rollouts, rewards), groups);
      for (const [name, value] of Object.entries(metrics)) expect(got[name], name).toBeCloseTo(value, 4);
    },
  );
});
