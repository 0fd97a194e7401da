/** Operations that run together: those of a program itself, or of a loop's round within it. */
import type { Written } from './module-text';
import type { Value } from './value';

export interface Region {
  readonly lines: Written[];
  /** Values that are made in it. */
  readonly names: Set<string>;
  /** What is made of one value alone and is written only once. */
  readonly derived: Map<string, Value>;
}

export function region(names: readonly string[] = []): Region {
  return { lines: [], names: new Set(names), derived: new Map() };
}
