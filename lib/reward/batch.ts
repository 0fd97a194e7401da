/** Preference pairs as token batches: one forward pass scores every response of a batch once. */
import * as tf from '@tensorflow/tfjs';
import { paddedLength, paddedRows } from '../backend';
import { coefficients, type Coefficients } from '../tensor/coefficients';
import type { Packing } from '../model/transformer';
import { packSequences } from '../train/packing';
import type { SequenceLimits } from '../train/sequences';
import type { RewardConfig } from './config';
import type { CriterionBatch } from './criteria';
import { countDecided, type RewardRow } from './rows';

/** Token rows, with the places where their sequences end: what a score is read from. */
export type ScoreBatch = {
  /** [B, T] int32 */
  readonly tokens: tf.Tensor2D;
  /** [B, T] 1 = a real token */
  readonly mask: tf.Tensor2D;
  /** Of rows that hold several sequences; absent: a row is one, padded on the right. */
  readonly packing?: Packing;
  /** [N] int32, where in [B·T] the last token of each sequence stands; never inferred from ids, for padding may be the end-of-turn token */
  readonly places: tf.Tensor1D;
};

/** B pairs. A response that several of them share is read once. */
export type RewardBatch = {
  readonly scores: ScoreBatch;
  /** [B] int32, row of the chosen response among the scores */
  readonly chosen: tf.Tensor1D;
  /** [B] int32, row of the rejected one */
  readonly rejected: tf.Tensor1D;
  /** [B] */
  readonly margins: tf.Tensor1D;
  /** [B] */
  readonly weights: tf.Tensor1D;
  /** [B] tokens of the chosen response less those of the rejected one */
  readonly lengthDifferences: tf.Tensor1D;
  /** What an annotator's log-odds gain by a token of length, see debias/length-covariate.ts; 0 when none is fitted. */
  readonly lengthSlope: tf.Scalar;
  /** Pairs in the whole step, microbatches together. */
  readonly count: tf.Scalar;
  readonly coefficients: Coefficients<'scoreL2Coefficient' | 'centerRewardsCoefficient'>;
  /** The same pairs on each criterion of the run; one where there is one score. */
  readonly criteria: readonly CriterionBatch[];
};

/**
 * Pads token rows on the right to a common length; the caller disposes the batch.
 *
 * @param mostRows rows of the largest batch of its kind; the batch may be filled up towards it with rows of padding.
 */
export function scoreBatch(
  rows: readonly (readonly number[])[],
  padTokenId: number,
  { maxPromptTokens, maxResponseTokens }: SequenceLimits,
  mostRows: number,
): ScoreBatch {
  const longest = Math.max(...rows.map((row) => row.length));
  const T = paddedLength(longest, maxPromptTokens + maxResponseTokens);
  const B = paddedRows(rows.length, mostRows);
  const tokens = new Int32Array(B * T).fill(padTokenId);
  const mask = new Float32Array(B * T);
  const places = new Int32Array(B);
  rows.forEach((row, b) => {
    tokens.set(row, b * T);
    mask.fill(1, b * T, b * T + row.length);
    places[b] = b * T + row.length - 1;
  });
  return {
    tokens: tf.tensor2d(tokens, [B, T], 'int32'),
    mask: tf.tensor2d(mask, [B, T]),
    places: tf.tensor1d(places, 'int32'),
  };
}

/** The same with sequences side by side and what they begin with once. */
function packedScoreBatch(
  sequences: readonly (readonly number[])[],
  padTokenId: number,
  width: number,
  mostRows: number,
): ScoreBatch {
  const { tokens, mask, packing, places } = packSequences(sequences, padTokenId, width);
  const last = new Int32Array(paddedRows(sequences.length, mostRows));
  places.forEach((own, i) => (last[i] = own.at(-1) as number));
  return { tokens, mask, packing, places: tf.tensor1d(last, 'int32') };
}

/**
 * Lays pairs out; the caller disposes the batch. With all pairs of a prompt in one batch, K answers take K rows instead of
 * the K·(K − 1) that pairs alone would (Ouyang et al. 2022, section 3.5, arXiv:2203.02155).
 *
 * @param whole all pairs of the step.
 * @param width D of the model.
 * @param lengthSlope log-odds per token.
 */
export function batch(
  rows: readonly RewardRow[],
  whole: readonly RewardRow[],
  padTokenId: number,
  config: RewardConfig,
  width: number,
  lengthSlope = 0,
): RewardBatch {
  const sequences: (readonly number[])[] = [];
  const known = new Map<string, number>();
  const rowOf = (tokens: readonly number[]): number => {
    const key = tokens.join();
    const row = known.get(key) ?? sequences.push(tokens) - 1;
    known.set(key, row);
    return row;
  };
  const { scoreL2Coefficient, centerRewardsCoefficient } = config;
  const chosen = rows.map((row) => rowOf(row.chosen));
  const rejected = rows.map((row) => rowOf(row.rejected));
  return {
    scores: config.paddingFree
      ? packedScoreBatch(sequences, padTokenId, width, 2 * rows.length)
      : scoreBatch(sequences, padTokenId, config, 2 * rows.length),
    chosen: tf.tensor1d(chosen, 'int32'),
    rejected: tf.tensor1d(rejected, 'int32'),
    margins: tf.tensor1d(rows.map((row) => row.margin)),
    weights: tf.tensor1d(rows.map((row) => row.weight)),
    // Both sides begin with the same prompt, so that it does not count.
    lengthDifferences: tf.tensor1d(rows.map((row) => row.chosen.length - row.rejected.length)),
    lengthSlope: tf.scalar(lengthSlope),
    count: tf.scalar(whole.length),
    coefficients: coefficients({ scoreL2Coefficient, centerRewardsCoefficient }),
    criteria: (rows[0]?.verdicts ?? []).map((_, k) => {
      const verdicts = rows.map((row) => row.verdicts[k]);
      const exchanged = verdicts.map((verdict) => verdict === 'rejected');
      const better = exchanged.map((other, i) => (other ? rejected[i] : chosen[i]) as number);
      const worse = exchanged.map((other, i) => (other ? chosen[i] : rejected[i]) as number);
      return {
        better: tf.tensor1d(better, 'int32'),
        worse: tf.tensor1d(worse, 'int32'),
        ...(config.criteria !== undefined && {
          decided: tf.tensor1d(verdicts.map((verdict) => (verdict === 'tie' ? 0 : 1))),
        }),
        count: tf.scalar(countDecided(whole, k)),
      };
    }),
  };
}
