/** XLA's flags that every program is compiled with. */
import type { DebugOption } from './pjrt/compile-options';

/**
 * @param device whether it is a processor; for CUDA, the folder of its toolkit where one was found.
 */
export function compilerOptions({
  isProcessor,
  toolkit,
}: {
  readonly isProcessor: boolean;
  readonly toolkit?: string | undefined;
}): Readonly<Record<string, DebugOption>> {
  return {
    // Else a number that is rounded to bfloat16 and back is left as it was.
    xla_allow_excess_precision: false,
    ...(isProcessor && {
      // Else max(NaN, 1) is 1 on a processor, and a loss that became NaN would go unnoticed.
      xla_cpu_enable_fast_min_max: false,
      // Else the barriers that keep values are taken out before they have had their effect. GPUs' compilers take them out late, and have no code for them.
      xla_disable_hlo_passes: 'cse_barrier_expander',
    }),
    ...(toolkit !== undefined && { xla_gpu_cuda_data_dir: toolkit }),
  };
}
