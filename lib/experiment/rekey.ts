/**
 * New keys for rows that earlier code computed. A sample of the rows is computed again, from nothing; when every number is equal, all rows
 * of the experiment get the keys of the code that computes now.
 */
import { isDeepStrictEqual } from 'node:util';
import { computedRows, type Experiment } from './experiment';
import { gridOf, keysOf } from './grid';
import { differentNumbers, recomputeRows, runOfRow, type ComparedNumber } from './recompute';
import { isFailed, writeResults, type ResultRow } from './results';

export interface RekeyOptions {
  /** Folder of the experiment. */
  readonly folder: string;
  /** Where stages are kept meanwhile. */
  readonly root: string;
  /** Rows to compute again. */
  readonly sample: number;
  /** Worker processes; one a core when absent. */
  readonly jobs?: number;
}

export interface Rekeyed {
  readonly experiment: string;
  /** Rows that got new keys. */
  readonly renewed: number;
  /** Rows that had the keys of this code before. */
  readonly current: number;
  /** Rows that were computed again. */
  readonly sampled: readonly string[];
  /** Numbers that are not what they were; then no row gets new keys. */
  readonly different: readonly (ComparedNumber & { readonly row: string })[];
}

/**
 * Writes the keys into `results.jsonl`, unless a number of the sample differs.
 *
 * @throws {InputError} when a row was made with another configuration than `config.json` gives.
 */
export async function rekeyExperiment(
  experiment: Experiment,
  { folder, sample, ...options }: RekeyOptions,
): Promise<Rekeyed> {
  const { config, rows } = experiment;
  const computed = computedRows(experiment);
  // Keys say nothing of the engine.
  const grid = gridOf(config, options.root, computed[0]?.engine ?? '');
  const keys = new Map(
    computed.map((row) => [row, keysOf(runOfRow('experiment rekey', grid, row))] as const),
  );
  const stale = computed.filter((row) => !isDeepStrictEqual(row.keys, keys.get(row)));
  const name = ({ condition, seed }: ResultRow): string => `${condition}, seed ${seed}`;
  const [first, ...more] = sampleRows(stale, sample);
  const again =
    first === undefined ? [] : await recomputeRows('experiment rekey', config, [first, ...more], options);
  const different = again.flatMap((one) =>
    differentNumbers(one).map((compared) => ({ row: name(one.committed), ...compared })),
  );
  const report = {
    experiment: config.name,
    current: computed.length - stale.length,
    sampled: again.map(({ committed }) => name(committed)),
    different,
  };
  if (stale.length === 0 || different.length > 0) return { ...report, renewed: 0 };
  const sampled = new Set(again.map(({ committed }) => committed));
  writeResults(
    folder,
    rows.map((row) =>
      isFailed(row) || !stale.includes(row) ? row : renew(row, keys.get(row), sampled.has(row)),
    ),
  );
  return { ...report, renewed: stale.length };
}

/** What the code of a row was is known from its keys alone. */
function renew(row: ResultRow, keys: ResultRow['keys'], computedAgain: boolean): ResultRow {
  const { renewed, keys: before, codeHash, ...rest } = row as ResultRow & { readonly codeHash?: string };
  void [renewed, before, codeHash];
  return { ...rest, ...(keys && { keys }), ...(!computedAgain && { renewed: true as const }) };
}

/** So many rows, the cheapest of seeds from the first to the last, each of another condition as long as there are any. */
export function sampleRows(rows: readonly ResultRow[], count: number): ResultRow[] {
  const byCost = [...rows].sort((a, b) => a.seconds - b.seconds);
  const seeds = [...new Set(rows.map(({ seed }) => seed))].sort((a, b) => a - b);
  if (count === 1) return byCost.slice(0, 1);
  const chosen: ResultRow[] = [];
  for (let i = 0; i < Math.min(count, rows.length); i++) {
    const seed = seeds[Math.round((i * (seeds.length - 1)) / (count - 1))];
    const open = byCost.filter((row) => !chosen.includes(row));
    const conditions = new Set(chosen.map(({ condition }) => condition));
    const row =
      open.find((one) => one.seed === seed && !conditions.has(one.condition)) ??
      open.find((one) => one.seed === seed) ??
      open[0];
    if (row !== undefined) chosen.push(row);
  }
  return chosen;
}
