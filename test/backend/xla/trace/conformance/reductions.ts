/** Cases of kernels that take axes away, run along them, or multiply matrices. */
import type { DrawCase, Draw, Input } from './draw';

/** Along some axes, or all where none are named. */
const reduction =
  (draw: (d: Draw, shape: readonly number[]) => Input, full = false): DrawCase =>
  (d) => {
    const shape = full ? d.fullShape() : d.shape();
    const axis = d.axes(shape.length).map((one) => (d.chance() ? one : one - shape.length));
    return { inputs: { x: draw(d, shape) }, attributes: { axis, keepDims: d.chance() } };
  };

/** The largest and smallest numbers must be one each: gradients divide them up where they are more. */
const along =
  (draw: (d: Draw, shape: readonly number[]) => Input): DrawCase =>
  (d) => {
    const shape = d.fullShape(1);
    return { inputs: { x: draw(d, shape) }, attributes: { axis: d.axis(shape.length) } };
  };

const scan =
  (draw: (d: Draw, shape: readonly number[]) => Input): DrawCase =>
  (d) => {
    const shape = d.fullShape(1);
    const axis = d.integer(0, shape.length - 1);
    const attributes = { axis, exclusive: d.chance(), reverse: d.chance() };
    // tfjs's gradient of a running sum is right along the last axis only.
    return { inputs: { x: draw(d, shape) }, attributes, hasGradient: axis === shape.length - 1 };
  };

const matMul: DrawCase = (d) => {
  const batch = d.shape(0, 2);
  const [rows, inner, columns] = d.list(3, 1, 5) as [number, number, number];
  const [transposeA, transposeB] = [d.chance(), d.chance()];
  // tfjs does not sum the gradient over batch axes that were broadcast.
  const hasGradient = d.chance();
  const other = hasGradient ? batch : batch.map((extent) => d.pick([1, extent]));
  const matrix = (a: number, b: number, turned: boolean): number[] => (turned ? [b, a] : [a, b]);
  return {
    inputs: {
      a: d.float([...batch, ...matrix(rows, inner, transposeA)]),
      b: d.float([...other, ...matrix(inner, columns, transposeB)]),
    },
    attributes: { transposeA, transposeB },
    hasGradient,
  };
};

/** tfjs takes the gradient of _FusedMatMul in its op, not in the kernel. */
const fusedMatMul: DrawCase = (d) => {
  const { inputs, attributes } = matMul(d);
  const { a, b } = inputs as { a: Input; b: Input };
  const columns = b.shape.at(attributes?.['transposeB'] === true ? -2 : -1) as number;
  const activation = d.pick(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu', null]);
  return {
    inputs: {
      a: { ...a },
      b: { ...b },
      ...(d.chance() && { bias: d.float([columns]) }),
      ...(activation === 'prelu' && { preluActivationWeights: d.float([columns], 0, 1) }),
    },
    attributes: { ...attributes, activation, leakyreluAlpha: 0.2 },
  };
};

/** Without letters of one array alone that are summed over beside another array: tfjs's plain engine leaves the other one out. */
const einsum: DrawCase = (d) => {
  const extents: Record<string, number> = Object.fromEntries(
    [...'ijkl'].map((letter) => [letter, d.integer(1, 4)]),
  );
  const equation = d.pick([
    'ij->ji', 'ij->', 'ijk->ik', 'ij,jk->ik', 'ij,jk->ki', 'bij,bjk->bik'.replaceAll('b', 'l'), 'ij,ij->', 'i,j->ij',
    'ij,ij->ij', 'ijk,kl->ijl', 'ij,kj->ik', 'ijkl,kl->ij', 'i,->i',
  ]); // prettier-ignore
  const terms = (equation.split('->')[0] as string).split(',');
  const shapes = terms.map((term) => [...term].map((letter) => extents[letter] as number));
  return {
    inputs: Object.fromEntries(shapes.map((shape, i) => [i, d.float(shape)])),
    attributes: { equation },
  };
};

export const reductionCases: Readonly<Record<string, DrawCase>> = {
  Sum: reduction((d, shape) => d.any(shape)),
  Prod: (d) => {
    const { inputs, attributes } = reduction((draw, shape) => draw.any(shape))(d);
    const { x } = inputs as { x: Input };
    const axis = (attributes?.['axis'] as number[]).map((one) => (one < 0 ? one + x.shape.length : one));
    return { inputs: { x }, attributes: { ...attributes, axis } };
  },
  Mean: reduction((d, shape) => d.number(shape), true),
  Max: (d) => {
    const { inputs, attributes } = reduction((draw, shape) => draw.number(shape), true)(d);
    return {
      inputs,
      attributes: { reductionIndices: attributes?.['axis'], keepDims: attributes?.['keepDims'] },
    };
  },
  Min: reduction((d, shape) => d.number(shape), true),
  // Of nothing at all, tfjs's plain engine says that not all of it is true.
  All: reduction((d, shape) => d.bool(shape), true),
  Any: reduction((d, shape) => d.bool(shape), true),
  Softmax: (d) => ({
    inputs: { logits: d.float(d.fullShape(1), -20, 20) },
    attributes: { dim: -1 },
  }),
  Cumsum: scan((d, shape) => d.number(shape)),
  Cumprod: scan((d, shape) => d.number(shape)),
  ArgMax: along((d, shape) => d.number(shape)),
  ArgMin: along((d, shape) => d.number(shape)),
  TopK: (d) => {
    const shape = d.fullShape(1, 3);
    return {
      inputs: { x: d.number(shape) },
      attributes: { k: d.integer(0, shape.at(-1) as number), sorted: true },
    };
  },
  SearchSorted: (d) => {
    const [rows, n, m] = d.list(3, 1, 5) as [number, number, number];
    const { numbers } = d.int([rows * n]);
    const sorted = Array.from({ length: rows }, (_, row) =>
      numbers.slice(row * n, (row + 1) * n).sort((a, b) => a - b),
    );
    return {
      inputs: {
        sortedSequence: { shape: [rows, n], dtype: 'int32', numbers: sorted.flat() },
        values: d.int([rows, m], -7, 7),
      },
      attributes: { side: d.pick(['left', 'right']) },
    };
  },
  BatchMatMul: matMul,
  _FusedMatMul: fusedMatMul,
  Einsum: einsum,
};
