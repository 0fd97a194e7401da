/** Stage 5, first: the prompts that are worth learning from. */
import { writeJson, writeJsonLines } from '../files';
import { jsonFile, jsonLines } from '../flow/formats';
import { defineStage, innerSlot, output, slot } from '../flow/stage';
import type { ScoredRollout } from '../policy/dpo/pairs';
import { selectByVariance, type PromptSelection } from '../policy/prompts/variance';
import { chunk } from '../train/sampler';
import type { PromptRecord, Rollout } from '../types';

export interface SelectPromptsConfig {
  /** Share of the prompts, those whose scores vary least, that is left out. */
  readonly quantile: number;
  readonly samplesPerPrompt: number;
}

/** Scores the SFT model's K samples of every RL prompt and drops the prompts of low reward variance. */
export const selectPromptsStage = defineStage({
  name: 'prompts',
  module: __filename,
  inputs: {
    scorer: slot('scorer', 'scores the samples'),
    samples: innerSlot<readonly Rollout[]>('answers, all of a prompt one after another'),
    prompts: innerSlot<readonly PromptRecord[]>('the prompts that were answered'),
  },
  outputs: {
    scoredSamples: output('scored-samples.jsonl', jsonLines<ScoredRollout>()),
    selected: output('selected.jsonl', jsonLines<PromptRecord>()),
    selection: output('selection.json', jsonFile<PromptSelection>()),
  },
  async run({ scorer, samples, prompts }, { quantile, samplesPerPrompt }: SelectPromptsConfig, run) {
    const scores = await scorer(samples);
    const scored = samples.map((rollout, i): ScoredRollout => ({ ...rollout, score: scores[i] as number }));
    const selection = selectByVariance(
      chunk(scored, samplesPerPrompt).map((own) => {
        const { promptId, task } = own[0] as ScoredRollout;
        return { promptId, ...(task !== undefined && { task }), scores: own.map(({ score }) => score) };
      }),
      { quantile },
    );
    const kept = new Set(selection.kept);
    writeJsonLines(run.file('scored-samples.jsonl'), scored);
    writeJsonLines(
      run.file('selected.jsonl'),
      prompts.filter(({ promptId }) => kept.has(promptId)),
    );
    writeJson(run.file('selection.json'), selection);
    return {
      kept: selection.kept.length,
      dropped: selection.dropped.length,
      threshold: selection.threshold,
    };
  },
});
