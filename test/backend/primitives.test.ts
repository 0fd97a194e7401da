import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { barrier, dynamicUpdateSlice, jit, loop, rngBits, stopGradient, useEngine } from '../../lib/backend';
import { hostBits } from '../../lib/backend/threefry';
import { engines } from '../support/engines';

const numbers = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());
const int = (value: number): tf.Scalar => tf.scalar(value, 'int32');

describe.each(engines)('primitives on %s', (engine) => {
  beforeEach(async () => {
    await useEngine(engine);
  });

  /** Powers of two up to a limit, and how many steps that took. */
  const doubled = (start: tf.Tensor, limit: tf.Tensor) =>
    loop(
      { value: start, steps: int(0) as tf.Tensor },
      ({ value }) => tf.less(tf.sum(value), limit),
      ({ value, steps }) => ({ value: tf.mul(value, 2), steps: tf.add(steps, int(1)) }),
    );

  it('loop goes on while its condition holds, in a step and outside of one', () => {
    const step = jit(doubled);
    for (const run of [doubled, step]) {
      const { value, steps } = run(tf.tensor1d([1, 2]), tf.scalar(40));
      expect([numbers(value), numbers(steps), steps.dtype]).toEqual([[16, 32], [4], 'int32']);
      const none = run(tf.tensor1d([50, 2]), tf.scalar(40));
      expect([numbers(none.value), numbers(none.steps)]).toEqual([[50, 2], [0]]);
    }
  });

  it('loop leaves its argument, and nothing else, behind', () => {
    const [start, limit] = [tf.tensor1d([1]), tf.scalar(9)];
    const once = (): void => {
      const { value, steps } = tf.tidy(() => doubled(start, limit));
      tf.dispose([value, steps]);
    };
    once();
    const before = tf.memory().numTensors;
    once();
    expect(tf.memory().numTensors).toBe(before);
    expect(numbers(start)).toEqual([1]);
  });

  it('loop refuses a state that changes its type', () => {
    const grow = (): unknown =>
      loop(
        tf.tensor1d([1]),
        () => tf.scalar(true, 'bool'),
        (x) => tf.concat([x, x]),
      );
    expect(grow).toThrow('loop: tensor 0 of the state must stay float32[1], got float32[2]');
    expect(() => jit(grow)()).toThrow('loop: tensor 0 of the state must stay');
  });

  it('dynamicUpdateSlice writes at a place that only the program knows, moved so far that it fits', () => {
    const x = tf.zeros([2, 4]);
    const write = (at: tf.Tensor): tf.Tensor =>
      dynamicUpdateSlice(x, tf.tensor2d([[1, 2], [3, 4]]), [0, at]); // prettier-ignore
    for (const run of [write, jit(write)]) {
      expect(numbers(run(int(1)))).toEqual([0, 1, 2, 0, 0, 3, 4, 0]);
      expect(numbers(run(int(7)))).toEqual([0, 0, 1, 2, 0, 0, 3, 4]);
      expect(numbers(run(int(-2)))).toEqual([1, 2, 0, 0, 3, 4, 0, 0]);
    }
    const inner = dynamicUpdateSlice(tf.zeros([3, 3]), tf.ones([1, 2]), [int(1), 1]);
    expect(numbers(inner)).toEqual([0, 0, 0, 0, 1, 1, 0, 0, 0]);
    expect(() => dynamicUpdateSlice(x, tf.zeros([3, 4]), [0, 0])).toThrow('update must fit into [2,4]');
  });

  it('barrier changes neither value nor gradient', () => {
    const f = (x: tf.Tensor): tf.Tensor => tf.sum(tf.square(barrier(tf.mul(x, 3))));
    const x = tf.tensor1d([1, -2]);
    expect(numbers(barrier(x))).toEqual([1, -2]);
    expect(numbers(jit((y: tf.Tensor) => tf.grad(f)(y))(x))).toEqual([18, -36]);
  });

  it('rngBits gives the published words, the same in a step and outside of one', () => {
    const key = tf.tensor1d([0x13198a2e, 0x03707344], 'int32');
    const expected = Array.from(hostBits([0x13198a2e, 0x03707344], 6));
    const draw = (given: tf.Tensor1D): tf.Tensor => rngBits(given, [2, 3]);
    expect([numbers(draw(key)), draw(key).shape]).toEqual([expected, [2, 3]]);
    expect(numbers(jit(draw)(key))).toEqual(expected);
    expect(() => rngBits(tf.tensor1d([1, 2]), [2])).toThrow('rngBits: key must be int32[2], got float32[2]');
  });

  it('stopGradient counts as a constant', () => {
    const gradient = tf.grad((x) => tf.sum(tf.mul(x, stopGradient(tf.square(x)))))(tf.tensor1d([2, 3]));
    expect(numbers(gradient)).toEqual([4, 9]);
  });
});
