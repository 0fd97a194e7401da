import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import {
  adamw,
  clipByGlobalNorm,
  initAdamw,
  type AdamwConfig,
  type NamedTensors,
} from '../../lib/train/adamw';
import { learningRateAt, type ScheduleConfig } from '../../lib/train/schedule';
import { engines } from '../support/engines';
import { largestDifference, readCases } from './fixture';

type Arrays = Readonly<Record<string, number[] | number[][]>>;

interface AdamwCase {
  readonly name: string;
  readonly config: AdamwConfig & ScheduleConfig & { readonly maxGradNorm: number };
  readonly initial: Arrays;
  readonly steps: readonly {
    readonly gradients: Arrays;
    readonly norm: number;
    readonly learningRate: number;
    readonly params: Arrays;
  }[];
}

const cases = readCases<AdamwCase>('adamw.json');

const tensors = (arrays: Arrays): NamedTensors =>
  Object.fromEntries(Object.entries(arrays).map(([name, numbers]) => [name, tf.tensor(numbers)]));

describe.each(engines)('AdamW on %s against torch.optim.AdamW', (engine) => {
  beforeAll(async () => {
    await useEngine(engine);
  });

  it.each(cases)('takes the same 20 updates within 1e-5: $name', ({ config, initial, steps }) => {
    expect(steps).toHaveLength(20);
    let params = tensors(initial);
    let moments = initAdamw(params);
    steps.forEach((expected, i) => {
      const rate = learningRateAt(i, steps.length, config);
      expect(rate, `learning rate of update ${i}`).toBeCloseTo(expected.learningRate, 9);
      const { gradients, norm } = clipByGlobalNorm(tensors(expected.gradients), config.maxGradNorm);
      expect(Math.abs((norm.dataSync()[0] as number) / expected.norm - 1)).toBeLessThan(1e-6);
      ({ params, moments } = adamw(params, gradients, moments, tf.scalar(rate), tf.scalar(i + 1), config));
      for (const [name, numbers] of Object.entries(expected.params)) {
        const got = (params[name] as tf.Tensor).dataSync();
        expect(largestDifference(got, numbers.flat()), `${name} after update ${i}`).toBeLessThan(1e-5);
      }
    });
  });
});
