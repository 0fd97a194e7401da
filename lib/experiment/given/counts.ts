/** Checks of settings that count something. */
import { InputError } from '../../errors';

/** @throws {InputError} for values of these names that count nothing. */
export function requireCounts(where: string, counts: Readonly<Record<string, number>>): void {
  for (const [path, count] of Object.entries(counts))
    if (!Number.isInteger(count) || count < 1)
      throw new InputError(`${where}: ${path} must be an integer ≥ 1, got ${count}`);
}
