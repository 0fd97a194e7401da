/** Forgetting probes of the embedded world: the likeliest answers to tasks that reinforcement learning leaves out. */
import { probePassRates, type ProbeResult } from '../evaluation/probes';
import { sampleResponses, type LanguageModel } from '../model/sample';
import { createRng } from '../random';
import type { PromptRecord } from '../types';
import { derivedInput, type Handle, type Input } from '../flow/input';
import type { Model } from '../model/directory';
import type { PpoInputs } from '../policy/ppo/trainer';
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
  const world = pipelineWorld(config);
  const answers = await sampleResponses(model, prompts, {
    samplesPerPrompt: 1,
    temperature: 0,
    maxNewTokens: config.sampling.maxNewTokens,
    maxPromptTokens: config.sampling.maxPromptTokens,
    rng: createRng(config.seed).fork('probes'),
    ...(onProgress !== undefined && { onProgress }),
  });
  return probePassRates(answers, ({ promptId, response }) => world.judge(promptId, response).passes === true);
}

/** Asks the probes after every `every`-th step and after the last: metrics `probes/<task>`, the share that passes. */
export function probing(
  model: Handle<Model>,
  prompts: Handle<readonly PromptRecord[]>,
  settings: ProbeConfig & { readonly every: number; readonly maxSteps: number },
): Input<NonNullable<PpoInputs['afterStep']>> {
  const { every, maxSteps } = settings;
  return derivedInput(
    { model, prompts },
    {
      module: __filename,
      settings,
      make: (opened) => async (step, params) => {
        if (step % every !== 0 && step !== maxSteps) return undefined;
        const results = await askProbes(settings, { ...opened.model, params }, opened.prompts);
        return Object.fromEntries(
          Object.entries(results).map(([task, { passRate }]) => [`probes/${task}`, passRate]),
        );
      },
    },
  );
}
