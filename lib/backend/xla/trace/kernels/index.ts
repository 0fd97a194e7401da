/** All kernels that the engine can write. */
import type { Kernels } from '../kernel';
import { activationKernels } from './activations';
import { dynamicKernels } from './dynamic';
import { elementwiseKernels } from './elementwise';
import { indexingKernels } from './indexing';
import { matmulKernels } from './matmul';
import { orderingKernels } from './ordering';
import { randomKernels } from './random';
import { reduceKernels } from './reduce';
import { shapeKernels } from './shape';

export const kernels: Kernels = {
  ...elementwiseKernels,
  ...activationKernels,
  ...reduceKernels,
  ...matmulKernels,
  ...shapeKernels,
  ...indexingKernels,
  ...orderingKernels,
  ...dynamicKernels,
  ...randomKernels,
};
