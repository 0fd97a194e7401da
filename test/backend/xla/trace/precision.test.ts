import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { matMulBfloat16, useEngine } from '../../../../lib/backend';
import { openDevice } from '../../../../lib/backend/xla/device';
import { trace } from '../../../../lib/backend/xla/trace/trace';
import { pluginPath } from '../pjrt/plugin-path';

beforeAll(async () => {
  await useEngine('cpu');
});

const parameter = (...shape: number[]) => ({ shape, dtype: 'float32' }) as const;

/** A matrix product with its gradient, products named by letters, a convolution, and a product in bfloat16. */
const cases = {
  product: [
    [2, 3],
    [3, 2],
    (a, b) => tf.grads((x, y) => tf.matMul(x as tf.Tensor2D, y as tf.Tensor2D))([a, b]),
  ],
  einsum: [[2, 3], [3, 2], (a, b) => [tf.einsum('ij,jk->ik', a, b)]],
  convolution: [
    [1, 4, 4, 1],
    [2, 2, 1, 1],
    (a, b) => [tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same')],
  ],
  bfloat16: [[2, 3], [3, 2], (a, b) => [matMulBfloat16(a, b)]],
} as const satisfies Record<
  string,
  readonly [readonly number[], readonly number[], (a: tf.Tensor, b: tf.Tensor) => tf.Tensor[]]
>;

function written(name: keyof typeof cases, forProcessor: boolean): string {
  const [left, right, fn] = cases[name];
  const { program, results } = trace(
    (a, b) => fn(a as tf.Tensor, b as tf.Tensor),
    [parameter(...left), parameter(...right)],
    forProcessor,
  );
  return program.text(results);
}

describe('precision of products', () => {
  it.each(['product', 'einsum', 'convolution'] as const)('%s: float32 is float32 on accelerators', (name) => {
    const text = written(name, false);
    const precisions = text.match(/DEFAULT|HIGHEST/g) ?? [];
    const products = text.match(/stablehlo\.(dot_general|convolution)/g) ?? [];
    expect(products.length).toBeGreaterThan(0);
    expect(precisions).toEqual(products.flatMap(() => ['HIGHEST', 'HIGHEST']));
    // Processors have one way.
    expect(written(name, true)).not.toContain('HIGHEST');
  });

  it('bfloat16 is the fast form', () => {
    expect(written('bfloat16', false)).toMatch(/dot_general .*precision = \[DEFAULT, DEFAULT\].*bf16/);
  });

  it.skipIf(pluginPath === undefined).each(Object.keys(cases) as (keyof typeof cases)[])(
    '%s: the compiler reads it (needs the plugin of setup xla)',
    (name) => {
      const { client } = openDevice(pluginPath as string);
      const executable = client.compile(written(name, false));
      executable.dispose();
    },
  );
});
