/** What each kind of data brings: a configuration of its cells, their steps and their measures. */
import type { KeptSteps } from '../../pipeline/kept-steps';
import type { Step } from '../../pipeline/run-steps';
import type { Measurements } from '../measures/measurements';
import type { Settings } from './settings';

/** C: configuration of a cell, M: names of measures. */
export interface CellKind<C extends object = object, M extends string = string> {
  /** The base with a seed and with settings in it. */
  cellConfig(where: string, seed: number, settings: Settings): C;
  /** In order. */
  steps(config: C, out: (path: string) => string): Step[];
  /** The steps that each measure reads from. */
  readonly measuredSteps: Readonly<Record<M, readonly string[]>>;
  measureCell(config: C, names: readonly M[], path: (file: string) => string): Promise<Measurements>;
  /** SHA-256 of the data that a cell was computed from. */
  dataHash(config: C, kept: KeptSteps): Promise<string>;
}
