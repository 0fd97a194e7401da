/** Step 5, first: the prompts that are worth learning from. */
import { readJsonLines, writeJson, writeJsonLines } from '../files';
import type { ScoredRollout } from '../policy/dpo/pairs';
import { selectByVariance } from '../policy/prompts/variance';
import { chunk } from '../train/sampler';
import type { PromptRecord, Rollout } from '../types';
import type { PipelineConfig } from './config';
import type { Step } from './run-steps';
import { debiasedScorer } from './scorer';

/** Scores the SFT model's K samples of every RL prompt and drops the prompts of low reward variance. */
export function selectPromptsStep(config: PipelineConfig, out: (path: string) => string): Step {
  return {
    name: 'prompts',
    module: __filename,
    config: { quantile: config.promptVarianceQuantile },
    inputs: ['reward-debiased/model', 'reinforce-samples/rollouts.jsonl', 'world/reinforce.jsonl'],
    async run(directory) {
      const rollouts = await readJsonLines<Rollout>(out('reinforce-samples/rollouts.jsonl'));
      const { scorer, dispose } = debiasedScorer(config, out);
      const scores = await scorer(rollouts);
      dispose();
      const scored = rollouts.map((rollout, i): ScoredRollout => ({
        ...rollout,
        score: scores[i] as number,
      }));
      const selection = selectByVariance(
        chunk(scored, config.sampling.samplesPerPrompt).map((samples) => {
          const { promptId, task } = samples[0] as ScoredRollout;
          return { promptId, ...(task !== undefined && { task }), scores: samples.map(({ score }) => score) };
        }),
        { quantile: config.promptVarianceQuantile },
      );
      const kept = new Set(selection.kept);
      const prompts = await readJsonLines<PromptRecord>(out('world/reinforce.jsonl'));
      writeJsonLines(directory.file('scored-samples.jsonl'), scored);
      writeJsonLines(
        directory.file('selected.jsonl'),
        prompts.filter(({ promptId }) => kept.has(promptId)),
      );
      writeJson(directory.file('selection.json'), selection);
      return {
        kept: selection.kept.length,
        dropped: selection.dropped.length,
        threshold: selection.threshold,
      };
    },
  };
}
