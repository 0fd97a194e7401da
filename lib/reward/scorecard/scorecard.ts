/** The scorecard: everything known about a reward model's quality, as one object for JSON. */
import {
  accuracyByBins,
  accuracyByName,
  goldAccuracy,
  pairAccuracy,
  type Accuracy,
  type AccuracyBin,
  type PairScores,
} from './accuracy';
import { calibration, type Calibration } from './calibration';
import { distribution, distributionByTask, type Distribution } from './distribution';
import { lengthCorrelation, type LengthCorrelation } from './length-correlation';
import type { ScoredResponse } from '../../equal-quality';
import { lengthOnlyAccuracy } from '../debias/length-only';
import { compareWithCeiling, type CeilingComparison } from './noise-ceiling';

/** A labelled pair, scored. */
export interface ScoredPair extends PairScores {
  /** Tokens. */
  readonly chosenLength: number;
  /** Tokens. */
  readonly rejectedLength: number;
  readonly task: string;
  /** How much better the chosen answer is, by the label. */
  readonly labelMargin?: number;
}

export interface ScorecardInput {
  readonly pairs: readonly ScoredPair[];
  /** Responses behind spread and length correlation, with gold where it is known. */
  readonly responses: readonly ScoredResponse[];
  /** Estimated agreement of a perfect judge with the labels, in (½, 1]. */
  readonly noiseCeiling?: number;
}

export interface RewardScorecard {
  readonly accuracy: Accuracy & {
    /** Quantile bins of |r_w − r_l|: the model's own certainty. */
    readonly byScoreMargin: readonly AccuracyBin[];
    /** Quantile bins of the label's margin, where every pair has one. */
    readonly byLabelMargin?: readonly AccuracyBin[];
    /** Quantile bins of chosen − rejected length, tokens: a length-biased model fails where it is negative. */
    readonly byLengthGap: readonly AccuracyBin[];
    readonly byTask: Readonly<Record<string, Accuracy>>;
  };
  /** Accuracy of "the longer answer wins" on the same pairs. */
  readonly lengthOnlyAccuracy: number;
  /** Agreement with gold among responses to one prompt, where gold is known. */
  readonly goldAccuracy?: Accuracy;
  readonly noiseCeiling?: CeilingComparison;
  readonly calibration: Calibration;
  readonly scores: Distribution & { readonly byTask: Readonly<Record<string, Distribution>> };
  readonly scoreLengthCorrelation: LengthCorrelation;
}

/** Bins of a quantity that accuracy is split by. */
const bins = 5;

/**
 * Puts the scorecard together. Numbers that nothing determines are NaN (null in JSON).
 *
 * @example
 * ```ts
 * import { rewardScorecard } from 'rlhf-kit';
 *
 * const task = 'chitChat';
 * const lengths = { chosenLength: 12, rejectedLength: 9, task };
 * const responses = [0.4, -0.1, 0.2].map((score, i) => ({ score, length: 10 + i, promptId: `p${i}`, task }));
 * const pairs = responses.map(({ score }) => ({ chosenScore: score, rejectedScore: 0, ...lengths }));
 * console.log(rewardScorecard({ pairs, responses }).accuracy.accuracy); // 2 of 3
 * ```
 */
export function rewardScorecard({ pairs, responses, noiseCeiling }: ScorecardInput): RewardScorecard {
  const accuracy = pairAccuracy(pairs);
  const withGold = responses.flatMap((row) => (row.gold === undefined ? [] : [{ ...row, gold: row.gold }]));
  return {
    accuracy: {
      ...accuracy,
      byScoreMargin: accuracyByBins(pairs, (pair) => Math.abs(pair.chosenScore - pair.rejectedScore), bins),
      ...(pairs.every((pair) => pair.labelMargin !== undefined) && {
        byLabelMargin: accuracyByBins(pairs, (pair) => pair.labelMargin ?? 0, bins),
      }),
      byLengthGap: accuracyByBins(pairs, (pair) => pair.chosenLength - pair.rejectedLength, bins),
      byTask: accuracyByName(pairs, (pair) => pair.task),
    },
    lengthOnlyAccuracy: lengthOnlyAccuracy(pairs),
    ...(withGold.length > 0 && { goldAccuracy: goldAccuracy(withGold) }),
    ...(noiseCeiling !== undefined && { noiseCeiling: compareWithCeiling(accuracy, noiseCeiling) }),
    calibration: calibration(pairs),
    scores: { ...distribution(responses.map((row) => row.score)), byTask: distributionByTask(responses) },
    scoreLengthCorrelation: lengthCorrelation(responses),
  };
}
