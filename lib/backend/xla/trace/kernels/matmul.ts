/** Matrix products. */
import { broadcast_util, util } from '@tensorflow/tfjs';
import { input, type Emitter, type Kernels } from '../kernel';
import type { Program } from '../program';
import type { Value } from '../value';

/** A product of so few rows and a transposed matrix takes five times as long as one of the matrix turned around: processors pack it number by number. */
const fewRows = 128;

function hasFewRows({ shape }: Value, summed: number): boolean {
  const rows = shape[1 - summed] as number;
  return rows > 1 && rows <= fewRows;
}

/** Whether a loop uses a matrix in every round that comes from before it: turning it around is done once. */
function isTurnedOnce(program: Program, x: Value): boolean {
  return program.forProcessor && program.isFromBeforeLoop(x);
}

function turned(program: Program, x: Value): Value {
  // Kept: else the compiler would put the transposition back into the product.
  return program.once(x, 'turned', (matrix) => program.barrier(program.transpose(matrix, [1, 0])));
}

/** Σ_k a[…, i, k]·b[…, k, j], each matrix transposed if asked; the batch axes broadcast. */
export const batchMatMul: Emitter = (program, inputs, attributes) => {
  const [a, b] = [input(inputs, 'a'), input(inputs, 'b')];
  util.assert(a.shape.length >= 2 && b.shape.length >= 2, () =>
    `matMul: a and b must be matrices, got [${a.shape.join()}] and [${b.shape.join()}]`,
  ); // prettier-ignore
  const matrix = ({ shape }: Value): number[] => shape.slice(-2);
  const batch = broadcast_util.assertAndGetBroadcastShape(
    [...a.shape.slice(0, -2)],
    [...b.shape.slice(0, -2)],
  );
  const axes = batch.length;
  const [fullA, fullB] = [
    program.broadcast(a, [...batch, ...matrix(a)]),
    program.broadcast(b, [...batch, ...matrix(b)]),
  ];
  const summedA = axes + (attributes['transposeA'] === true ? 0 : 1);
  const summedB = axes + (attributes['transposeB'] === true ? 1 : 0);
  if (batch.every((extent) => extent === 1)) {
    // One product of two matrices: the form that the compiler does best.
    const flatA = program.reshape(fullA, matrix(a));
    const flatB = program.reshape(fullB, matrix(b));
    const turn = summedB - axes === 1 && hasFewRows(flatA, summedA - axes) && isTurnedOnce(program, flatB);
    const product = turn
      ? program.dot(flatA, turned(program, flatB), 0, summedA - axes, 0)
      : program.dot(flatA, flatB, 0, summedA - axes, summedB - axes);
    return program.reshape(product, [...batch, ...product.shape]);
  }
  return program.dot(fullA, fullB, axes, summedA, summedB);
};

export const matmulKernels: Kernels = { BatchMatMul: batchMatMul };
