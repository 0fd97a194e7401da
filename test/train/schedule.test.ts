import { describe, expect, it } from 'vitest';
import { adaptLearningRate, learningRateAt } from '../../lib/train/schedule';

describe('learningRateAt', () => {
  const config = { learningRate: 2, warmupSteps: 4, lrSchedulerType: 'linear' } as const;

  it('warms up from 0, then falls in a line to 0', () => {
    expect([0, 1, 2, 3, 4, 8, 12].map((update) => learningRateAt(update, 12, config))).toEqual([
      0, 0.5, 1, 1.5, 2, 1, 0,
    ]);
  });

  it('stays constant, or falls along half a cosine', () => {
    expect(learningRateAt(9, 12, { ...config, lrSchedulerType: 'constant' })).toBe(2);
    expect(learningRateAt(8, 12, { ...config, lrSchedulerType: 'cosine' })).toBeCloseTo(1, 12);
    expect(learningRateAt(6, 12, { ...config, lrSchedulerType: 'cosine' })).toBeCloseTo(1 + Math.SQRT1_2, 12);
  });
});

describe('adaptLearningRate', () => {
  it('slows down above twice the target, speeds up below half of it, and keeps its bounds', () => {
    expect(adaptLearningRate(1, 0.05, 0.02)).toBeCloseTo(1 / 1.5, 12);
    expect(adaptLearningRate(1, 0.005, 0.02)).toBe(1.5);
    expect(adaptLearningRate(1, 0.02, 0.02)).toBe(1);
    expect(adaptLearningRate(0.01, 1, 0.02)).toBe(0.01);
    expect(adaptLearningRate(10, 0, 0.02)).toBe(10);
  });
});
