import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { jit, useEngine } from '../../../lib/backend';
import { linear } from '../../../lib/model/linear';
import type { Lora } from '../../../lib/model/lora/config';
import { withDropout } from '../../../lib/model/lora/dropout';
import { adapterProduct } from '../../../lib/model/lora/product';
import { createRng } from '../../../lib/random';
import { engines } from '../../support/engines';
import { gradientError } from '../tiny';

const lora: Lora = { rank: 2, alpha: 6, useRslora: false, dropout: 0, targets: 'all-linear' };
/** in = 3, r = 2, out = 2. */
const a = () => tf.tensor2d([1, 0, 2, -1, 1, 0], [2, 3]);
const b = () => tf.tensor2d([1, 2, 0, -1], [2, 2]);
const params = () => ({
  'q.weight': tf.tensor2d([1, 1, 1, 0, 0, 1], [2, 3]),
  'q.lora_A.weight': a(),
  'q.lora_B.weight': b(),
});
const x = () => tf.tensor2d([1, 2, 3], [1, 3]);

describe.each(engines)('the product of an adapter on %s', (engine) => {
  beforeAll(async () => {
    await useEngine(engine);
  });

  it('is α/r · (x·Aᵀ)·Bᵀ, added to what the layer gives', () => {
    // x·Aᵀ = [7, 1]; times 3: [21, 3]; times Bᵀ: [27, −3].
    const y = adapterProduct(params(), 'q', x(), { lora });
    expect([...(y as tf.Tensor).dataSync()]).toEqual([27, -3]);
    expect([...linear(params(), 'q', x(), { lora }).dataSync()]).toEqual([6 + 27, 3 - 3]);
  });

  it('is α/√r of it with rsLoRA, and nothing for a layer without an adapter', () => {
    const y = adapterProduct(params(), 'q', x(), { lora: { ...lora, useRslora: true } }) as tf.Tensor;
    const scale = 6 / Math.SQRT2;
    [9 * scale, -scale].forEach((value, i) => expect(y.dataSync()[i]).toBeCloseTo(value, 4));
    expect(adapterProduct(params(), 'k', x(), { lora })).toBeUndefined();
  });

  it('leaves a share of x out by the key of the batch: the same in a step and outside, other bits for other keys and layers', () => {
    const dropout = { ...lora, dropout: 0.25 };
    const rows = 4000;
    const ones = tf.ones([rows, 3]) as tf.Tensor2D;
    const pass = (keys: Record<string, tf.Tensor>, layer = 'q') => {
      // A is a row of ones and B is 1: the sum of what is left.
      const own = {
        [`${layer}.lora_A.weight`]: tf.ones([1, 3]),
        [`${layer}.lora_B.weight`]: tf.ones([1, 1]),
        ...keys,
      };
      return adapterProduct(own, layer, ones, { lora: { ...dropout, rank: 1, alpha: 1 } }) as tf.Tensor2D;
    };
    const [first, second] = withDropout([{}, {}], { lora: dropout }, createRng(1).fork(7));
    const step = jit((keys: Record<string, tf.Tensor>) => pass(keys));
    const got = [...pass(first?.dropout ?? {}).dataSync()];
    expect([...step(first?.dropout ?? {}).dataSync()]).toEqual(got);
    const [again] = withDropout([{}, {}], { lora: dropout }, createRng(1).fork(7));
    expect([...step(again?.dropout ?? {}).dataSync()]).toEqual(got);
    const others = [pass(second?.dropout ?? {}), pass(first?.dropout ?? {}, 'k')];
    for (const other of others) expect([...other.dataSync()]).not.toEqual(got);
    // What is left is multiplied by 4/3: the mean stays 3, within four standard errors.
    const mean = got.reduce((sum, value) => sum + value, 0) / rows;
    expect(Math.abs(mean - 3)).toBeLessThan(4 * Math.sqrt((3 * (0.25 / 0.75)) / rows));
    expect([...new Set(got.map((value) => Math.round(value * 3)))].sort((p, q) => p - q)).toEqual([0, 4, 8, 12]); // prettier-ignore
  });
});

describe('the gradient of an adapted layer', () => {
  it('equals central differences in x, A and B', async () => {
    await useEngine('cpu');
    const weight = params()['q.weight'];
    const error = gradientError(
      (given, first, second) =>
        linear(
          {
            'q.weight': weight,
            'q.lora_A.weight': first as tf.Tensor,
            'q.lora_B.weight': second as tf.Tensor,
          },
          'q',
          given as tf.Tensor2D,
          { lora },
        ),
      [tf.tensor2d([1, 2, 3, -1, 0.5, 2], [2, 3]), a(), b()],
    );
    expect(error).toBeLessThan(1e-3);
  });
});
