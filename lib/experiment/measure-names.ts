/** What can be measured of a cell; each needs its steps. */
export const measureNames = ['filter', 'reward', 'bestOfN', 'dpo', 'ppo', 'grpo', 'rloo'] as const;
export type MeasureName = (typeof measureNames)[number];
