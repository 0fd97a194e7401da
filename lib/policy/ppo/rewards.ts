/** From scores to rewards: what an answer earns above the baseline of its prompt, less what leaving the reference costs. */
import { sampleResponses, type LanguageModel } from '../../model/sample';
import type { Rng } from '../../random';
import { startProgress } from '../../train/progress';
import { chunk } from '../../train/sampler';
import type { PromptRecord, Scorer } from '../../types';
import { logRatios } from '../rollout';
import { penaliseMissingEnd } from '../scores';
import { gae, tokenRewards, whiten } from './advantage';
import type { PpoRow } from './batch';
import type { PpoConfig } from './config';
import type { PpoRollout } from './rollout';

/** Rollouts with their scores and what comes of them. */
export interface ScoredRollouts {
  readonly rollouts: readonly PpoRollout[];
  readonly rows: readonly PpoRow[];
  /** Scores, less the penalty for a missing end. */
  readonly scores: readonly number[];
  /** What is subtracted from them. */
  readonly baselines: readonly number[];
  /** log π − log π_ref of every token, nats, cut at ±20. */
  readonly kls: readonly Float32Array[];
  readonly klCoef: number;
}

/**
 * Mean score of the reference policy's own answers to every prompt, by `promptId`, sampled once before training; the penalty
 * for a missing end counts here too, so that the reference earns 0 against itself.
 *
 * @see ChatGLM-RLHF (arXiv:2404.00934): r(x, y) − r(x, y_ref).
 */
export async function scoreReference(
  reference: LanguageModel,
  prompts: readonly PromptRecord[],
  scorer: Scorer,
  config: PpoConfig,
  rng: Rng,
): Promise<Map<string, number>> {
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

/**
 * Rewards and advantages of rollouts: on every token −klCoef·(log π − log π_ref), on the last one the score too, less the
 * penalty for a missing end and the baseline.
 *
 * @param referenceScores of {@link scoreReference}; needed by the `reference` baseline.
 */
export function scoreRollouts(
  rollouts: readonly PpoRollout[],
  rawScores: Float32Array,
  referenceScores: ReadonlyMap<string, number> | undefined,
  config: PpoConfig,
  klCoef: number,
): ScoredRollouts {
  const scores = penaliseMissingEnd(rollouts, rawScores, config);
  const batchMean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const baselines = rollouts.map(({ record }) => {
    switch (config.rewardBaseline) {
      case 'none':
        return 0;
      case 'batchMean':
        return batchMean;
      case 'reference':
        return referenceScores?.get(record.promptId) as number;
    }
  });
  const kls = rollouts.map(logRatios);
  const plain = kls.map((kl, i) =>
    tokenRewards(kl, (scores[i] as number) - (baselines[i] as number), klCoef),
  );
  const rewards = config.whitenRewards ? whiten(plain, false) : plain;
  const estimates = rollouts.map(({ values }, i) =>
    gae(rewards[i] as Float32Array, values, config.gamma, config.lam),
  );
  const advantages = estimates.map((estimate) => estimate.advantages);
  const whitened = config.whitenAdvantages ? whiten(advantages, true) : advantages;
  const rows = rollouts.map(({ promptTokens, responseTokens, logprobs, values }, i): PpoRow => ({
    promptTokens,
    responseTokens,
    logprobs,
    values,
    advantages: whitened[i] as Float32Array,
    returns: estimates[i]?.returns as Float32Array,
  }));
  return { rollouts, rows, scores, baselines, kls, klCoef };
}
