/** Reward models of a flow as scorers. */
import { derivedInput, type Handle, type Input } from '../flow/input';
import type { Model } from '../model/directory';
import type { RewardConfig } from '../reward/config';
import { rewardScorer } from '../reward/score';
import type { Scorer } from '../types';

/** Responses that a reward model reads in one forward pass. */
const batchSize = 64;

/** What a reward model reads of a prompt and a response. */
export function scorerLimits({ maxPromptTokens, maxResponseTokens }: RewardConfig) {
  return { maxPromptTokens, maxResponseTokens };
}

/** The scorer of a reward model, with the lengths that it was trained with. */
export function scorerOf(model: Handle<Model>, reward: RewardConfig): Input<Scorer> {
  const settings = { ...scorerLimits(reward), batchSize };
  return derivedInput(
    { model },
    { module: __filename, settings, make: ({ model: opened }) => rewardScorer(opened, settings) },
  );
}
