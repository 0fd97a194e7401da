/** What experiments are made on, and what can be measured of a cell there; each measure needs its stages. */
export const measureNames = {
  dialogues: [
    'filter',
    'reward',
    'bestOfN',
    'dimensions',
    'dpo',
    'ppo',
    'grpo',
    'rloo',
    'dpoDimensions',
    'ppoDimensions',
  ],
  'mt-bench': ['filter', 'agreement'],
  'hh-rlhf': ['helpful', 'harmless'],
} as const;

/** `dialogues` is the embedded world; the others are given data. */
export type DataName = keyof typeof measureNames;
export const dataNames = Object.keys(measureNames) as DataName[];
export type MeasureName<D extends DataName = DataName> = (typeof measureNames)[D][number];
