/** Results of an experiment: one row per condition and seed, as lines of `results.jsonl`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonLines, writeJsonLines } from '../files';

/** What a row says wherever it came from: which condition, which seed, and what has to be equal for its numbers to be. */
interface RowOrigin {
  /** Name of the condition: its settings, e.g. `filter=both noise=high`. */
  readonly condition: string;
  readonly seed: number;
  /** The setting of every axis, by the axis' name. */
  readonly config: Readonly<Record<string, string>>;
  /** SHA-256 of the whole resolved configuration of the condition, seed included. */
  readonly configHash: string;
  readonly engine: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Threads of the process that computed, and its processor: both decide how sums round. */
  readonly processor: { readonly model: string; readonly threads: number };
}

/** Hashes of what decides the numbers of a row, whatever computes them. */
export interface RowKeys {
  /** Of each stage behind the condition: its code, its configuration, the keys of the stages that it reads from. */
  readonly stages: Readonly<Record<string, string>>;
  /** Of each measure: its code, the configuration of the condition, the keys of the stages that it reads from. */
  readonly measures: Readonly<Record<string, string>>;
}

/** A condition that was computed with a seed. */
export interface ResultRow extends RowOrigin {
  /** SHA-256 of the data that the condition was computed from: the world's files, or the given ones. */
  readonly dataHash: string;
  /** Of what computed it; unknown of rows from before there were keys. */
  readonly keys?: RowKeys;
  /**
   * Earlier code computed the numbers, and the keys are of code that gave equal ones on a sample of the experiment's rows: see
   * `experiment rekey`.
   */
  readonly renewed?: true;
  /** By name, e.g. `reward.goldAccuracy`, `ppo.winMinusLoss`. */
  readonly metrics: Readonly<Record<string, number>>;
  /**
   * What some of the metrics are the mean of: one number a prompt, in the same order in every condition of a seed, so that conditions can be
   * compared prompt by prompt.
   */
  readonly prompts: Readonly<Record<string, readonly number[]>>;
  /** The course of policies in training, by name: what over-optimisation is read from. */
  readonly curves?: Readonly<Record<string, readonly CurvePoint[]>>;
  /** Seconds of the stages behind the condition, those it shares with other conditions included. */
  readonly seconds: number;
}

/** A policy somewhere on its way from the SFT model. */
export interface CurvePoint {
  readonly step: number;
  /** Mean log-ratio to the SFT model, nats a response. */
  readonly kl: number;
  /** Mean score by the reward model that the policy learns from. */
  readonly proxy: number;
  /** Mean verdict of the gold judge. */
  readonly gold: number;
}

/** A condition that could not be computed with a seed. */
export interface FailedRow extends RowOrigin {
  readonly error: string;
  /** Where the stage that failed wrote what it had to say. */
  readonly log: string;
}

export type Row = ResultRow | FailedRow;

export function isFailed(row: Row): row is FailedRow {
  return 'error' in row;
}

/** Path of the results in an experiment's folder. */
function resultsFile(folder: string): string {
  return join(folder, 'results.jsonl');
}

/** All rows of an experiment; none when it never ran. */
export async function readResults(folder: string): Promise<Row[]> {
  const path = resultsFile(folder);
  return existsSync(path) ? readJsonLines<Row>(path) : [];
}

/** Writes the rows, whole or not at all. */
export function writeResults(folder: string, rows: readonly Row[]): void {
  writeJsonLines(resultsFile(folder), rows);
}
