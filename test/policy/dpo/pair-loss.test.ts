import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { dpoLoss, dpoLossTypes, type DpoLossOptions } from '../../../lib/policy/dpo/pair-loss';
import { gradientError } from '../../model/tiny';

beforeAll(() => useEngine('cpu'));

const lengths = { chosen: tf.tensor1d([2, 4]), rejected: tf.tensor1d([1, 2]) };
const loss = (chosen: number[], rejected: number[], options: Partial<DpoLossOptions> = {}): number[] => [
  ...dpoLoss(tf.tensor1d(chosen), tf.tensor1d(rejected), lengths, {
    lossType: 'sigmoid',
    beta: 0.5,
    labelSmoothing: 0,
    ...options,
  }).dataSync(),
];

describe('dpoLoss', () => {
  it('is ln 2 when policy and reference agree, whatever the label smoothing', () => {
    for (const labelSmoothing of [0, 0.3]) {
      for (const value of loss([0, 0], [0, 0], { labelSmoothing })) expect(value).toBeCloseTo(Math.LN2, 6);
    }
  });

  it('is −log σ(βz), smoothed towards the flipped label', () => {
    // z = 2 and −2, βz = ±1: softplus(−1) = 0.313262, softplus(1) = 1.313262
    const [right, wrong] = loss([3, 0], [1, 2]);
    expect(right).toBeCloseTo(0.313262, 5);
    expect(wrong).toBeCloseTo(1.313262, 5);
    expect(loss([3, 0], [1, 2], { labelSmoothing: 0.1 })[0]).toBeCloseTo(0.9 * 0.313262 + 0.1 * 1.313262, 5);
  });

  it('has a hinge that is flat beyond the margin', () => {
    const [small, large] = loss([1, 9], [0, 0], { lossType: 'hinge' });
    expect(small).toBeCloseTo(0.5, 6);
    expect(large).toBe(0);
  });

  it('pulls the difference of mean log-ratios to 1/(2β) in its ipo form', () => {
    // 3/2 − 1/1 = 0.5 against 1/(2·0.5) = 1; 8/4 − 2/2 = 1 exactly
    const [off, exact] = loss([3, 8], [1, 2], { lossType: 'ipo' });
    expect(off).toBeCloseTo(0.25, 6);
    expect(exact).toBeCloseTo(0, 6);
  });

  it.each(dpoLossTypes)('has the gradient of central differences in its %s form', (lossType) => {
    // Away from the kink of the hinge: βz is 0.75 and −1.15.
    const inputs = [tf.tensor1d([1.2, -0.7]), tf.tensor1d([-0.3, 1.6])];
    const options = { lossType, beta: 0.5, labelSmoothing: 0.1 };
    const error = gradientError(
      (...ratios) => dpoLoss(...(ratios as [tf.Tensor1D, tf.Tensor1D]), lengths, options),
      inputs,
    );
    expect(error).toBeLessThan(1e-3);
  });

  it('falls as the chosen log-ratio rises, and names a wrong shape', () => {
    expect(loss([2, 0], [0, 0])[0]).toBeLessThan(loss([1, 0], [0, 0])[0] as number);
    expect(() => loss([1, 2], [1])).toThrow('dpoLoss: rejectedLogratios must be [2], got [1]');
  });
});
