import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { useEngine } from '../../../../lib/backend';
import { trace } from '../../../../lib/backend/xla/trace/trace';
import { createRng } from '../../../../lib/random';
import { pluginPath } from '../pjrt/plugin-path';

const rng = createRng(1);
const rows = (B: number, n: number): Float32Array => Float32Array.from({ length: B * n }, () => rng.normal());

describe('reduceExtreme', () => {
  const softmax = (n: number, forProcessor: boolean): string => {
    const parameter = { shape: [4, n], dtype: 'float32' } as const;
    const { program, results } = trace((x) => [tf.softmax(x)], [parameter], forProcessor);
    return program.text(results);
  };

  it('compares halves for processors, with a barrier in long chains, and leaves other compilers the plain reduction', () => {
    expect(softmax(128, true).match(/stablehlo\.maximum/g)).toHaveLength(5);
    expect(softmax(128, true)).not.toContain('optimization_barrier');
    expect(softmax(128, false).match(/stablehlo\.maximum/g)).toHaveLength(1);
    expect(softmax(1024, true)).toContain('optimization_barrier');
  });
});

describe.skipIf(pluginPath === undefined)('extremes on xla (need the plugin of setup xla)', () => {
  it.each([1, 7, 8, 9, 16, 129, 344, 1025])('of %i numbers are those of the plain engine', async (n) => {
    const numbers = rows(3, n);
    numbers[n + Math.floor(n / 2)] = NaN;
    const results = [];
    for (const engine of ['cpu', 'xla']) {
      await useEngine(engine);
      results.push(
        tf.tidy(() => {
          const x = tf.tensor2d(numbers, [3, n]);
          const whole = tf.slice(x, [0, 0], [1, n]);
          return [tf.max(x, 1), tf.min(x, 1), tf.argMax(whole, 1), tf.argMin(whole, 1), tf.max(whole)].map(
            (y) => [...y.dataSync()],
          );
        }),
      );
    }
    expect(results[1]).toEqual(results[0]);
  });
});
