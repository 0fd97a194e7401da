import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { jit, useEngine } from '../../../lib/backend';
import { compilations } from '../../../lib/backend/xla/device';
import { buffersAlive } from '../../../lib/backend/xla/pjrt/buffer';
import { createRng } from '../../../lib/random';
import { pluginPath } from './pjrt/plugin-path';

const numbers = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());

describe.skipIf(pluginPath === undefined)('steps on xla (need the plugin of setup xla)', () => {
  beforeAll(async () => {
    await useEngine('xla');
  });

  it('are compiled once for each set of shapes, types and numbers in their arguments', () => {
    const step = jit((x: tf.Tensor, { scale }: { scale: number }) => tf.mul(x, scale));
    const count = (run: () => unknown): number => {
      const before = compilations().programs;
      run();
      return compilations().programs - before;
    };
    const [two, three] = [tf.tensor1d([1, 2]), tf.tensor1d([1, 2, 3])];
    expect(count(() => step(two, { scale: 2 }))).toBe(1);
    expect(count(() => step(tf.tensor1d([5, 6]), { scale: 2 }))).toBe(0);
    expect(count(() => step(three, { scale: 2 }))).toBe(1);
    expect(count(() => step(tf.cast(two, 'int32'), { scale: 2 }))).toBeGreaterThanOrEqual(1);
    expect(count(() => step(two, { scale: 3 }))).toBe(1);
    expect(count(() => step(two, { scale: 2 }))).toBe(0);
    expect(numbers(step(two, { scale: 3 }))).toEqual([3, 6]);
    expect(() => step(two, { scale: (() => 1) as unknown as number })).toThrow(
      "a step got a function in its argument 'scale'",
    );
  });

  it('use a donated state up and leave nothing on the device', () => {
    const step = jit(
      (state: { w: tf.Tensor; kept: tf.Tensor }, x: tf.Tensor) => ({
        state: { w: tf.add(state.w, x), kept: state.kept },
        sum: tf.sum(state.w),
      }),
      { donate: [0] },
    );
    const x = tf.ones([64, 64]);
    let state = { w: tf.zeros([64, 64]) as tf.Tensor, kept: tf.scalar(7) as tf.Tensor };
    const run = (): number => {
      const { kept } = state;
      const result = step(state, x);
      expect(result.state.kept).toBe(kept);
      state = result.state;
      const [sum] = numbers(result.sum) as [number];
      result.sum.dispose();
      return sum;
    };
    run();
    const [tensors, buffers] = [tf.memory().numTensors, buffersAlive()];
    for (let i = 1; i < 50; i++) expect(run()).toBe(4096 * i);
    expect(tf.memory().numTensors).toBe(tensors);
    // The last run's handle waits for the next run.
    expect(buffersAlive() - buffers).toBeLessThanOrEqual(1);
    expect(x.isDisposed).toBe(false);
  });

  it('copy a donated tensor that somebody else still holds, or that is passed twice', () => {
    const step = jit((a: tf.Tensor, b: tf.Tensor) => [tf.add(a, 1), tf.mul(b, 2)], { donate: [0] });
    const a = tf.tensor1d([1, 2]);
    const clone = a.clone();
    expect(step(a, tf.tensor1d([3, 4])).map(numbers)).toEqual([[2, 3], [6, 8]]); // prettier-ignore
    expect([a.isDisposed, numbers(clone)]).toEqual([true, [1, 2]]);
    const twice = tf.tensor1d([5, 6]);
    expect(step(twice, twice).map(numbers)).toEqual([[6, 7], [10, 12]]); // prettier-ignore
  });

  it('take large constants and tensors from outside as arguments, and see them as they are then', () => {
    const table = Float32Array.from({ length: 4096 }, (_, i) => i);
    const outside = tf.tensor1d([10]);
    const step = jit((x: tf.Tensor) => tf.add(tf.gather(tf.tensor1d(table), tf.cast(x, 'int32')), outside));
    expect(numbers(step(tf.tensor1d([3, 4000])))).toEqual([13, 4010]);
    expect(numbers(step(tf.tensor1d([5, 7])))).toEqual([15, 17]);
    outside.dispose();
    expect(() => step(tf.tensor1d([1, 2]))).toThrow();
  });

  it('return copies and repeated tensors as a step does elsewhere', () => {
    const step = jit((x: tf.Tensor) => {
      const sum = tf.sum(x);
      return { same: x, copy: x.clone(), sum, again: sum };
    });
    const x = tf.tensor1d([1, 2]);
    const { same, copy, sum, again } = step(x);
    expect(same).toBe(x);
    expect(copy).not.toBe(x);
    expect(sum).toBe(again);
    x.dispose();
    expect(numbers(copy)).toEqual([1, 2]);
  });

  it('within steps are part of them', () => {
    const inner = jit((x: tf.Tensor) => tf.square(x));
    expect(numbers(jit((x: tf.Tensor) => tf.grad((y) => tf.sum(inner(y)))(x))(tf.tensor1d([3])))).toEqual([
      6,
    ]);
  });

  it('say where a value is read, and leave the engine as it was', () => {
    const step = jit((x: tf.Tensor) => tf.scalar(x.dataSync()[0] as number));
    expect(() => step(tf.tensor1d([1]))).toThrow(/reads a value while it is traced, at .*jit\.test/);
    expect(tf.getBackend()).toBe('xla');
  });

  it('name the place of an operation that the compiler refuses', () => {
    // tfjs's own check is gone around: shapes that do not fit reach the compiler.
    const wrong = jit(
      (x: tf.Tensor) => tf.engine().runKernel('Transpose', { x }, { perm: [1, 1] }) as tf.Tensor,
    );
    expect(() => wrong(tf.zeros([2, 3]))).toThrow(/[A-Z_]+: [^]*transpose[^]*comes from .*jit\.test/);
  });

  it('let a NaN through', () => {
    const step = jit((x: tf.Tensor) => [tf.max(x), tf.relu(x), tf.minimum(x, 0)]);
    for (const tensor of step(tf.tensor1d([NaN]))) expect(numbers(tensor)).toEqual([NaN]);
  });
});

describe.skipIf(pluginPath === undefined)('tensors outside of steps on xla', () => {
  it('have the gradients of plain cpu, for random shapes', { timeout: 240_000 }, async () => {
    const functions: Record<string, (x: tf.Tensor) => tf.Tensor> = {
      exp: tf.exp, log: (x) => tf.log(tf.abs(x)), sqrt: (x) => tf.sqrt(tf.abs(x)), rsqrt: (x) => tf.rsqrt(tf.add(tf.square(x), 1)),
      tanh: tf.tanh, sigmoid: tf.sigmoid, relu: tf.relu, abs: tf.abs, sin: tf.sin, cos: tf.cos, softplus: tf.softplus,
      square: tf.square, reciprocal: (x) => tf.reciprocal(tf.add(x, 4)), log1p: (x) => tf.log1p(tf.square(x)), expm1: tf.expm1,
      softmax: (x) => tf.square(tf.softmax(x)), logSoftmax: (x) => tf.square(tf.logSoftmax(x)),
      logSumExp: (x) => tf.logSumExp(x, -1), mean: (x) => tf.square(tf.mean(x, 0)), max: (x) => tf.max(x, -1),
      cumsum: (x) => tf.square(tf.cumsum(x, 0)), reverse: (x) => tf.mul(tf.reverse(x, 0), x), tile: (x) => tf.square(tf.tile(x, x.shape.map(() => 2))),
      transpose: (x) => tf.mul(tf.transpose(x), 2), pad: (x) => tf.square(tf.pad(x, x.shape.map(() => [1, 2] as [number, number]))),
      broadcast: (x) => tf.mul(tf.sum(x, 0, true), x), clip: (x) => tf.clipByValue(x, -1, 1), slice: (x) => tf.square(tf.slice(x, x.shape.map(() => 0), x.shape.map(() => 1))),
      concat: (x) => tf.square(tf.concat([x, tf.mul(x, 2)], 0)), gather: (x) => tf.square(tf.gather(x, tf.tensor1d([0, 0], 'int32'))),
      matMul: (x) => tf.matMul(tf.reshape(x, [x.shape[0] as number, -1]), tf.reshape(x, [x.shape[0] as number, -1]), true),
    }; // prettier-ignore
    const rng = createRng(5);
    for (const [name, f] of Object.entries(functions)) {
      // vitest waits for answers meanwhile.
      await new Promise((resolve) => setImmediate(resolve));
      for (let trial = 0; trial < 2; trial++) {
        const shape = Array.from({ length: 1 + rng.integer(3) }, () => 1 + rng.integer(4));
        const values = Float32Array.from(
          { length: tf.util.sizeFromShape(shape) },
          () => 4 * rng.uniform() - 2,
        );
        const gradientOn = async (engine: string): Promise<number[]> => {
          await useEngine(engine);
          return tf.tidy(() => numbers(tf.grad((x) => tf.sum(f(x)))(tf.tensor(values, shape))));
        };
        const [expected, got] = [await gradientOn('cpu'), await gradientOn('xla')];
        expect(got.length).toBe(expected.length);
        got.forEach((value, i) => {
          const wanted = expected[i] as number;
          expect(Math.abs(value - wanted), `${name} of [${shape.join()}]`).toBeLessThan(
            1e-4 * (1 + Math.abs(wanted)),
          );
        });
      }
    }
  });

  it('follow a tensor from another engine', async () => {
    await useEngine('cpu');
    const x = tf.tensor2d([[1, 2], [3, 4]]); // prettier-ignore
    const flat = x.reshape([4]);
    await useEngine('xla');
    expect(numbers(tf.add(flat, 1))).toEqual([2, 3, 4, 5]);
    expect(numbers(tf.matMul(x, x as tf.Tensor2D))).toEqual([7, 10, 15, 22]);
    expect(numbers(jit((y: tf.Tensor) => tf.sum(y, 1))(x))).toEqual([3, 7]);
  });

  it('hold complex numbers, in steps too', async () => {
    await useEngine('xla');
    const x = tf.complex([3, 0], [4, -1]);
    expect(numbers(tf.add(x, x))).toEqual([6, 8, 0, -2]);
    expect(numbers(jit((z: tf.Tensor) => tf.abs(z))(x))).toEqual([5, 1]);
  });
});
