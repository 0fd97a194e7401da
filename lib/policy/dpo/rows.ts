/** Preference pairs in tokens, with what the frozen reference says of them. */
import type * as tf from '@tensorflow/tfjs';
import { sidePrompts } from '../../sides';
import type { Tokenizer } from '../../tokenizer/tokenizer';
import { startProgress } from '../../train/progress';
import { chunk } from '../../train/sampler';
import { encodeRow, type EncodedRow, type SequenceLimits } from '../../train/sequences';
import type { PreferencePair } from '../../types';

/** A pair in tokens. */
export interface PairRow {
  readonly chosen: EncodedRow;
  readonly rejected: EncodedRow;
}

/** A pair as the loss reads it. */
export interface Row extends PairRow {
  /** log π_ref of the whole responses, nats. */
  readonly refChosenLogps: number;
  readonly refRejectedLogps: number;
}

export function encodePair(tokenizer: Tokenizer, pair: PreferencePair, limits: SequenceLimits): PairRow {
  const prompts = sidePrompts(pair);
  return {
    chosen: encodeRow(tokenizer, prompts.chosen, pair.chosen, limits),
    rejected: encodeRow(tokenizer, prompts.rejected, pair.rejected, limits),
  };
}

/** Tokens of the longer side, prompt and response. */
export function longerSide({ chosen, rejected }: PairRow): number {
  const [one, other] = [chosen, rejected].map((row) => row.promptTokens.length + row.responseTokens.length);
  return Math.max(one as number, other as number);
}

/**
 * Reads log π_ref of both sides of pairs, once for the whole run; pairs of like length go together.
 *
 * @param refLogps log π_ref of the chosen responses of some pairs, then of the rejected ones. [2B]
 * @returns by pair.
 */
export function readReference(
  pairs: readonly PairRow[],
  refLogps: (pairs: readonly PairRow[]) => tf.Tensor1D,
  batchSize: number,
): Map<PairRow, Row> {
  const progress = startProgress('dpo: reference', pairs.length, 'pair');
  const rows = new Map<PairRow, Row>();
  const byLength = [...pairs].sort((a, b) => longerSide(a) - longerSide(b));
  for (const part of chunk(byLength, batchSize)) {
    const read = refLogps(part);
    const values = read.dataSync();
    read.dispose();
    part.forEach((pair, i) =>
      rows.set(pair, {
        ...pair,
        refChosenLogps: values[i] as number,
        refRejectedLogps: values[part.length + i] as number,
      }),
    );
    progress.update(rows.size);
  }
  progress.stop();
  return rows;
}
