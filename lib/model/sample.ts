/** Samples responses to prompts: what annotators compare, what reward models rank, what policies learn from. */
import type { Rng } from '../random';
import type { Tokenizer } from '../tokenizer/tokenizer';
import type { PromptRecord, Rollout } from '../types';
import type { ModelConfig } from './config';
import { generate } from './generate';
import type { Params } from './params';
import { stopTokenIds } from './stop-tokens';

export interface LanguageModel {
  readonly params: Params;
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
}

export interface SampleOptions {
  readonly samplesPerPrompt: number;
  readonly maxNewTokens: number;
  /** Longer prompts lose their beginning. */
  readonly maxPromptTokens: number;
  readonly temperature: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly rng: Rng;
  readonly onProgress?: (done: number) => void;
}

/**
 * K responses to every prompt, grouped by prompt in the order given.
 *
 * @example
 * ```ts
 * import { createRng, loadModel, sampleResponses, useEngine } from 'rlhf-kit';
 *
 * await useEngine();
 * const model = loadModel('runs/start/sft/model');
 * const prompts = [{ promptId: 'mine', prompt: 'How can I relax?' }];
 * const limits = { samplesPerPrompt: 4, maxNewTokens: 64, maxPromptTokens: 256 };
 * const rollouts = await sampleResponses(model, prompts, { ...limits, temperature: 1, rng: createRng(1) });
 * console.log(rollouts.map(({ response }) => response));
 * ```
 */
export async function sampleResponses(
  model: LanguageModel,
  prompts: readonly PromptRecord[],
  options: SampleOptions,
): Promise<Rollout[]> {
  const { samplesPerPrompt, maxNewTokens, maxPromptTokens, temperature, topK, topP, rng, onProgress } =
    options;
  const { tokenizer } = model;
  const encoded = prompts.flatMap(({ prompt }) => {
    const tokens = tokenizer.renderPrompt(prompt).slice(-maxPromptTokens);
    return Array.from({ length: samplesPerPrompt }, () => tokens);
  });
  const responses = await generate(model.params, model.config, encoded, {
    maxNewTokens,
    temperature,
    ...(topK === undefined ? {} : { topK }),
    ...(topP === undefined ? {} : { topP }),
    stopTokenIds: stopTokenIds(model),
    rng,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  return responses.map(({ tokens, finished }, i) => ({
    ...(prompts[Math.floor(i / samplesPerPrompt)] as PromptRecord),
    response: tokenizer.decode(finished ? tokens.slice(0, -1) : tokens),
    finished,
    responseTokens: tokens.length,
    sample: i % samplesPerPrompt,
  }));
}
