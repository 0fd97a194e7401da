/** Samples of the policy in the course of DPO, which draws none of its own: its points on the reward–KL frontier. */
import { jit } from '../../backend';
import { InputError } from '../../errors';
import { sampleResponses, type LanguageModel } from '../../model/sample';
import type { Rng } from '../../random';
import { checkedScorer, scorerName } from '../../scorer';
import { disposeTree } from '../../tensor/pytree';
import type { NamedTensors } from '../../train/adamw';
import { responseLogps } from '../../train/responses';
import { chunk } from '../../train/sampler';
import { encodeRow, padRows, type SequenceBatch } from '../../train/sequences';
import type { PromptRecord, Scorer } from '../../types';
import { sampleScore, type PolicySample } from '../samples';
import { scoreInParts } from '../scores';
import type { DpoConfig } from './config';

export interface DpoSampling {
  /** Sampled from every `samplesEvery` steps. */
  readonly samplePrompts?: readonly PromptRecord[];
  /** Scores the samples. */
  readonly scorer?: Scorer;
  /** Of the samples, 1 when absent; their KL is that of the distributions at this temperature, as in PPO. */
  readonly temperature?: number;
}

/** Samples one response to each prompt from the policy with the given parameters. */
export type PolicySampler = (step: number, params: NamedTensors, rng: Rng) => Promise<PolicySample[]>;

/**
 * Makes the sampler of a run; its steps are compiled once.
 *
 * @throws {InputError} without prompts.
 */
export function policySampler(
  reference: LanguageModel,
  { samplePrompts = [], scorer, temperature = 1 }: DpoSampling,
  config: DpoConfig,
): PolicySampler {
  if (samplePrompts.length === 0) {
    throw new InputError('dpo: samplesEvery is above 0, so prompts to sample from are needed, got none');
  }
  const checked = scorer && checkedScorer(scorerName('dpo', scorer), scorer);
  const { config: model, tokenizer } = reference;
  const { maxPromptTokens, maxResponseTokens } = config;
  const logps = jit((params: NamedTensors, batch: SequenceBatch) =>
    responseLogps(params, model, batch, temperature),
  );
  return async (step, params, rng) => {
    const rollouts = await sampleResponses({ ...reference, params }, samplePrompts, {
      samplesPerPrompt: 1,
      maxNewTokens: maxResponseTokens,
      maxPromptTokens,
      temperature,
      rng,
    });
    const scores = checked && (await scoreInParts(checked, rollouts));
    const rows = rollouts.map(({ prompt, response, finished }) =>
      encodeRow(tokenizer, prompt, response, config, finished),
    );
    const kls = chunk(rows, config.batchSize).flatMap((part) => {
      const batch = padRows(part, tokenizer.padTokenId, config, config.batchSize);
      const both = [logps(params, batch), logps(reference.params, batch)];
      const [ours, theirs] = both.map((tensor) => tensor.dataSync()) as [Float32Array, Float32Array];
      disposeTree([batch, both]);
      return part.map((_, i) => (ours[i] as number) - (theirs[i] as number));
    });
    return rollouts.map(({ promptId, task, prompt, response, finished, responseTokens }, i) => ({
      step,
      promptId,
      ...(task !== undefined && { task }),
      prompt,
      response,
      finished,
      responseTokens,
      ...(scores !== undefined && sampleScore(scores, i)),
      kl: kls[i] as number,
    }));
  };
}
