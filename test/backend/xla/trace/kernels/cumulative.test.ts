import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { useEngine } from '../../../../../lib/backend';
import { createRng } from '../../../../../lib/random';
import { pluginPath } from '../../pjrt/plugin-path';

describe.skipIf(pluginPath === undefined)('running sums on xla (need the plugin of setup xla)', () => {
  const directions = [false, true].flatMap((exclusive) =>
    [false, true].map((reverse) => ({ exclusive, reverse })),
  );
  const cases = [1, 128, 129, 5000].flatMap((n) => directions.map((direction) => ({ n, ...direction })));

  it.each(cases)(
    'of $n numbers, exclusive $exclusive, reverse $reverse',
    async ({ n, exclusive, reverse }) => {
      const rng = createRng(n);
      const numbers = Int32Array.from({ length: 2 * n }, () => rng.integer(100) - 50);
      await useEngine('xla');
      const sums = tf.tidy(() =>
        (['float32', 'int32'] as const).map((dtype) =>
          Array.from(
            tf.cumsum(tf.tensor2d(numbers, [2, n], 'int32').cast(dtype), 1, exclusive, reverse).dataSync(),
          ),
        ),
      );
      const expected = new Array<number>(2 * n);
      for (let row = 0; row < 2; row++) {
        let sum = 0;
        for (let k = 0; k < n; k++) {
          const place = row * n + (reverse ? n - 1 - k : k);
          if (exclusive) expected[place] = sum;
          sum += numbers[place] as number;
          if (!exclusive) expected[place] = sum;
        }
      }
      // Whole numbers: sums are exact in both types.
      expect(sums).toEqual([expected, expected]);
    },
  );
});
