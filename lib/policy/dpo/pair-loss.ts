/** What a pair loses in DPO: a pure function of log-ratios of whole responses. */
import * as tf from '@tensorflow/tfjs';
import { assertShape } from '../../tensor/assert';
import type { Coefficient } from '../../tensor/coefficients';
import { logSigmoid } from '../../tensor/ops';

export const dpoLossTypes = ['sigmoid', 'ipo', 'hinge'] as const;
export type DpoLossType = (typeof dpoLossTypes)[number];

export interface DpoLossOptions {
  readonly lossType: DpoLossType;
  /** β > 0. */
  readonly beta: Coefficient;
  /** ε ∈ [0, ½): probability that a label is flipped; sigmoid only. */
  readonly labelSmoothing: Coefficient;
}

/**
 * Loss of each pair. With the log-ratios ρ_w = log π(y_w) − log π_ref(y_w), ρ_l alike, and z = ρ_w − ρ_l:
 *
 * - `sigmoid`: −(1−ε)·log σ(βz) − ε·log σ(−βz); ln 2 when policy and reference agree, for any ε;
 * - `hinge`: max(0, 1 − βz);
 * - `ipo`: (z̄ − 1/(2β))² with z̄ = ρ_w/|y_w| − ρ_l/|y_l|: log-ratios are means over tokens, as in TRL.
 *
 * @param chosenLogratios ρ_w, nats. [B]
 * @param rejectedLogratios ρ_l, nats. [B]
 * @param lengths response tokens of both sides; used by `ipo`. [B] each
 * @returns [B]
 * @throws {ShapeError} when the inputs differ in shape.
 * @see Rafailov et al. 2023, eq. 7 (arXiv:2305.18290); label smoothing: Mitchell 2023, eq. 3; hinge: Zhao et al. 2023
 * (arXiv:2305.10425); ipo: Azar et al. 2023, eq. 17 (arXiv:2310.12036).
 */
export function dpoLoss(
  chosenLogratios: tf.Tensor1D,
  rejectedLogratios: tf.Tensor1D,
  lengths: { readonly chosen: tf.Tensor1D; readonly rejected: tf.Tensor1D },
  { lossType, beta, labelSmoothing }: DpoLossOptions,
): tf.Tensor1D {
  const B = chosenLogratios.shape[0];
  assertShape(
    'dpoLoss',
    { chosenLogratios, rejectedLogratios, chosenLengths: lengths.chosen, rejectedLengths: lengths.rejected },
    [B],
  );
  const z = tf.sub(chosenLogratios, rejectedLogratios) as tf.Tensor1D; // [B]
  switch (lossType) {
    case 'sigmoid': {
      const scaled = tf.mul(z, beta);
      const right = tf.mul<tf.Tensor1D>(logSigmoid(scaled), tf.sub(labelSmoothing, 1));
      return labelSmoothing === 0
        ? right
        : tf.sub<tf.Tensor1D>(right, tf.mul(logSigmoid(tf.neg(scaled)), labelSmoothing));
    }
    case 'hinge':
      return tf.relu(tf.sub<tf.Tensor1D>(1, tf.mul(z, beta)));
    case 'ipo': {
      const means = tf.sub(
        tf.div(chosenLogratios, lengths.chosen),
        tf.div(rejectedLogratios, lengths.rejected),
      );
      return tf.square(tf.sub<tf.Tensor1D>(means, tf.div(0.5, beta)));
    }
  }
}
