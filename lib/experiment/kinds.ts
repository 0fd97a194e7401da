/**
 * What experiments are made on, by the name that `data` in their configuration has. A further kind is a folder and a line here; the rest of
 * lib/experiment knows kinds from this list alone.
 */
import { dialogues } from './dialogues/kind';
import { hhRlhf } from './hh-rlhf/kind';
import type { DataKind } from './kind';
import { mtBench } from './mt-bench/kind';

/** `dialogues` is the embedded world; the others are given data. */
export const dataNames = ['dialogues', 'mt-bench', 'hh-rlhf'] as const;
export type DataName = (typeof dataNames)[number];

export const dataKinds: Readonly<Record<DataName, DataKind>> = {
  dialogues,
  'mt-bench': mtBench,
  'hh-rlhf': hhRlhf,
};
