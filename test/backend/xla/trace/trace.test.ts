import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loop, useEngine } from '../../../../lib/backend';
import { openDevice, type Device } from '../../../../lib/backend/xla/device';
import type { DType } from '../../../../lib/backend/xla/trace/value';
import { trace } from '../../../../lib/backend/xla/trace/trace';
import { lmLogits } from '../../../../lib/model/heads';
import { hiddenStates } from '../../../../lib/model/transformer';
import { tokenLogprobs } from '../../../../lib/tensor/logprobs';
import { tinyConfig, tinyParams } from '../../../model/tiny';
import { pluginPath } from '../pjrt/plugin-path';

beforeAll(async () => {
  await useEngine('cpu');
});

const square = { shape: [2, 2], dtype: 'float32' } as const;

describe('trace', () => {
  it('writes a function as a program and leaves tfjs as it was', () => {
    const before = tf.memory().numTensors;
    const { program, results } = trace(
      (x) => [tf.add(tf.matMul(x as tf.Tensor2D, x as tf.Tensor2D), 1)],
      [square],
    );
    expect(program.text(results)).toContain('stablehlo.dot_general');
    expect(results.map(({ shape, dtype }) => [shape, dtype])).toEqual([[[2, 2], 'float32']]);
    expect(tf.getBackend()).toBe('cpu');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('names the place where a value is read', () => {
    expect(() => trace((x) => [tf.scalar(x.dataSync()[0] as number)], [square])).toThrow(
      /a step reads a value while it is traced, at .*trace\.test/,
    );
    expect(tf.getBackend()).toBe('cpu');
  });

  it('says which kernels it cannot write, why, and where they stand', () => {
    expect(() => trace((x) => [tf.unique(tf.reshape(x, [4])).values], [square])).toThrow(
      /cannot use the kernel Unique, at .*trace\.test.*: the shape of its result depends on values/,
    );
    expect(() => trace((x) => [tf.multinomial(x as tf.Tensor2D, 3, 1)], [square])).toThrow(
      /Multinomial.*random numbers.*argument/,
    );
    expect(() => trace(() => [tf.tensor(['text'])], [])).toThrow(/cannot hold a string tensor/);
  });

  it('turns a matrix that every round of a loop multiplies by once, before the loop', () => {
    const decode = (x: tf.Tensor, w: tf.Tensor): tf.Tensor[] => {
      const body = ({ i, y }: { i: tf.Tensor; y: tf.Tensor }) => ({
        i: tf.add(i, tf.scalar(1, 'int32')),
        y: tf.matMul(tf.tanh(tf.matMul(y as tf.Tensor2D, w as tf.Tensor2D, false, true)), w, false, true),
      });
      const start: { i: tf.Tensor; y: tf.Tensor } = { i: tf.scalar(0, 'int32'), y: x };
      return [loop(start, ({ i }) => tf.less(i, 3), body).y];
    };
    const { program, results } = trace(
      (x, w) => decode(x as tf.Tensor, w as tf.Tensor),
      [{ shape: [2, 4], dtype: 'float32' }, { shape: [4, 4], dtype: 'float32' }], // prettier-ignore
    );
    const [before, within] = program.text(results).split('stablehlo.while') as [string, string];
    expect(before.match(/stablehlo\.transpose/g)).toHaveLength(1);
    expect(within).not.toContain('stablehlo.transpose');
    expect(within.match(/contracting_dims = \[1\] x \[0\]/g)).toHaveLength(2);
  });

  it('writes the same text for the same function', () => {
    const make = (): string => {
      const { program, results } = trace((x) => [tf.softmax(tf.mul(x, [1, 2]))], [square]);
      return program.text(results);
    };
    expect(make()).toBe(make());
  });
});

describe.skipIf(pluginPath === undefined)('a traced step (needs the plugin of setup xla)', () => {
  let device: Device;
  beforeAll(() => {
    device = openDevice(pluginPath as string);
  });

  /** Traced, compiled and run. */
  function compiled(
    fn: (...tensors: tf.Tensor[]) => tf.Tensor[],
    inputs: readonly tf.Tensor[],
  ): Float32Array[] {
    const parameters = inputs.map(({ shape, dtype }) => ({ shape, dtype: dtype as DType }));
    const { client, options, isProcessor } = device;
    const { program, results } = trace(fn, parameters, isProcessor);
    const executable = client.compile(program.text(results), options);
    const buffers = inputs.map((tensor) =>
      client.put(tensor.dataSync() as Float32Array, tensor.dtype as DType, tensor.shape),
    );
    const outputs = executable.runSync(buffers);
    const read = outputs.map((output) => output.readSync() as Float32Array);
    for (const buffer of [...buffers, ...outputs]) buffer.dispose();
    executable.dispose();
    return read;
  }

  function expectSame(fn: (...tensors: tf.Tensor[]) => tf.Tensor[], inputs: readonly tf.Tensor[]): void {
    const expected = fn(...inputs).map((tensor) => tensor.dataSync());
    compiled(fn, inputs).forEach((numbers, i) => {
      const wanted = expected[i] as Float32Array;
      const size = Math.max(...wanted.map(Math.abs), 1e-3);
      numbers.forEach((x, k) => expect(Math.abs(x - (wanted[k] as number)) / size).toBeLessThan(1e-5));
    });
  }

  it('holds constants that the function brought along, uniform or not, of every type', () => {
    expectSame(
      (x) => [
        tf.add(x, tf.tensor([0.1, -2, 3])),
        tf.where(tf.tensor([1, 0, 1], [3], 'bool'), x, tf.tensor([7, 7, 7])),
        tf.add(tf.cast(x, 'int32'), tf.tensor([1, -2, 3], [3], 'int32')),
      ],
      [tf.tensor([1.5, 2.5, -3.5])],
    );
  });

  it('computes with complex numbers inside', () => {
    expectSame((x) => [tf.abs(tf.spectral.fft(tf.complex(x, tf.neg(x))))], [tf.tensor2d([[1, 2, 4, 8]])]);
  });

  it('multiplies by transposed matrices in a loop, few rows and many', () => {
    for (const rows of [1, 3, 200]) {
      expectSame(
        (x, w) => {
          const state: { i: tf.Tensor; y: tf.Tensor } = { i: tf.scalar(0, 'int32'), y: x as tf.Tensor };
          return [
            loop(
              state,
              ({ i }) => tf.less(i, 3),
              ({ i, y }) => ({
                i: tf.add(i, tf.scalar(1, 'int32')),
                y: tf.tanh(tf.matMul(y as tf.Tensor2D, w as tf.Tensor2D, false, true)),
              }),
            ).y,
          ];
        },
        [tf.randomNormal([rows, 5], 0, 1, 'float32', 1), tf.randomNormal([5, 5], 0, 1, 'float32', 2)],
      );
    }
  });

  it('computes loss and gradients of the language model as the plain engine does', () => {
    const params = tinyParams(tinyConfig);
    const names = Object.keys(params);
    const [B, T] = [2, 5];
    const tokens = tf.tensor2d([1, 4, 2, 7, 3, 5, 5, 1, 0, 2], [B, T], 'int32');
    const mask = tf.tensor2d([1, 1, 1, 1, 1, 0, 1, 1, 1, 1], [B, T]);
    const labels = tf.tensor1d([4, 2, 7, 3, 6, 5, 1, 0, 2, 2], 'int32');
    const step = (...inputs: tf.Tensor[]): tf.Tensor[] => {
      const [ids, attention, targets, ...weights] = inputs as [
        tf.Tensor2D,
        tf.Tensor2D,
        tf.Tensor1D,
        ...tf.Tensor[],
      ];
      const loss = (...values: tf.Tensor[]): tf.Scalar => {
        const named = Object.fromEntries(names.map((name, i) => [name, values[i] as tf.Tensor]));
        const hidden = hiddenStates(named, tinyConfig, ids, attention);
        const logits = lmLogits(named, tinyConfig, tf.reshape(hidden, [B * T, tinyConfig.hiddenSize]));
        return tf.neg(tf.mean(tokenLogprobs(logits, targets))) as tf.Scalar;
      };
      const { value, grads } = tf.valueAndGrads(loss)(weights);
      return [value, ...grads];
    };
    expectSame(step, [tokens, mask, labels, ...names.map((name) => params[name] as tf.Tensor)]);
  });
});
