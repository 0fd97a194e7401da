/** Metrics of a run: one JSON object a line, under TRL's names, appended as the run goes. */
import { appendFileSync, existsSync } from 'node:fs';
import { readText, writeFileAtomically } from '../files';

export type Metrics = Record<string, number>;

export interface MetricsRow extends Metrics {
  step: number;
}

export interface MetricsLog {
  append(row: MetricsRow): void;
}

/**
 * Opens the metrics file of a run.
 *
 * @param keepUntil rows of later steps are removed: after a kill, the steps since the last checkpoint run again.
 */
export async function openMetricsLog(path: string, keepUntil: number): Promise<MetricsLog> {
  if (existsSync(path)) {
    writeFileAtomically(path, keptLines(readText(path), keepUntil));
  }
  return { append: (row) => appendFileSync(path, `${JSON.stringify(rounded(row))}\n`) };
}

function keptLines(text: string, keepUntil: number): string {
  // A kill may have cut the last line short: only lines that end count, and later ones are computed again.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line !== '' && (JSON.parse(line) as MetricsRow).step <= keepUntil)
    .map((line) => `${line}\n`)
    .join('');
}

/** Nine significant digits: all that float32 holds, without the noise of its decimal expansion. */
function rounded(row: MetricsRow): MetricsRow {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, Number(value.toPrecision(9))]),
  ) as MetricsRow;
}

/** Where a run has got to, not a measurement: of several rows the last counts. */
const positions = ['num_tokens', 'epoch'];

/** Mean of each key over several rows (a key counts in the rows that have it); of `num_tokens` and `epoch` the last. */
export function meanMetrics(rows: readonly Metrics[]): Metrics {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const row of rows) {
    for (const [key, value] of Object.entries(row)) {
      const entry = sums.get(key) ?? { sum: 0, count: 0 };
      sums.set(key, { sum: entry.sum + value, count: entry.count + 1 });
    }
  }
  const means = Object.fromEntries([...sums].map(([key, { sum, count }]) => [key, sum / count]));
  for (const key of positions) {
    const last = rows.findLast((row) => key in row);
    if (last !== undefined) means[key] = last[key] as number;
  }
  return means;
}
