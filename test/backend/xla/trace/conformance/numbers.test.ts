/** Kernels that work number by number, reductions and matrix products, for shapes drawn at random. */
import { expect, it } from 'vitest';
import { kernels } from '../../../../../lib/backend/xla/trace/kernels';
import { attentionKernels } from '../../../../../lib/backend/xla/trace/kernels/attention';
import { dynamicKernels } from '../../../../../lib/backend/xla/trace/kernels/dynamic';
import { mixedPrecisionKernels } from '../../../../../lib/backend/xla/trace/kernels/mixed-precision';
import { randomKernels } from '../../../../../lib/backend/xla/trace/kernels/random';
import { arrayCases } from './arrays';
import { checkKernels } from './check';
import { elementwiseCases } from './elementwise';
import { reductionCases } from './reductions';
import { windowCases } from './windows';

it('every kernel has a case', () => {
  // test/backend has the kit's own, which tfjs's plain engine lacks.
  const own = Object.keys({
    ...attentionKernels,
    ...dynamicKernels,
    ...randomKernels,
    ...mixedPrecisionKernels,
  });
  const tested = Object.keys({ ...elementwiseCases, ...reductionCases, ...arrayCases, ...windowCases });
  expect(
    Object.keys(kernels)
      .filter((name) => !own.includes(name))
      .sort(),
  ).toEqual(tested.sort());
});

checkKernels('kernels that work number by number', elementwiseCases);
checkKernels('kernels that sum, scan and multiply', reductionCases);
