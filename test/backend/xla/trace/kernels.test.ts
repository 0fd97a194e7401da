/** Kernels against tfjs's plain engine, on numbers chosen by hand; conformance/ draws shapes at random for every kernel. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../../lib/backend';
import { openDevice, type Device } from '../../../../lib/backend/xla/device';
import { kernels } from '../../../../lib/backend/xla/trace/kernels';
import type { Attributes } from '../../../../lib/backend/xla/trace/kernel';
import { Program } from '../../../../lib/backend/xla/trace/program';
import type { DType, Value } from '../../../../lib/backend/xla/trace/value';
import { createRng } from '../../../../lib/random';
import { pluginPath } from '../pjrt/plugin-path';

/** An input: its shape, its type, and what its numbers are drawn from or are. */
interface Input {
  readonly shape: number[];
  readonly dtype: DType;
  readonly numbers?: readonly number[] | ((random: number) => number);
}

const float = (shape: number[], numbers?: Input['numbers']): Input => ({
  shape,
  dtype: 'float32',
  ...(numbers && { numbers }),
});
const int = (shape: number[], numbers?: Input['numbers']): Input => ({
  ...float(shape, numbers),
  dtype: 'int32',
});
const bool = (shape: number[]): Input => ({ shape, dtype: 'bool' });
const positive = (random: number): number => 0.1 + 3 * random;

interface Case {
  readonly kernel: string;
  readonly inputs: Readonly<Record<string, Input>>;
  readonly attributes?: Attributes;
}

const shapes = [[], [1], [7], [2, 3], [0, 3], [2, 1, 4]];
/** Pairs that broadcast. */
const pairs: [number[], number[]][] = [
  [[], []],
  [[3], []],
  [[], [2, 3]],
  [
    [2, 3],
    [2, 3],
  ],
  [
    [2, 1, 4],
    [3, 1],
  ],
  [
    [0, 3],
    [1, 3],
  ],
];

const binaryCases = (names: readonly string[], make: (shape: number[]) => Input): Case[] =>
  names.flatMap((kernel) => pairs.map(([a, b]) => ({ kernel, inputs: { a: make(a), b: make(b) } })));
const unaryCases = (names: readonly string[], make: (shape: number[]) => Input): Case[] =>
  names.flatMap((kernel) => shapes.map((shape) => ({ kernel, inputs: { x: make(shape) } })));

const signs = [-7, 7, -8, 8, 0, -1];
const divisors = [3, -3, 2, -4, 5, -1];
const odd = [NaN, Infinity, -Infinity, 0, -1.5, 2.5];

const cases: Case[] = [
  ...binaryCases(
    ['Add', 'Sub', 'Multiply', 'Maximum', 'Minimum', 'SquaredDifference', 'Less', 'GreaterEqual', 'Equal'],
    float,
  ),
  ...binaryCases(['RealDiv', 'Pow'], (shape) => float(shape, positive)),
  ...binaryCases(['Add', 'Sub', 'Multiply', 'Maximum', 'Minimum', 'LessEqual', 'Greater', 'NotEqual'], int),
  ...binaryCases(['LogicalAnd', 'LogicalOr'], bool),
  ...['FloorDiv', 'Mod'].flatMap((kernel) => [
    { kernel, inputs: { a: int([6], signs), b: int([6], divisors) } },
    { kernel, inputs: { a: float([6], signs), b: float([6], divisors) } },
  ]),
  ...unaryCases(
    ['Abs', 'Neg', 'Square', 'Relu', 'Sign', 'Exp', 'Expm1', 'Sigmoid', 'Tanh', 'Sin', 'Cos'],
    float,
  ),
  ...unaryCases(['Floor', 'Ceil', 'Round', 'Softplus', 'IsNan', 'IsFinite', 'IsInf'], float),
  ...unaryCases(['Log', 'Log1p', 'Sqrt', 'Rsqrt', 'Reciprocal'], (shape) => float(shape, positive)),
  ...unaryCases(['Abs', 'Neg', 'Square', 'Relu', 'Sign'], int),
  ...unaryCases(['LogicalNot'], bool),
  ...['IsNan', 'IsFinite', 'IsInf', 'Equal', 'Maximum', 'Less'].map((kernel) => ({
    kernel,
    inputs: kernel.startsWith('Is')
      ? { x: float([6], odd) }
      : { a: float([6], odd), b: float([6], [...odd].reverse()) },
  })),
  { kernel: 'Round', inputs: { x: float([6], [0.5, 1.5, 2.5, -0.5, -1.5, 0.49]) } },
  { kernel: 'Softplus', inputs: { x: float([4], [-100, 100, 0, -20]) } },
  {
    kernel: 'ClipByValue',
    inputs: { x: float([9]) },
    attributes: { clipValueMin: -0.5, clipValueMax: 0.25 },
  },
  { kernel: 'Select', inputs: { condition: bool([2, 3]), t: float([2, 3]), e: float([2, 3]) } },
  ...(['float32', 'int32', 'bool'] as const).flatMap((dtype) => [
    { kernel: 'Cast', inputs: { x: float([5], [-1.7, 0, 0.2, 3.9, 1]) }, attributes: { dtype } },
    { kernel: 'Cast', inputs: { x: int([3], [-2, 0, 1]) }, attributes: { dtype } },
    { kernel: 'Cast', inputs: { x: bool([4]) }, attributes: { dtype } },
  ]),
  ...['Sum', 'Prod', 'Mean', 'Min'].flatMap((kernel) =>
    [undefined, 0, -1, [0, 2]].flatMap((axis) =>
      [false, true].map((keepDims) => ({
        kernel,
        inputs: { x: float([2, 3, 4]) },
        attributes: { ...(axis !== undefined && { axis }), keepDims },
      })),
    ),
  ),
  ...[undefined, 1, [-1, 0]].map((reductionIndices) => ({
    kernel: 'Max',
    inputs: { x: float([2, 3, 4]) },
    attributes: { reductionIndices, keepDims: false },
  })),
  { kernel: 'Sum', inputs: { x: int([2, 3]) }, attributes: { axis: 1, keepDims: false } },
  { kernel: 'Sum', inputs: { x: bool([2, 3]) }, attributes: { axis: 0, keepDims: false } },
  { kernel: 'Sum', inputs: { x: float([0, 3]) }, attributes: { axis: 0, keepDims: false } },
  { kernel: 'All', inputs: { x: bool([2, 3]) }, attributes: { axis: 1, keepDims: false } },
  { kernel: 'Any', inputs: { x: bool([2, 3]) }, attributes: { axis: 1, keepDims: true } },
  ...['Softmax'].flatMap((kernel) => [
    { kernel, inputs: { logits: float([3, 5]) }, attributes: { dim: 1, axis: 1 } },
    { kernel, inputs: { logits: float([2, 3], [1000, 0, -1000, 1, 2, 3]) }, attributes: { dim: 1, axis: 1 } },
  ]),
  ...[0, 1, 2].flatMap((axis) =>
    [false, true].map((flag) => ({
      kernel: 'Cumsum',
      inputs: { x: float([2, 3, 4]) },
      attributes: { axis, exclusive: flag, reverse: axis === 2 },
    })),
  ),
  ...[false, true].flatMap((transposeA) =>
    [false, true].flatMap((transposeB) =>
      [[], [1], [2], [2, 3]].map((batch) => ({
        kernel: 'BatchMatMul',
        inputs: {
          a: float([...batch, ...(transposeA ? [4, 2] : [2, 4])]),
          b: float([...batch, ...(transposeB ? [3, 4] : [4, 3])]),
        },
        attributes: { transposeA, transposeB },
      })),
    ),
  ),
  {
    kernel: 'BatchMatMul',
    inputs: { a: float([2, 3, 4]), b: float([1, 4, 5]) },
    attributes: { transposeA: false, transposeB: false },
  },
  { kernel: 'Reshape', inputs: { x: float([2, 6]) }, attributes: { shape: [3, -1] } },
  ...[0, 1, -1].map((dim) => ({
    kernel: 'ExpandDims',
    inputs: { input: float([2, 3]) },
    attributes: { dim },
  })),
  { kernel: 'Transpose', inputs: { x: float([2, 3, 4]) }, attributes: { perm: [2, 0, 1] } },
  { kernel: 'Slice', inputs: { x: float([3, 4]) }, attributes: { begin: [1, 0], size: [-1, 2] } },
  { kernel: 'Slice', inputs: { x: int([5]) }, attributes: { begin: [2], size: [0] } },
  ...[0, 1].map((axis) => ({
    kernel: 'Concat',
    inputs: { 0: float([2, 2]), 1: float([2, 2]) },
    attributes: { axis },
  })),
  ...[0, 2].map((axis) => ({
    kernel: 'Pack',
    inputs: { 0: int([2, 3]), 1: int([2, 3]) },
    attributes: { axis },
  })),
  ...[0, 1].map((axis) => ({ kernel: 'Unpack', inputs: { value: float([2, 3]) }, attributes: { axis } })),
  { kernel: 'SplitV', inputs: { x: float([2, 6]) }, attributes: { numOrSizeSplits: [1, -1, 2], axis: 1 } },
  { kernel: 'SplitV', inputs: { x: float([4, 2]) }, attributes: { numOrSizeSplits: 2, axis: 0 } },
  { kernel: 'Tile', inputs: { x: float([2, 3]) }, attributes: { reps: [2, 1] } },
  { kernel: 'Tile', inputs: { x: float([1, 3]) }, attributes: { reps: [3, 2] } },
  { kernel: 'Reverse', inputs: { x: float([2, 3]) }, attributes: { dims: [1] } },
  {
    kernel: 'PadV2',
    inputs: { x: float([2, 3]) },
    attributes: {
      paddings: [
        [1, 0],
        [0, 2],
      ],
      constantValue: -1,
    },
  },
  { kernel: 'Fill', inputs: {}, attributes: { shape: [2, 2], value: 0.1, dtype: 'float32' } },
  { kernel: 'Fill', inputs: {}, attributes: { shape: [3], value: -3, dtype: 'int32' } },
  ...[
    { x: [5, 3], indices: [4], axis: 0, batchDims: 0 },
    { x: [2, 5], indices: [3], axis: 1, batchDims: 0 },
    { x: [2, 5, 3], indices: [2, 2], axis: 1, batchDims: 0 },
    { x: [2, 5, 3], indices: [2, 4], axis: 1, batchDims: 1 },
    { x: [4, 5], indices: [4, 1], axis: 1, batchDims: 1 },
  ].map(({ x, indices, axis, batchDims }) => ({
    kernel: 'GatherV2',
    inputs: { x: float(x), indices: int(indices, (random) => Math.floor(random * (x[axis] as number))) },
    attributes: { axis, batchDims },
  })),
  ...[[6], [6, 2]].map((shape) => ({
    kernel: 'UnsortedSegmentSum',
    inputs: { x: float(shape), segmentIds: int([6], [0, 2, 2, 3, 0, 2]) },
    attributes: { numSegments: 4 },
  })),
  {
    kernel: 'OneHot',
    inputs: { indices: int([4], [0, 2, -1, 5]) },
    attributes: { depth: 3, onValue: 2, offValue: -1, dtype: 'float32' },
  },
  {
    kernel: 'OneHot',
    inputs: { indices: int([2, 2], [0, 1, 1, 2]) },
    attributes: { depth: 3, onValue: 1, offValue: 0, dtype: 'int32' },
  },
  ...[
    { start: 0, stop: 12, step: 3, dtype: 'int32' },
    { start: 5, stop: -2, step: -2, dtype: 'int32' },
    { start: 0.5, stop: 2, step: 0.4, dtype: 'float32' },
    { start: 2, stop: 1, step: 1, dtype: 'float32' },
  ].map((attributes) => ({ kernel: 'Range', inputs: {}, attributes })),
  { kernel: 'ZerosLike', inputs: { x: int([2]) } },
  { kernel: 'OnesLike', inputs: { x: float([2]) } },
  { kernel: 'Identity', inputs: { x: float([2]) } },
  ...[
    'Elu',
    'Selu',
    'Relu6',
    'Tan',
    'Asin',
    'Acos',
    'Atan',
    'Sinh',
    'Cosh',
    'Asinh',
    'Acosh',
    'Atanh',
    'Erf',
  ].flatMap((kernel) => [
    { kernel, inputs: { x: float([8], [-3, -1, -0.5, 0, 0.25, 0.9, 1, 2.5]) } },
    { kernel, inputs: { x: float([0, 2]) } },
  ]),
  { kernel: 'EluGrad', inputs: { dy: float([8]), y: float([8]) } },
  { kernel: 'LeakyRelu', inputs: { x: float([2, 4]) }, attributes: { alpha: 0.2 } },
  { kernel: 'Prelu', inputs: { x: float([2, 4]), alpha: float([4]) } },
  { kernel: 'Atan2', inputs: { a: float([2, 4]), b: float([4]) } },
  ...[
    { begin: [1, 0], end: [3, 4], strides: [1, 2] },
    { begin: [-1, 3], end: [-4, 0], strides: [-2, -1] },
    { begin: [0, 0], end: [0, 4], strides: [1, 1] },
    { begin: [1, 1], end: [9, 9], strides: [1, 3], beginMask: 1, endMask: 2 },
    { begin: [1, 2], end: [2, 3], strides: [1, 1], shrinkAxisMask: 1 },
    { begin: [0, 1], end: [0, 3], strides: [1, 1], newAxisMask: 1 },
    { begin: [0, 1], end: [0, 2], strides: [1, 1], ellipsisMask: 1 },
  ].map((attributes) => ({
    kernel: 'StridedSlice',
    inputs: { x: float([4, 5]) },
    attributes: {
      beginMask: 0,
      endMask: 0,
      ellipsisMask: 0,
      newAxisMask: 0,
      shrinkAxisMask: 0,
      ...attributes,
    },
  })),
  { kernel: 'LinSpace', inputs: {}, attributes: { start: -1, stop: 2, num: 7 } },
  { kernel: 'LinSpace', inputs: {}, attributes: { start: 3, stop: 4, num: 1 } },
  { kernel: 'GatherNd', inputs: { params: float([3, 4]), indices: int([2, 2], [0, 3, 2, 1]) } },
  { kernel: 'GatherNd', inputs: { params: float([3, 4, 2]), indices: int([2, 1], [2, 0]) } },
  {
    kernel: 'ScatterNd',
    inputs: { indices: int([3, 1], [0, 2, 0]), updates: float([3, 2]) },
    attributes: { shape: [4, 2] },
  },
  {
    kernel: 'ScatterNd',
    inputs: { indices: int([2, 2], [0, 1, 3, 0]), updates: int([2]) },
    attributes: { shape: [4, 2] },
  },
  { kernel: 'AddN', inputs: { 0: float([2, 3]), 1: float([2, 3]), 2: float([2, 3]) } },
  ...[float([6], odd), int([4]), float([0])].map((x) => ({
    kernel: 'Step',
    inputs: { x },
    attributes: { alpha: x.dtype === 'int32' ? 0 : -0.5 },
  })),
  // NaN is passed over.
  ...['ArgMax', 'ArgMin'].map((kernel) => ({
    kernel,
    inputs: { x: float([4], [0.5, NaN, 3, -2]) },
    attributes: { axis: 0 },
  })),
  { kernel: 'Sign', inputs: { x: float([6], odd) } },
  // Windows that lie outside of the image in part, dilations, channels first.
  ...[
    { strides: [1, 1], pad: 'valid', dilations: [2, 3], dataFormat: 'NHWC', x: [1, 6, 8, 2] },
    { strides: [2, 1], pad: 'same', dilations: [1, 1], dataFormat: 'NHWC', x: [2, 5, 4, 2] },
    { strides: [2, 2], pad: 1, dilations: [1, 1], dataFormat: 'NCHW', x: [1, 2, 5, 5] },
  ].map(({ x, ...attributes }) => ({
    kernel: 'Conv2D',
    inputs: { x: float(x), filter: float([3, 2, 2, 3]) },
    attributes,
  })),
  {
    kernel: 'DepthwiseConv2dNative',
    inputs: { x: float([1, 6, 6, 2]), filter: float([2, 2, 2, 2]) },
    attributes: { strides: [1, 1], pad: 'valid', dilations: [2, 2] },
  },
  ...['MaxPool', 'AvgPool'].map((kernel) => ({
    kernel,
    inputs: { x: float([2, 5, 4, 3]) },
    attributes: { filterSize: [3, 2], strides: [2, 2], pad: 'same' },
  })),
  {
    kernel: 'MaxPool',
    inputs: { x: float([1, 2, 2, 1], [1, NaN, 3, -2]) },
    attributes: { filterSize: 2, strides: 1, pad: 'valid' },
  },
  { kernel: 'Mod', inputs: { a: float([4], [5.5, -5.5, NaN, 1]), b: float([4], [2, 2, 2, Infinity]) } },
  ...['ArgMax', 'ArgMin'].flatMap((kernel) =>
    [
      { x: float([3, 5]), axis: 1 },
      { x: float([3, 5]), axis: 0 },
      // Equal numbers: the first place counts.
      { x: int([2, 4], [3, 3, -1, -1, 0, 2, 2, 0]), axis: 1 },
    ].map(({ x, axis }) => ({ kernel, inputs: { x }, attributes: { axis } })),
  ),
  ...[
    { x: float([2, 6]), k: 3 },
    { x: int([8], [3, 9, 9, -4, 0, 3, 9, 1]), k: 5 },
    { x: float([2, 4]), k: 4 },
  ].map(({ x, k }) => ({ kernel: 'TopK', inputs: { x }, attributes: { k, sorted: true } })),
];

function title({ kernel, inputs, attributes }: Case): string {
  const types = Object.values(inputs).map(({ dtype, shape }) => `${dtype}[${shape.join(',')}]`);
  return `${kernel}(${types.join(', ')})${attributes ? ` ${JSON.stringify(attributes)}` : ''}`;
}

describe.skipIf(pluginPath === undefined)('kernels (need the plugin of setup xla)', () => {
  let device: Device;
  beforeAll(async () => {
    await useEngine('cpu');
    device = openDevice(pluginPath as string);
  });

  it.each(cases.map((one) => [title(one), one] as const))('%s', (_, one) => {
    const tensors = Object.entries(one.inputs).map(([name, input], i) => [name, tensorOf(input, i)] as const);
    const result = tf
      .engine()
      .runKernel(one.kernel, asInputs(one, tensors), { ...one.attributes } as tf.NamedAttrMap);
    const expected = [result].flat() as tf.Tensor[];
    const got = run(one, tensors);
    expect(got.map(({ value }) => [value.shape, value.dtype])).toEqual(
      expected.map(({ shape, dtype }) => [shape, dtype]),
    );
    expected.forEach((tensor, i) => close(got[i]?.data as Float32Array, tensor.dataSync()));
    tf.dispose([...expected, ...tensors.map(([, tensor]) => tensor)]);
  });

  /** The kernel as a program of its own. */
  function run(
    { kernel, attributes = {} }: Case,
    tensors: readonly (readonly [string, tf.Tensor])[],
  ): { value: Value; data: ArrayLike<number> }[] {
    const { client, options, isProcessor } = device;
    const program = new Program(isProcessor);
    const values = tensors.map(
      ([name, { shape, dtype }]) => [name, program.parameter(shape, dtype as DType)] as const,
    );
    const written = kernels[kernel]?.(program, Object.fromEntries(values), attributes);
    const results = [written].flat() as Value[];
    const executable = client.compile(program.text(results), options);
    const inputs = tensors.map(([, tensor]) =>
      client.put(tensor.dataSync() as Float32Array, tensor.dtype as DType, tensor.shape),
    );
    const outputs = executable.runSync(inputs);
    const read = results.map((value, i) => ({
      value,
      data: outputs[i]?.readSync() as Float32Array,
    }));
    for (const buffer of [...inputs, ...outputs]) buffer.dispose();
    executable.dispose();
    return read;
  }
});

describe.skipIf(pluginPath === undefined)(
  'what the plain engine gets wrong (needs the plugin of setup xla)',
  () => {
    beforeAll(async () => {
      await useEngine('xla');
    });

    it('the gradient of a mean under a window counts the numbers that are there', () => {
      // The window of the last place holds one number only.
      const gradient = tf.grad((x) => tf.sum(tf.avgPool(x as tf.Tensor3D, [1, 2], 1, 'same')));
      expect(Array.from(gradient(tf.tensor3d([1, 2, 3], [1, 3, 1])).dataSync())).toEqual([0.5, 1, 1.5]);
    });

    it('the greatest numbers under windows of three axes that are no cubes get their gradient', () => {
      const gradient = tf.grad((x) => tf.sum(tf.maxPool3d(x as tf.Tensor4D, [1, 2, 1], 1, 'same')));
      expect(Array.from(gradient(tf.tensor4d([1, 2], [1, 2, 1, 1])).dataSync())).toEqual([0, 2]);
    });

    it('resized images that are not square get their gradient', () => {
      const gradient = tf.grad((x) => tf.sum(tf.image.resizeBilinear(x as tf.Tensor4D, [2, 2])));
      expect(gradient(tf.zeros([2, 4, 2, 1])).shape).toEqual([2, 4, 2, 1]);
      expect(Array.from(gradient(tf.zeros([1, 4, 2, 1])).dataSync())).toEqual([1, 1, 0, 0, 1, 1, 0, 0]);
    });

    it('a letter that is summed over in one array leaves the other as it is', () => {
      expect(tf.einsum('ij,k->ik', tf.tensor2d([[2, 4]]), tf.tensor1d([3, 5])).arraySync()).toEqual([
        [18, 30],
      ]);
    });
  },
);

/** tfjs takes the inputs of some kernels as a list. */
function asInputs({ kernel }: Case, tensors: readonly (readonly [string, tf.Tensor])[]): tf.NamedTensorMap {
  const isList = ['Concat', 'Pack', 'AddN'].includes(kernel);
  if (isList) return tensors.map(([, tensor]) => tensor) as unknown as tf.NamedTensorMap;
  return Object.fromEntries(tensors);
}

function tensorOf({ shape, dtype, numbers }: Input, seed: number): tf.Tensor {
  const rng = createRng(seed + 1);
  const size = shape.reduce((product, extent) => product * extent, 1);
  const draw = (): number => {
    const random = rng.uniform();
    if (typeof numbers === 'function') return numbers(random);
    if (dtype === 'bool') return Number(random < 0.5);
    return dtype === 'int32' ? Math.floor(random * 7) - 3 : 4 * random - 2;
  };
  const values = Array.isArray(numbers) ? (numbers as number[]) : Array.from({ length: size }, draw);
  return tf.tensor(values, shape, dtype);
}

/** Within a few units in the last place of 32-bit floats: libraries round transcendental functions differently. */
function close(got: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(got.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [Number(got[i]), Number(expected[i])];
    if (Object.is(a, b) || a === b) continue;
    expect(Math.abs(a - b), `place ${i}: ${a} against ${b}`).toBeLessThanOrEqual(
      2e-6 * Math.max(1, Math.abs(b)),
    );
  }
}
