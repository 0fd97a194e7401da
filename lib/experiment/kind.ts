/** What each kind of data brings: a configuration of its conditions, their flow and their measures. */
import type { Flow } from '../flow/flow';
import type { Settings } from '../settings';
import type { Measure } from './measure';

/** C: configuration of a condition. */
export interface DataKind<C extends object = object> {
  /** The base with a seed and with settings in it. */
  conditionConfig(where: string, seed: number, settings: Settings): C;
  flow(config: C): Flow;
  /** By the name that `measures` in an experiment's configuration has. */
  readonly measures: Readonly<Record<string, Measure<C>>>;
  /** SHA-256 of the data that a condition was computed from. */
  dataHash(config: C, path: (file: string) => string): Promise<string>;
}
