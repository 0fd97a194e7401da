/** Whether a committed row can be had again: the condition is run anew, from nothing, and its numbers are set beside those of the row. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { InputError } from '../errors';
import type { Condition } from './conditions';
import type { ExperimentConfig } from './config';
import { computedRows, type Experiment } from './experiment';
import { markdownTable } from '../markdown-table';
import { compareNumbers, recomputeRows, type ComparedNumber } from './recompute';
import type { ResultRow } from './results';
import { spreadWithinConditions } from './statistics/compare-conditions';

export interface VerifyOptions {
  /** All rows of the experiment that hold results, as committed. */
  readonly rows: readonly ResultRow[];
  readonly row: ResultRow;
  readonly engine?: string;
  /** Worker processes; one a core when absent. */
  readonly jobs?: number;
}

/** What the command prints. */
export interface Verification {
  readonly experiment: string;
  readonly condition: string;
  readonly seed: number;
  /** Whether the keys of stages and measures are those of the row; unknown of a row without keys. */
  readonly sameCode: boolean | 'unknown';
  /** Whether engine, processor and threads are those of the row. */
  readonly sameProcessor: boolean;
  readonly figures: number;
  readonly equal: number;
  /** The number that is farthest from the committed one; none when all are equal. */
  readonly worst: ComparedNumber | null;
}

/** A number with how far from the committed one it may lie. */
export interface VerifiedNumber extends ComparedNumber {
  readonly tolerance: number;
}

export interface Verified {
  readonly verification: Verification;
  readonly numbers: readonly VerifiedNumber[];
  /** Numbers that lie too far from the committed ones. */
  readonly outside: readonly VerifiedNumber[];
}

/**
 * The row that takes the least time to compute again.
 *
 * @param condition only rows of this condition; any when absent.
 * @throws {InputError} when there is none.
 */
export function cheapestRow(experiment: Experiment, condition?: Condition): ResultRow {
  const { config } = experiment;
  const whole = computedRows(experiment).filter(
    (row) => condition === undefined || row.condition === condition.name,
  );
  if (whole.length === 0)
    throw new InputError(
      `experiment verify: ${config.name} has no results${condition === undefined ? '' : ` of condition '${condition.name}'`}; run it first`,
    );
  return whole.reduce((least, row) => (row.seconds < least.seconds ? row : least));
}

/**
 * Runs the condition of a row again. Where the keys of its code, the engine, the processor and its threads are those of the row, every number
 * must be equal. Else sums round differently and samples part, so that it is another run of the same experiment: numbers must then lie as
 * near as seeds do, |now − committed| ≤ max(5 s, 10% of the committed, 0.05), s being the standard deviation of seeds within a condition, over all
 * conditions: 5 s is 3.5 standard deviations of a difference between two seeds.
 *
 * @throws {InputError} when the row was made with another configuration than `config.json` gives.
 */
export async function verifyRow(
  experiment: ExperimentConfig,
  { rows, row, ...options }: VerifyOptions,
): Promise<Verified> {
  const root = mkdtempSync(join(tmpdir(), 'rlhf-kit-verify-'));
  try {
    const [again] = await recomputeRows('experiment verify', experiment, [row], { root, ...options });
    if (again === undefined) throw new Error(`experiment verify: no result of ${row.condition}`);
    const { now } = again;
    const sameCode =
      row.keys === undefined
        ? 'unknown'
        : isDeepStrictEqual(now.keys, row.keys) && now.dataHash === row.dataHash;
    const sameProcessor = now.engine === row.engine && isDeepStrictEqual(now.processor, row.processor);
    const exact = sameCode === true && sameProcessor;
    const numbers = compareNumbers(again).map((compared) => ({
      ...compared,
      tolerance: exact ? 0 : toleranceOf(compared, rows),
    }));
    const distance = ({ committed, now: value }: ComparedNumber): number => Math.abs(value - committed);
    const unequal = numbers.filter(({ committed, now: value }) => value !== committed);
    const [worst = null] = unequal.sort((a, b) => rank(distance(b)) - rank(distance(a)));
    return {
      verification: {
        experiment: experiment.name,
        condition: row.condition,
        seed: row.seed,
        sameCode,
        sameProcessor,
        figures: numbers.length,
        equal: numbers.length - unequal.length,
        worst: worst && { metric: worst.metric, committed: worst.committed, now: worst.now },
      },
      numbers,
      outside: numbers.filter((compared) => !(distance(compared) <= compared.tolerance)),
    };
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** A number that is missing is farther than any. */
function rank(distance: number): number {
  return Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance;
}

function toleranceOf({ metric, committed }: ComparedNumber, rows: readonly ResultRow[]): number {
  return Math.max(5 * spreadWithinConditions(rows, metric), 0.1 * Math.abs(committed), 0.05);
}

/** Every number with what it was and how far it may lie, and what had to be the same. */
export function verificationTable({ verification, numbers }: Verified): string {
  const { experiment, condition, seed, sameCode, sameProcessor } = verification;
  const code = sameCode === 'unknown' ? 'unknown, the row has no keys' : sameCode ? 'the same' : 'changed';
  const rows = numbers.map(({ metric, committed, now, tolerance }) => [
    metric,
    `${committed}`,
    `${now}`,
    `${Number((now - committed).toPrecision(3))}`,
    `${Number(tolerance.toPrecision(3))}`,
  ]);
  return [
    `${experiment}, ${condition}, seed ${seed}; code: ${code}; processor: ${sameProcessor ? 'the same' : 'another'}`,
    '',
    markdownTable(
      ['metric', 'committed', 'now', 'difference', 'tolerance'].map((head, i) => ({
        head,
        align: i === 0 ? 'left' : 'right',
      })),
      rows,
    ),
  ].join('\n');
}
