import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { rewardLoss } from '../../lib/reward/pair-loss';
import { valueAndGrad } from '../../lib/tensor/gradient';
import { engines } from '../support/engines';
import { largestDifference, readCases } from './fixture';

interface RewardCase {
  readonly name: string;
  readonly chosen: number[];
  readonly rejected: number[];
  readonly margins?: number[];
  readonly centerRewardsCoefficient?: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly margin: number;
  readonly mean_reward: number;
  readonly min_reward: number;
  readonly max_reward: number;
  readonly chosenGradient: number[];
  readonly rejectedGradient: number[];
}

const cases = readCases<RewardCase>('reward-loss.json');

describe.each(engines)("rewardLoss on %s against TRL's RewardTrainer", (engine) => {
  beforeAll(async () => {
    await useEngine(engine);
  });

  it.each(cases)('gives the same loss, metrics and gradients for $name', (expected) => {
    const { margins, centerRewardsCoefficient } = expected;
    const { loss, metrics, grads } = valueAndGrad(
      ({ chosen, rejected }) => {
        const { loss: mean, ...others } = rewardLoss(chosen, rejected, {
          ...(margins !== undefined && { margins: tf.tensor1d(margins) }),
          ...(centerRewardsCoefficient !== undefined && { centerRewardsCoefficient }),
        });
        return { loss: mean, metrics: others };
      },
      { chosen: tf.tensor1d(expected.chosen), rejected: tf.tensor1d(expected.rejected) },
    );
    const got = [
      loss,
      ...['accuracy', 'margin', 'meanReward', 'minReward', 'maxReward'].map(
        (key) => metrics[key as keyof typeof metrics],
      ),
    ];
    const numbers = got.map((scalar) => scalar.dataSync()[0] as number);
    const { accuracy, margin, mean_reward, min_reward, max_reward } = expected;
    [expected.loss, accuracy, margin, mean_reward, min_reward, max_reward].forEach((value, i) => {
      expect(Math.abs((numbers[i] as number) - value)).toBeLessThanOrEqual(
        1e-6 * Math.max(1, Math.abs(value)),
      );
    });
    expect(largestDifference(grads.chosen.dataSync(), expected.chosenGradient)).toBeLessThan(1e-6);
    expect(largestDifference(grads.rejected.dataSync(), expected.rejectedGradient)).toBeLessThan(1e-6);
  });
});
