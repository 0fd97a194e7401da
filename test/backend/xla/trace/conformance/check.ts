/** Compares a kernel, and its gradients, with tfjs's plain engine. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../../../lib/backend';
import { openDevice, type Device } from '../../../../../lib/backend/xla/device';
import type { DType } from '../../../../../lib/backend/xla/trace/value';
import { trace } from '../../../../../lib/backend/xla/trace/trace';
import { pluginPath } from '../../pjrt/plugin-path';
import { Draw, type Case, type DrawCase, type Input } from './draw';

/** Cases for each kernel; more of them find more. */
const runs = Number(process.env['RLHF_KIT_CONFORMANCE_RUNS'] ?? 6);

type Step = (...tensors: tf.Tensor[]) => tf.Tensor[];

/** The kernel's results, then the gradients of a weighted sum of the floats among them. */
function stepOf(kernel: string, { inputs, attributes = {}, hasGradient = true }: Case): Step {
  const names = Object.keys(inputs);
  const run = (tensors: readonly tf.Tensor[]): tf.Tensor[] => {
    const given = '0' in inputs ? tensors : Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
    const results = tf
      .engine()
      .runKernel(kernel, given as tf.NamedTensorMap, { ...attributes } as unknown as tf.NamedAttrMap);
    return [results].flat() as tf.Tensor[];
  };
  const floats = names.flatMap((name, i) => (inputs[name]?.dtype === 'float32' ? [i] : []));
  return (...tensors) => {
    const results = run(tensors);
    const known = (tf.getGradient(kernel) ?? undefined) !== undefined;
    if (!hasGradient || !known || floats.length === 0 || results.every(({ dtype }) => dtype !== 'float32'))
      return results;
    const loss = (...free: tf.Tensor[]): tf.Scalar => {
      const all = tensors.map((tensor, i) => free[floats.indexOf(i)] ?? tensor);
      const parts = run(all).filter(({ dtype }) => dtype === 'float32');
      return tf.addN(parts.map((part) => tf.sum(tf.mul(part, weights(part.shape))))) as tf.Scalar;
    };
    return [...results, ...tf.grads(loss)(floats.map((i) => tensors[i] as tf.Tensor))];
  };
}

function tensorOf({ numbers, shape, dtype }: Input): tf.Tensor {
  if (dtype !== 'complex64') return tf.tensor([...numbers], [...shape], dtype);
  const [real, imaginary] = [0, 1].map((part) => tf.tensor(numbers.filter((_, i) => i % 2 === part), [...shape])) as [tf.Tensor, tf.Tensor]; // prettier-ignore
  return tf.complex(real, imaginary);
}

/** e.g. `Sum(x: float32[2,3]) {"axis":[0]}`. */
function spelt(kernel: string, { inputs, attributes = {} }: Case): string {
  const types = Object.entries(inputs).map(([name, { dtype, shape }]) => `${name}: ${dtype}[${shape}]`);
  return `${kernel}(${types.join(', ')}) ${JSON.stringify(attributes)}`;
}

/** Different for each place, and the same in each run. */
function weights(shape: number[]): tf.Tensor {
  const size = tf.util.sizeFromShape(shape);
  return tf.tensor(Float32Array.from({ length: size }, (_, i) => Math.cos(1 + 0.7 * i)), shape); // prettier-ignore
}

/** What a tensor holds, its complex numbers as two numbers each. */
const contents = (tensor: tf.Tensor): Float32Array => tensor.dataSync() as Float32Array;

/** @param tables cases by kernel. */
export function checkKernels(title: string, tables: Readonly<Record<string, DrawCase>>): void {
  describe.skipIf(pluginPath === undefined)(`${title} (need the plugin of setup xla)`, () => {
    let device: Device;
    beforeAll(async () => {
      await useEngine('cpu');
      device = openDevice(pluginPath as string);
    });

    it.each(Object.entries(tables))('%s', (kernel, drawCase) => {
      const property = fc.property(fc.gen(), (generate) => {
        const drawn = drawCase(new Draw(generate));
        try {
          check(kernel, drawn);
        } catch (error) {
          throw new Error(`${spelt(kernel, drawn)}: ${(error as Error).message}`, { cause: error });
        }
      });
      fc.assert(property, { numRuns: runs, seed: 20, includeErrorInReport: true });
    });

    function check(kernel: string, drawn: Case): void {
      const step = stepOf(kernel, drawn);
      tf.tidy(() => {
        const tensors = Object.values(drawn.inputs).map(tensorOf);
        const expected = step(...tensors);
        const got = compiled(step, tensors);
        expect(got.map(({ type }) => type)).toEqual(expected.map(({ shape, dtype }) => `${dtype}[${shape}]`));
        expected.forEach((tensor, i) => close(got[i]?.numbers as ArrayLike<number>, contents(tensor), i));
      });
    }

    /** The step as one program. */
    function compiled(
      step: Step,
      tensors: readonly tf.Tensor[],
    ): { type: string; numbers: ArrayLike<number> }[] {
      const parameters = tensors.map(({ shape, dtype }) => ({ shape, dtype: dtype as DType }));
      const { client, options, isProcessor } = device;
      const { program, results, hoisted } = trace(step, parameters, isProcessor);
      const executable = client.compile(program.text(results), options);
      const brought = hoisted.map((what) => {
        if ('tensor' in what) throw new Error('a case uses a tensor from outside');
        return client.put(what.numbers, what.dtype, what.shape);
      });
      const buffers = [...tensors.map((tensor) => client.put(contents(tensor), tensor.dtype as DType, tensor.shape)), ...brought]; // prettier-ignore
      const outputs = executable.runSync(buffers);
      const read = outputs.map((output, i) => ({
        type: `${results[i]?.dtype}[${results[i]?.shape}]`,
        numbers: output.readSync(),
      }));
      for (const buffer of [...buffers, ...outputs]) buffer.dispose();
      executable.dispose();
      return read;
    }
  });
}

/** Within a few units in the last place of the largest number: sums are taken in another order, functions are rounded otherwise. */
function close(got: ArrayLike<number>, expected: ArrayLike<number>, result: number): void {
  expect(got.length).toBe(expected.length);
  const finite = Array.from(expected, Math.abs).filter(Number.isFinite);
  const scale = finite.reduce((most, one) => Math.max(most, one), 1);
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [Number(got[i]), Number(expected[i])];
    if (Object.is(a, b) || a === b) continue;
    expect(Math.abs(a - b), `result ${result}, place ${i}: ${a} against ${b}`).toBeLessThanOrEqual(
      5e-6 * scale,
    );
  }
}
