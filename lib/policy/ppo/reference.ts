/** The reference policy's own scores: the baseline of the paper. */
import { sampleResponses, type LanguageModel } from '../../model/sample';
import type { Rng } from '../../random';
import { startProgress } from '../../train/progress';
import { chunk } from '../../train/sampler';
import type { PromptRecord } from '../../types';
import type { SampledInputs } from '../sampled';
import { penaliseMissingEnd } from '../scores';
import type { PpoConfig } from './config';

/**
 * Mean score of the reference policy's own answers to every prompt, by `promptId`, sampled once before training; the penalty
 * for a missing end counts here too, so that the reference earns 0 against itself. Undefined where it is no baseline.
 *
 * @see ChatGLM-RLHF (arXiv:2404.00934): r(x, y) − r(x, y_ref).
 */
export async function scoreReference(
  reference: LanguageModel,
  { prompts, scorer }: Pick<SampledInputs, 'prompts' | 'scorer'>,
  config: PpoConfig,
  rng: Rng,
): Promise<Map<string, number> | undefined> {
  if (config.rewardBaseline !== 'reference') return undefined;
  const { referenceSamples, maxNewTokens, maxPromptTokens, temperature } = config;
  const progress = startProgress('ppo: reference', prompts.length * referenceSamples, 'response');
  const rollouts = await sampleResponses(reference, prompts, {
    samplesPerPrompt: referenceSamples,
    maxNewTokens,
    maxPromptTokens,
    temperature,
    rng,
    onProgress: (done) => progress.update(done),
  });
  progress.stop();
  const penalised = penaliseMissingEnd(rollouts, await scorer(rollouts), config);
  return new Map(
    chunk(penalised, referenceSamples).map((own, i) => [
      (prompts[i] as PromptRecord).promptId,
      own.reduce((sum, score) => sum + score, 0) / own.length,
    ]),
  );
}
