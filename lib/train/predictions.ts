/** Which tokens are predicted from where: only these columns meet the vocabulary. */
import * as tf from '@tensorflow/tfjs';

export interface Prediction {
  /** Where in [B·T] the token stands that is followed. */
  readonly position: number;
  /** The token that follows. */
  readonly label: number;
}

/** Predictions as tensors of N places, those behind the last filled up with 0. [N] int32 each */
export function predictionTensors(
  predictions: readonly Prediction[],
  N: number,
): { readonly positions: tf.Tensor1D; readonly labels: tf.Tensor1D } {
  const positions = new Int32Array(N);
  const labels = new Int32Array(N);
  predictions.forEach(({ position, label }, i) => {
    positions[i] = position;
    labels[i] = label;
  });
  return { positions: tf.tensor1d(positions, 'int32'), labels: tf.tensor1d(labels, 'int32') };
}
