import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it } from 'vitest';
import { jit, useEngine } from '../../lib/backend';
import { runEagerly, setJit, type Jit } from '../../lib/backend/jit';
import { engines } from '../support/engines';

interface State {
  readonly w: tf.Tensor;
  readonly step: tf.Tensor;
}

describe.each(engines)('jit on %s', (engine) => {
  it('gives the function’s result and keeps the number of tensors when the state is donated', async () => {
    await useEngine(engine);
    const step = jit(
      (state: State, batch: tf.Tensor) => ({
        state: { w: tf.sub(state.w, tf.mul(0.5, tf.mean(batch, 0))), step: tf.add(state.step, 1) },
        loss: tf.sum(tf.square(tf.sub(batch, state.w))),
      }),
      { donate: [0] },
    );
    let state: State = { w: tf.zeros([2]), step: tf.scalar(0) };
    const batch = tf.tensor2d([
      [1, 2],
      [3, 4],
    ]);
    const before = tf.memory().numTensors;
    for (let i = 0; i < 5; i++) {
      const result = step(state, batch);
      state = result.state;
      result.loss.dispose();
      expect(tf.memory().numTensors).toBe(before);
    }
    // 5 steps of −½·mean = (−1, −1.5).
    expect(Array.from(state.w.dataSync())).toEqual([-5, -7.5]);
    expect(state.step.dataSync()[0]).toBe(5);
    expect(batch.isDisposed).toBe(false);
    tf.dispose([state.w, state.step, batch]);
  });
});

describe('jit', () => {
  afterEach(() => setJit(runEagerly));

  it('keeps a donated tensor that is returned, and arguments that are not donated', async () => {
    await useEngine('cpu');
    const [kept, used, other] = [tf.scalar(1), tf.scalar(2), tf.scalar(3)];
    const step = jit((state: tf.Tensor[], more: tf.Tensor) => [state[0] as tf.Tensor, tf.add(1, more)], {
      donate: [0],
    });
    const [same, sum] = step([kept, used], other);
    expect(same).toBe(kept);
    expect(sum?.dataSync()[0]).toBe(4);
    expect([kept.isDisposed, used.isDisposed, other.isDisposed]).toEqual([false, true, false]);
    tf.dispose([kept, other, sum as tf.Tensor]);
  });

  it('hands a step to the engine that computes when it is called, once', async () => {
    await useEngine('cpu');
    const made: number[][] = [];
    const compiling: Jit = (fn, { donate = [] } = {}) => {
      made.push([...donate]);
      return runEagerly(fn);
    };
    const double = jit((x: tf.Tensor) => tf.mul(x, 2), { donate: [0] });
    const x = tf.scalar(4);
    setJit(compiling);
    expect(double(x).dataSync()[0]).toBe(8);
    expect(double(x).dataSync()[0]).toBe(8);
    expect(made).toEqual([[0]]);
    await useEngine('cpu');
    double(x);
    expect(x.isDisposed).toBe(true);
  });
});
