/** What experiments are made on, by the name that `data` in their configuration has. */
import type { CellConfig } from './dialogues';
import type { CellKind } from './cell-kind';
import { hashOfWorld } from './data-hash';
import { hhRlhf } from './hh-rlhf';
import { dialogueMeasures } from '../measures/dialogue-measures';
import type { DataName, MeasureName } from '../measures/measure-names';
import { mtBench } from './mt-bench';
import { cellConfig } from './cell-config';
import { dialogueFlow } from '../stages/dialogue-flow';

const dialogues: CellKind<CellConfig, MeasureName<'dialogues'>> = {
  cellConfig,
  flow: dialogueFlow,
  measures: dialogueMeasures,
  dataHash: (_, path) => hashOfWorld(path('world')),
};

export const cellKinds: Readonly<Record<DataName, CellKind>> = {
  dialogues,
  'mt-bench': mtBench,
  'hh-rlhf': hhRlhf,
};
