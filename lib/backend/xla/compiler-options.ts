/** XLA's flags that every program is compiled with. */
import { InputError } from '../../errors';
import type { DebugOption } from './pjrt/compile-options';

export type CompilerOptions = Readonly<Record<string, DebugOption>>;

/** What a CUDA device's compiler is told besides. */
export interface CudaFolders {
  /** The folder of CUDA's toolkit where one was found. */
  readonly toolkit: string | undefined;
  /** Where the fastest form of each kernel is remembered, for all programs: to find it is most of compiling. */
  readonly autotuning: string;
}

/**
 * @param device whether it is a processor; for CUDA, its folders.
 * @param own the user's, which win: `RLHF_KIT_XLA_OPTIONS`.
 */
export function compilerOptions(
  { isProcessor, cuda }: { readonly isProcessor: boolean; readonly cuda?: CudaFolders | undefined },
  own: CompilerOptions = {},
): CompilerOptions {
  return {
    // Else a number that is rounded to bfloat16 and back is left as it was.
    xla_allow_excess_precision: false,
    ...(isProcessor && {
      // Else max(NaN, 1) is 1 on a processor, and a loss that became NaN would go unnoticed.
      xla_cpu_enable_fast_min_max: false,
      // Else the barriers that keep values are taken out before they have had their effect. GPUs' compilers take them out late, and have no code for them.
      xla_disable_hlo_passes: 'cse_barrier_expander',
    }),
    // Triton's products are compiled in dozens of forms each, to be timed against each other. cuBLAS's are as fast in large steps.
    ...(cuda !== undefined && { xla_gpu_enable_triton_gemm: false }),
    ...(cuda?.toolkit !== undefined && { xla_gpu_cuda_data_dir: cuda.toolkit }),
    ...(cuda !== undefined && { xla_gpu_per_fusion_autotune_cache_dir: cuda.autotuning }),
    ...own,
  };
}

/**
 * Reads options as they are given in the environment: `xla_gpu_autotune_level=0 xla_gpu_enable_triton_gemm=false`.
 *
 * @throws {InputError} for a word that is none.
 */
export function readCompilerOptions(text: string): CompilerOptions {
  const words = text.split(/\s+/).filter((word) => word !== '');
  return Object.fromEntries(
    words.map((word) => {
      const [, name, value] = /^-{0,2}(xla_\w+)=(.+)$/.exec(word) ?? [];
      if (name === undefined || value === undefined)
        throw new InputError(
          `RLHF_KIT_XLA_OPTIONS must hold XLA's options as xla_name=value with spaces between them, got '${word}'`,
        );
      return [name, optionValue(value)];
    }),
  );
}

function optionValue(value: string): DebugOption {
  if (value === 'true' || value === 'false') return value === 'true';
  return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}
