/** Probes: prompts whose answers are checked by a rule, to see whether a capability is still there. */
import { InputError } from '../errors';
import { wilsonInterval, type Interval } from '../intervals';
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

export interface PassRate {
  readonly prompts: number;
  /** Share of the answers that pass. */
  readonly passRate: number;
  /** 95%, Wilson's. */
  readonly passRateCi: Interval;
}

/** An answer to a probe. */
export type ProbeAnswer = Rollout & { readonly passes: boolean };

/**
 * The likeliest answers of a model to probes (greedy: a probe asks whether a capability is there, not how often).
 *
 * @throws {InputError} as `generate`.
 */
export async function answerProbes(
  model: LanguageModel,
  probes: readonly Probe[],
  limits: ProbeLimits,
): Promise<ProbeAnswer[]> {
  const answers = await sampleResponses(model, probes.map(promptOf), {
    ...limits,
    samplesPerPrompt: 1,
    temperature: 0,
    rng: createRng('probes'),
  });
  return answers.map((answer, i) => ({ ...answer, passes: (probes[i] as Probe).passes(answer.response) }));
}

function promptOf({ passes, ...prompt }: Probe): PromptRecord {
  void passes;
  return prompt;
}

/** Share of answers that pass, by task (`other` where a prompt names none). */
export function passRates(answers: readonly ProbeAnswer[]): Record<string, PassRate> {
  const byTask = new Map<string, boolean[]>();
  for (const { task = 'other', passes } of answers) byTask.set(task, [...(byTask.get(task) ?? []), passes]);
  return Object.fromEntries(
    [...byTask].map(([task, verdicts]) => {
      const passRate = verdicts.filter((verdict) => verdict).length / verdicts.length;
      return [
        task,
        { prompts: verdicts.length, passRate, passRateCi: wilsonInterval(passRate, verdicts.length) },
      ];
    }),
  );
}

/** @throws {InputError} for two probes of one id, whose answers could not be told apart. */
export function requireDistinct(where: string, probes: readonly Probe[]): void {
  const seen = new Set<string>();
  for (const { promptId } of probes) {
    if (seen.has(promptId)) throw new InputError(`${where}: two probes have the promptId '${promptId}'`);
    seen.add(promptId);
  }
}
