/** Calibration: whether pairs that the model is 80% sure of are right 80% of the time. */
import { sum } from 'simple-statistics';
import type { PairScores } from './accuracy';

export interface ReliabilityBin {
  /** Bounds of the predicted probability; the upper one belongs to the next bin (1 to the last). */
  readonly from: number;
  readonly to: number;
  readonly n: number;
  /** Mean predicted probability that the first response is preferred. */
  readonly confidence: number;
  /** Share of cases in which it was. */
  readonly frequency: number;
}

export interface Calibration {
  /** Expected calibration error, Σ n_b/N · |frequency − confidence|. */
  readonly ece: number;
  /** Bins that hold something. */
  readonly bins: readonly ReliabilityBin[];
}

/**
 * Reliability of p = σ(r_w − r_l). Pairs list the preferred response first, so a label of 1 is all there would be to see;
 * each pair is therefore entered in both orders, as (p, 1) and as (1 − p, 0). The diagram is symmetric about (½, ½), and
 * the error equals that of max(p, 1 − p) against "the model was right" in bins of the upper half.
 *
 * @param bins equally wide bins of [0, 1].
 * @see Guo et al. 2017 (arXiv:1706.04599), eq. 3, for the error.
 */
export function calibration(pairs: readonly PairScores[], bins = 10): Calibration {
  const cells = Array.from({ length: bins }, () => ({ n: 0, predicted: 0, observed: 0 }));
  const enter = (probability: number, label: number): void => {
    const cell = cells[Math.min(bins - 1, Math.floor(probability * bins))] as (typeof cells)[number];
    cell.n++;
    cell.predicted += probability;
    cell.observed += label;
  };
  for (const { chosenScore, rejectedScore } of pairs) {
    enter(1 / (1 + Math.exp(rejectedScore - chosenScore)), 1);
    enter(1 / (1 + Math.exp(chosenScore - rejectedScore)), 0);
  }
  const total = 2 * pairs.length;
  return {
    ece: sum(cells.map((cell) => Math.abs(cell.observed - cell.predicted))) / total,
    bins: cells.flatMap(({ n, predicted, observed }, i) =>
      n === 0
        ? []
        : [{ from: i / bins, to: (i + 1) / bins, n, confidence: predicted / n, frequency: observed / n }],
    ),
  };
}
