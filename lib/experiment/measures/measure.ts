/** What a measure of a cell is. */
import type { CellConfig } from '../cells/dialogues';
import type { Measurements } from './measurements';

/** What one measure has to say, by names of its own. */
export type MeasuredPart = Partial<Measurements>;

/** C: configuration of a cell. */
export interface Measure<C extends object = object> {
  /** `__filename` of the module that defines it: its code, and what that imports, is part of what decides its figures. */
  readonly module: string;
  /** Labels of the stages that it reads from. */
  readonly reads: readonly string[];
  /** Measures from the files of those stages alone. */
  measure(config: C, path: (file: string) => string): Promise<MeasuredPart>;
}

/** On the embedded world. */
export type DialogueMeasure = Measure<CellConfig>;
