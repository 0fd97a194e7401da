import { expect, it } from 'vitest';
import { compilerOptions, readCompilerOptions } from '../../../lib/backend/xla/compiler-options';

it('processors are told what only they do; CUDA where its toolkit is', () => {
  expect(compilerOptions({ isProcessor: true })).toEqual({
    xla_allow_excess_precision: false,
    xla_cpu_enable_fast_min_max: false,
    xla_disable_hlo_passes: 'cse_barrier_expander',
  });
  expect(compilerOptions({ isProcessor: false })).toEqual({ xla_allow_excess_precision: false });
  const cuda = { toolkit: '/cuda', autotuning: '/cache/autotuning' };
  expect(compilerOptions({ isProcessor: false, cuda })).toEqual({
    xla_allow_excess_precision: false,
    xla_gpu_enable_triton_gemm: false,
    xla_gpu_cuda_data_dir: '/cuda',
    xla_gpu_per_fusion_autotune_cache_dir: '/cache/autotuning',
  });
  expect(compilerOptions({ isProcessor: false, cuda: { ...cuda, toolkit: undefined } })).not.toHaveProperty(
    'xla_gpu_cuda_data_dir',
  );
});

it('the user’s options win', () => {
  const own = readCompilerOptions(
    ' xla_allow_excess_precision=true  --xla_gpu_autotune_level=0 xla_a=b=c xla_d=0.5 ',
  );
  expect(own).toEqual({
    xla_allow_excess_precision: true,
    xla_gpu_autotune_level: 0,
    xla_a: 'b=c',
    xla_d: 0.5,
  });
  expect(compilerOptions({ isProcessor: false }, own)['xla_allow_excess_precision']).toBe(true);
});

it.each(['xla_gpu_autotune_level', 'autotune=0', 'xla_a='])('%s is refused', (text) => {
  expect(() => readCompilerOptions(`xla_b=1 ${text}`)).toThrow(
    `RLHF_KIT_XLA_OPTIONS must hold XLA's options as xla_name=value with spaces between them, got '${text}'`,
  );
});
