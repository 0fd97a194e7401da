/** Forgetting probes of the embedded world: the likeliest answers to tasks that reinforcement learning leaves out. */
import { forgettingMetrics } from '../probes/forgetting';
import { probePassRates, type ProbeResult } from '../probes/pass-rates';
import { answerProbes, type Probe } from '../probes/probes';
import type { LanguageModel } from '../model/sample';
import type { PromptRecord } from '../types';
import { derivedInput, type Handle, type Input } from '../flow/input';
import type { Model } from '../model/directory';
import type { AfterStep } from '../train/loop';
import { pipelineWorld, worldChoice, type WorldChoice } from './world';

/** What decides the answers to probes, besides the model. */
export interface ProbeConfig extends WorldChoice {
  readonly sampling: { readonly maxNewTokens: number; readonly maxPromptTokens: number };
}

/** Those parts of a configuration. */
export function probeConfig(config: ProbeConfig): ProbeConfig {
  const { maxNewTokens, maxPromptTokens } = config.sampling;
  return { ...worldChoice(config), sampling: { maxNewTokens, maxPromptTokens } };
}

/**
 * Share of probe prompts that a model answers wholly right, by task. Greedy: a probe asks whether a capability is still there.
 *
 * @param onProgress told the number of answers so far.
 */
export async function askProbes(
  config: ProbeConfig,
  model: LanguageModel,
  prompts: readonly PromptRecord[],
  onProgress?: (done: number) => void,
): Promise<Record<string, ProbeResult>> {
  const answers = await answerProbes(model, judged(config, prompts), config.sampling, onProgress);
  return probePassRates(answers, ({ passes }) => passes);
}

/** Probe prompts with the world's verdict on answers. */
function judged(config: WorldChoice, prompts: readonly PromptRecord[]): Probe[] {
  const world = pipelineWorld(config);
  return prompts.map((prompt) => ({
    ...prompt,
    passes: (response) => world.judge(prompt.promptId, response).passes === true,
  }));
}

/** Asks the probes after every `every`-th step and after the last: metrics `probes/<task>`, the share that passes. */
export function probing(
  model: Handle<Model>,
  prompts: Handle<readonly PromptRecord[]>,
  settings: ProbeConfig & { readonly every: number; readonly maxSteps: number },
): Input<AfterStep> {
  const { every, maxSteps } = settings;
  return derivedInput(
    { model, prompts },
    {
      module: __filename,
      settings,
      make: (opened) =>
        forgettingMetrics(
          'ppo',
          opened.model,
          { probes: judged(settings, opened.prompts), every },
          { maxSteps, ...settings.sampling },
        ),
    },
  );
}
