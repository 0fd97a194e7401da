/** The loss of supervised fine-tuning: the next-token loss alone. */
import type { ModelConfig } from '../model/config';
import type { NamedTensors } from '../train/adamw';
import type { DemonstrationBatch } from '../train/demonstrations';
import type { LossAndMetrics } from '../train/metrics';
import { nextTokenLoss } from '../train/next-token-loss';

/** Next-token loss of a batch of demonstrations, with TRL's metrics. */
export function loss(params: NamedTensors, batch: DemonstrationBatch, model: ModelConfig): LossAndMetrics {
  const { loss: value, meanTokenAccuracy, entropy } = nextTokenLoss(params, model, batch);
  return { loss: value, metrics: { mean_token_accuracy: meanTokenAccuracy, entropy } };
}
