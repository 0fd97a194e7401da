/** All kernels that the engine can write. */
import type { Kernels } from '../kernel';
import { activationKernels } from './activations';
import { attentionKernels } from './attention';
import { blockKernels } from './blocks';
import { complexKernels } from './complex';
import { convolutionKernels } from './convolution';
import { cropKernels } from './crop';
import { cumulativeKernels } from './cumulative';
import { dynamicKernels } from './dynamic';
import { einsumKernels } from './einsum';
import { elementwiseKernels } from './elementwise';
import { fusedKernels } from './fused';
import { imageKernels } from './image';
import { indexingKernels } from './indexing';
import { matmulKernels } from './matmul';
import { normalizationKernels } from './normalization';
import { mixedPrecisionKernels } from './mixed-precision';
import { orderingKernels } from './ordering';
import { poolingKernels } from './pooling';
import { randomKernels } from './random';
import { reduceKernels } from './reduce';
import { scatterKernels } from './scatter';
import { shapeKernels } from './shape';

export const kernels: Kernels = {
  ...elementwiseKernels,
  ...activationKernels,
  ...reduceKernels,
  ...cumulativeKernels,
  ...matmulKernels,
  ...mixedPrecisionKernels,
  ...attentionKernels,
  ...einsumKernels,
  ...convolutionKernels,
  ...fusedKernels,
  ...poolingKernels,
  ...normalizationKernels,
  ...imageKernels,
  ...cropKernels,
  ...complexKernels,
  ...shapeKernels,
  ...blockKernels,
  ...indexingKernels,
  ...scatterKernels,
  ...orderingKernels,
  ...dynamicKernels,
  ...randomKernels,
};
