/** Rollouts with the values of the value head. */
import { values as valueHead } from '../../model/heads';
import type { LanguageModel } from '../../model/sample';
import { rolloutSampler, type PolicyRollout, type RolloutSampler } from '../rollout';
import type { PpoConfig } from './config';

export interface PpoRollout extends PolicyRollout {
  readonly values: Float32Array;
}

/** Makes the sampler of a run; rows are read as many at a time as an update reads. */
export function ppoSampler(reference: LanguageModel, config: PpoConfig): RolloutSampler<PpoRollout> {
  const { rolloutBatchSize, numMiniBatches, gradientAccumulationSteps } = config;
  const batchSize = Math.ceil(rolloutBatchSize / (numMiniBatches * gradientAccumulationSteps));
  return rolloutSampler('ppo', reference, config, batchSize, (params, hidden) => ({
    values: valueHead(params, hidden),
  }));
}
