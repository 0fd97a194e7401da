/** Products with operands and result in bfloat16; the compiler sums in float32. */
import { input, type Emitter, type Kernels } from '../kernel';
import type { Value } from '../value';
import { batchMatMul } from './matmul';

const bfloat16MatMul: Emitter = (program, inputs, attributes) => {
  // A model's weights are rounded once before a loop, not in every round.
  const narrow = (name: string): Value =>
    program.once(input(inputs, name), 'bfloat16', (x) => program.convert(x, 'bfloat16'));
  const product = batchMatMul(program, { a: narrow('a'), b: narrow('b') }, attributes) as Value;
  return program.convert(product, 'float32');
};

export const mixedPrecisionKernels: Kernels = { Bfloat16MatMul: bfloat16MatMul };
