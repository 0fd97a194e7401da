/** Values of a table's column as text: numbers of one column with the same number of decimals, so that their points stand in line. */
import { decimal, missing } from '../number-text';

export interface ColumnText {
  /** Numbers stand right, everything else left. */
  readonly align: 'left' | 'right';
  readonly cells: readonly string[];
}

const mostDecimals = 6;

export function columnText(values: readonly unknown[]): ColumnText {
  const numbers = values.filter((value): value is number => typeof value === 'number');
  const isNumeric =
    numbers.length > 0 && values.every((value) => typeof value === 'number' || isMissing(value));
  if (!isNumeric) return { align: 'left', cells: values.map(plainText) };
  const decimals = decimalsOf(numbers.filter(Number.isFinite));
  return {
    align: 'right',
    cells: values.map((value) => (isMissing(value) ? missing : decimal(value as number, decimals))),
  };
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined;
}

/** None for whole numbers, else as many as show three digits of a middling one, and one below a thousand. */
function decimalsOf(numbers: readonly number[]): number {
  if (numbers.every(Number.isInteger)) return 0;
  const sizes = numbers.map(Math.abs).filter((size) => size > 0);
  const middle = sizes.sort((a, b) => a - b)[sizes.length >> 1] as number;
  const least = middle < 1000 ? 1 : 0;
  return Math.min(mostDecimals, Math.max(least, 2 - Math.floor(Math.log10(middle))));
}

function plainText(value: unknown): string {
  if (isMissing(value)) return missing;
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
