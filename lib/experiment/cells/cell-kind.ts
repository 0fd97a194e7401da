/** What each kind of data brings: a configuration of its cells, their flow and their measures. */
import type { Flow } from '../../flow/flow';
import type { Measure } from '../measures/measure';
import type { Settings } from '../../settings';

/** C: configuration of a cell, M: names of measures. */
export interface CellKind<C extends object = object, M extends string = string> {
  /** The base with a seed and with settings in it. */
  cellConfig(where: string, seed: number, settings: Settings): C;
  flow(config: C): Flow;
  readonly measures: Readonly<Record<M, Measure<C>>>;
  /** SHA-256 of the data that a cell was computed from. */
  dataHash(config: C, path: (file: string) => string): Promise<string>;
}
