/** Values of a table's column as text: numbers of one column with the same number of decimals, so that their points stand in line. */

export interface ColumnText {
  /** Numbers stand right, everything else left. */
  readonly align: 'left' | 'right';
  readonly cells: readonly string[];
}

/** What stands where there is no value. */
const missing = '–';

const mostDecimals = 6;

export function columnText(values: readonly unknown[]): ColumnText {
  const numbers = values.filter((value): value is number => typeof value === 'number');
  const isNumeric =
    numbers.length > 0 && values.every((value) => typeof value === 'number' || isMissing(value));
  if (!isNumeric) return { align: 'left', cells: values.map(plainText) };
  const decimals = decimalsOf(numbers.filter(Number.isFinite));
  return {
    align: 'right',
    cells: values.map((value) => (isMissing(value) ? missing : numberText(value as number, decimals))),
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

function numberText(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return String(value).replace('-', '−');
  // What rounds to nothing has no sign.
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

function plainText(value: unknown): string {
  if (isMissing(value)) return missing;
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
