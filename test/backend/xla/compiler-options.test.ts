import { expect, it } from 'vitest';
import { compilerOptions } from '../../../lib/backend/xla/compiler-options';

it('processors are told what only they do; CUDA where its toolkit is', () => {
  expect(compilerOptions({ isProcessor: true })).toEqual({
    xla_allow_excess_precision: false,
    xla_cpu_enable_fast_min_max: false,
    xla_disable_hlo_passes: 'cse_barrier_expander',
  });
  expect(compilerOptions({ isProcessor: false })).toEqual({ xla_allow_excess_precision: false });
  expect(compilerOptions({ isProcessor: false, toolkit: '/cuda' })).toEqual({
    xla_allow_excess_precision: false,
    xla_gpu_cuda_data_dir: '/cuda',
  });
});
