/** Probes: prompts whose answers are checked by a rule, to see whether a capability is still there. */
import { InputError } from '../errors';
import { sampleResponses, type LanguageModel } from '../model/sample';
import { createRng } from '../random';
import type { PromptRecord, Rollout } from '../types';
import type { Rule } from './rule';

export interface Probe extends PromptRecord {
  /** Whether an answer passes. */
  readonly passes: Rule;
}

/** How probes are asked. */
export interface ProbeLimits {
  /** Longer answers are cut off. Tokens. */
  readonly maxNewTokens: number;
  /** Longer prompts lose their beginning. Tokens. */
  readonly maxPromptTokens: number;
}

/** An answer to a probe. */
export type ProbeAnswer = Rollout & { readonly passes: boolean };

/**
 * The likeliest answers of a model to probes (greedy: a probe asks whether a capability is there, not how often).
 *
 * @param onProgress told the number of answers so far.
 * @throws {InputError} as `generate`.
 */
export async function answerProbes(
  model: LanguageModel,
  probes: readonly Probe[],
  { maxNewTokens, maxPromptTokens }: ProbeLimits,
  onProgress?: (done: number) => void,
): Promise<ProbeAnswer[]> {
  const answers = await sampleResponses(model, probes.map(promptOf), {
    maxNewTokens,
    maxPromptTokens,
    samplesPerPrompt: 1,
    temperature: 0,
    rng: createRng('probes'),
    ...(onProgress !== undefined && { onProgress }),
  });
  return answers.map((answer, i) => ({ ...answer, passes: (probes[i] as Probe).passes(answer.response) }));
}

function promptOf({ passes, ...prompt }: Probe): PromptRecord {
  void passes;
  return prompt;
}

/** @throws {InputError} for two probes of one id, whose answers could not be told apart. */
export function requireDistinct(where: string, probes: readonly Probe[]): void {
  const seen = new Set<string>();
  for (const { promptId } of probes) {
    if (seen.has(promptId)) throw new InputError(`${where}: two probes have the promptId '${promptId}'`);
    seen.add(promptId);
  }
}
