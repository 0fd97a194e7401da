/** Forgetting probes of the embedded world: the likeliest answers to tasks that reinforcement learning leaves out. */
import { probePassRates, type ProbeResult } from '../evaluation/probes';
import { sampleResponses, type LanguageModel } from '../model/sample';
import { createRng } from '../random';
import type { PromptRecord } from '../types';
import type { PipelineConfig } from './config';
import { pipelineWorld } from './world';

/**
 * Share of probe prompts that a model answers wholly right, by task. Greedy: a probe asks whether a capability is still there.
 *
 * @param onProgress told the number of answers so far.
 */
export async function askProbes(
  config: PipelineConfig,
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
