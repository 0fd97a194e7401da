/** Step 5: DPO on pairs of the SFT model's own samples. */
import { readJsonLines } from '../files';
import { loadModel, saveModel } from '../model/directory';
import { pairsFromSamples, type ScoredRollout } from '../policy/dpo/pairs';
import { trainDpo } from '../policy/dpo/trainer';
import { writePairs } from '../preferences/pairs';
import { readPairs } from '../preferences/readers/open';
import { createRng } from '../random';
import { disposeTree } from '../tensor/pytree';
import type { Demonstration, PromptRecord } from '../types';
import type { PipelineConfig } from './config';
import type { Step } from './run-steps';
import { debiasedScorer } from './scorer';

/** Prompts whose samples DPO draws from again and again to show its course. */
const dpoSamplePrompts = 64;

/** Who says which of two answers DPO is to prefer. */
export const dpoLabels = ['rewardModel', 'annotators'] as const;
export type DpoLabels = (typeof dpoLabels)[number];

/**
 * DPO on pairs of the SFT model's own samples, labelled by the reward model; or on as many of the pairs that the annotators
 * compared, which are samples of the SFT model too.
 */
export function dpoStep(
  config: PipelineConfig,
  out: (path: string) => string,
  labels: DpoLabels = 'rewardModel',
): Step {
  const { dpo, sampling } = config;
  return {
    name: 'dpo',
    module: __filename,
    config: { ...dpo, temperature: sampling.temperature },
    inputs: [
      ...(labels === 'annotators' ? ['filter/pairs.jsonl'] : []),
      'sft/model',
      'reward-debiased/model',
      'prompts/scored-samples.jsonl',
      'prompts/selected.jsonl',
      'sft-term/demonstrations.jsonl',
    ],
    async run(directory) {
      const model = loadModel(out('sft/model'));
      const selected = await readJsonLines<PromptRecord>(out('prompts/selected.jsonl'));
      const kept = new Set(selected.map(({ promptId }) => promptId));
      const samples = await readJsonLines<ScoredRollout>(out('prompts/scored-samples.jsonl'));
      const labelled = pairsFromSamples(samples.filter(({ promptId }) => kept.has(promptId)));
      const pairs =
        labels === 'rewardModel'
          ? labelled
          : createRng(dpo.seed)
              .fork('annotated-pairs')
              .shuffle(await readPairs(out('filter/pairs.jsonl')))
              .slice(0, labelled.length);
      writePairs(directory.file('pairs.jsonl'), pairs);
      const { scorer, dispose } = debiasedScorer(config, out);
      const params = await trainDpo(
        model,
        {
          pairs,
          demonstrations: await readJsonLines<Demonstration>(out('sft-term/demonstrations.jsonl')),
          samplePrompts: selected.slice(0, dpoSamplePrompts),
          scorer,
          temperature: sampling.temperature,
        },
        dpo,
        directory,
      );
      saveModel(directory.file('model'), { ...model, params });
      dispose();
      disposeTree([model.params, params]);
      return { pairs: pairs.length };
    },
  };
}
