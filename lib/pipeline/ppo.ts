/** Step 5: PPO, and PPO without the SFT loss. */
import { readJsonLines } from '../files';
import { loadModel, saveModel } from '../model/directory';
import type { LanguageModel } from '../model/sample';
import { trainPpo, type PpoInputs } from '../policy/ppo/trainer';
import { disposeTree } from '../tensor/pytree';
import type { Demonstration, PromptRecord } from '../types';
import type { PipelineConfig } from './config';
import { askProbes } from './probes';
import type { Step } from './run-steps';
import { debiasedScorer } from './scorer';

/** PPO against the debiased reward model, with or without the SFT loss. */
export function ppoStep(
  config: PipelineConfig,
  name: 'ppo' | 'ppo-no-sft-loss',
  out: (path: string) => string,
): Step {
  const ppo = name === 'ppo' ? config.ppo : { ...config.ppo, sftLossCoef: 0 };
  const { probeEvery } = config;
  return {
    name,
    module: __filename,
    config: probeEvery === undefined ? ppo : { ...ppo, probeEvery },
    inputs: [
      'sft/model',
      'reward-debiased/model',
      'prompts/selected.jsonl',
      'sft-term/demonstrations.jsonl',
      ...(probeEvery === undefined ? [] : ['world/probe.jsonl']),
    ],
    async run(directory) {
      const model = loadModel(out('sft/model'));
      const { scorer, dispose } = debiasedScorer(config, out);
      const afterStep =
        probeEvery === undefined
          ? undefined
          : probing(config, model, await readJsonLines<PromptRecord>(out('world/probe.jsonl')), probeEvery);
      const params = await trainPpo(
        model,
        {
          prompts: await readJsonLines<PromptRecord>(out('prompts/selected.jsonl')),
          scorer,
          demonstrations: await readJsonLines<Demonstration>(out('sft-term/demonstrations.jsonl')),
          ...(afterStep !== undefined && { afterStep }),
        },
        ppo,
        directory,
      );
      saveModel(directory.file('model'), { ...model, params });
      dispose();
      disposeTree([model.params, params]);
    },
  };
}

/** Asks the probes after every `every`-th step and after the last: metrics `probes/<task>`, the share that passes. */
function probing(
  config: PipelineConfig,
  model: LanguageModel,
  prompts: readonly PromptRecord[],
  every: number,
): NonNullable<PpoInputs['afterStep']> {
  return async (step, params) => {
    if (step % every !== 0 && step !== config.ppo.maxSteps) return undefined;
    const results = await askProbes(config, { ...model, params }, prompts);
    return Object.fromEntries(
      Object.entries(results).map(([task, { passRate }]) => [`probes/${task}`, passRate]),
    );
  };
}
