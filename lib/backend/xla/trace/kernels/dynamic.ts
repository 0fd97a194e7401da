/** Kernels of the kit's own primitives: places that are known only when the program runs, values that are computed once. */
import { input, type Kernels } from '../kernel';

export const dynamicKernels: Kernels = {
  DynamicUpdateSlice: (program, inputs) => {
    const x = input(inputs, 'x');
    const starts = x.shape.map((_, axis) => program.convert(input(inputs, `start${axis}`), 'int32'));
    return program.dynamicUpdateSlice(x, input(inputs, 'update'), starts);
  },
  OptimizationBarrier: (program, inputs) => program.barrier(input(inputs, 'x')),
};
