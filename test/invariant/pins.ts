/** Pinned runs as files: what is kept of a run's metrics, and how a run is held against it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readJsonLines } from '../../lib/files';
import type { Metrics, MetricsRow } from '../../lib/train/metrics';
import { openRunDirectory } from '../../lib/train/run-directory';
import { disposeTree } from '../../lib/tensor/pytree';
import { versions } from '../../lib/train/versions';
import type { PinnedRun } from './runs';

export interface Pin {
  readonly versions: Readonly<Record<string, string>>;
  readonly engine: 'cpu';
  /** One number per step for each of the run's metrics. */
  readonly steps: Readonly<Record<string, readonly number[]>>;
  /** The whole metrics rows of the first, the middle and the last step. */
  readonly rows: readonly MetricsRow[];
}

/** Trains in a folder of its own and reads its metrics, one row per step. */
export async function metricsOf(run: PinnedRun, engine: string, maxSteps = run.steps): Promise<MetricsRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-invariant-'));
  try {
    const directory = await openRunDirectory({
      command: 'invariant',
      out: join(folder, 'run'),
      resume: false,
      config: {},
      inputs: [],
      engine,
    });
    disposeTree(await run.train(directory, maxSteps));
    return await readJsonLines<MetricsRow>(directory.file('metrics.jsonl'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const fileOf = (name: string): string => join(__dirname, `${name}.json`);

export function readPin(name: string): Pin {
  return JSON.parse(readFileSync(fileOf(name), 'utf8')) as Pin;
}

/** One line per metric and row, so that a diff shows which of them moved. */
export function writePin(name: string, { metrics }: PinnedRun, rows: readonly MetricsRow[]): void {
  const kept = [0, Math.floor(rows.length / 2) - 1, rows.length - 1].map((i) => rows[i] as MetricsRow);
  const columns = metrics.map((metric) => `    "${metric}": [${rows.map((row) => row[metric]).join(', ')}]`);
  writeFileSync(
    fileOf(name),
    `{
  "versions": ${JSON.stringify(versions())},
  "engine": "cpu",
  "steps": {
${columns.join(',\n')}
  },
  "rows": [
${kept.map((row) => `    ${JSON.stringify(row)}`).join(',\n')}
  ]
}
`,
  );
}

/** A number that is not the pinned one. */
export interface Departure {
  readonly metric: string;
  readonly step: number;
  readonly pinned: number | undefined;
  readonly got: number | undefined;
}

/**
 * Numbers of a run that depart from the pinned ones; a metric that is missing or new departs too.
 *
 * @param tolerance relative to the pinned number, or to the largest of its metric where `ofLargest`.
 */
export function departures(
  pin: Pin,
  got: readonly MetricsRow[],
  tolerance: number,
  ofLargest = false,
): Departure[] {
  const ours = new Map(got.map((row) => [row.step, row]));
  const departed = (metric: string, step: number, pinned: number | undefined, scale: number): Departure[] => {
    const value = ours.get(step)?.[metric];
    const near = pinned !== undefined && value !== undefined && Math.abs(value - pinned) <= tolerance * scale;
    return near ? [] : [{ metric, step, pinned, got: value }];
  };
  const inSteps = Object.entries(pin.steps).flatMap(([metric, column]) => {
    const largest = Math.max(...column.map(Math.abs));
    return column
      .slice(0, got.length)
      .flatMap((value, i) => departed(metric, i + 1, value, ofLargest ? largest : Math.abs(value)));
  });
  if (ofLargest) return inSteps;
  const inRows = pin.rows.flatMap((row: Metrics & { step: number }) =>
    [...new Set([...Object.keys(row), ...Object.keys(ours.get(row.step) ?? {})])].flatMap((metric) =>
      departed(metric, row.step, row[metric], Math.abs(row[metric] ?? 0)),
    ),
  );
  return [...inSteps, ...inRows];
}
