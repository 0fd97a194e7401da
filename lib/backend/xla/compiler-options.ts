/** XLA's flags that every program is compiled with. */
import type { DebugOption } from './pjrt/compile-options';

export const compilerOptions: Readonly<Record<string, DebugOption>> = {
  // Else max(NaN, 1) is 1 on a processor, and a loss that became NaN would go unnoticed.
  xla_cpu_enable_fast_min_max: false,
  // Else a number that is rounded to bfloat16 and back is left as it was.
  xla_allow_excess_precision: false,
  // Else the barriers that keep values are taken out before they have had their effect.
  xla_disable_hlo_passes: 'cse_barrier_expander',
};
