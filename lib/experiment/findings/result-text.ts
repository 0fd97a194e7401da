/** Results as text. */
import { decimal, intervalText, missing } from '../../number-text';
import type { Estimate } from '../statistics/compare-conditions';

/** As many decimals as leave the largest of a metric's values three digits: at least none, at most four. */
export function decimalsFor(values: readonly number[]): number {
  const largest = Math.max(0, ...values.filter(Number.isFinite).map(Math.abs));
  // 0.998 and 1.002 of one metric stand with as many decimals.
  return largest < 0.01 ? 4 : largest < 2 ? 3 : largest < 20 ? 2 : largest < 200 ? 1 : 0;
}

/** `0.73 [0.71, 0.75]`; without an interval the value alone. */
export function estimateText(
  { mean, ci }: Pick<Estimate, 'mean' | 'ci'>,
  format: (value: number) => string,
): string {
  return ci === null ? format(mean) : `${format(mean)} ${intervalText(ci, format)}`;
}

/** `0.012`, `< 0.001`. */
export function pText(p: number | null): string {
  if (p === null) return missing;
  return p < 0.001 ? '< 0.001' : decimal(p, 3);
}

/** Minutes, to the tenth below ten. */
export function minutesText(seconds: number): string {
  const minutes = seconds / 60;
  return decimal(minutes, minutes < 10 ? 1 : 0);
}
