/** The reward model that policies learn from, as a scorer. */
import { loadModel } from '../model/directory';
import { rewardScorer } from '../reward/score';
import { disposeTree } from '../tensor/pytree';
import type { Scorer } from '../types';
import type { PipelineConfig } from './config';

/** The debiased reward model as a scorer; every policy learns from it. */
export function debiasedScorer(
  { reward }: PipelineConfig,
  out: (path: string) => string,
): { scorer: Scorer; dispose(): void } {
  const model = loadModel(out('reward-debiased/model'));
  const { maxPromptTokens, maxResponseTokens } = reward;
  return {
    scorer: rewardScorer(model, { maxPromptTokens, maxResponseTokens, batchSize: 64 }),
    dispose: () => disposeTree(model.params),
  };
}
