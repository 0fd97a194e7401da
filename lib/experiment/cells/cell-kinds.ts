/** What experiments are made on, by the name that `data` in their configuration has. */
import type { CellConfig } from './dialogues';
import type { CellKind } from './cell-kind';
import { hashOfWorld } from './data-hash';
import { hhRlhf } from './hh-rlhf';
import { dialogueMeasures } from '../measures/dialogue-measures';
import type { DataName, MeasureName } from '../measures/measure-names';
import { mtBench } from './mt-bench';
import { cellConfig } from './settings';
import { cellSteps } from '../steps/cell-steps';

const dialogues: CellKind<CellConfig, MeasureName<'dialogues'>> = {
  cellConfig,
  steps: cellSteps,
  measures: dialogueMeasures,
  dataHash: (_, kept) => hashOfWorld(kept.folder('world')),
};

export const cellKinds: Readonly<Record<DataName, CellKind>> = {
  dialogues,
  'mt-bench': mtBench,
  'hh-rlhf': hhRlhf,
};
