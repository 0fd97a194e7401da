/** Step 2: simulated annotators compare the answers. */
import type { GoldVerdict } from '../../datasets/dialogues';
import { readJsonLines, writeJsonLines } from '../files';
import { panel, simulateVotes } from '../preferences/annotators';
import { createRng } from '../random';
import { chunk } from '../train/sampler';
import type { Rollout } from '../types';
import type { PipelineConfig } from './config';
import type { Step } from './run-steps';
import { pipelineWorld } from './world';

/**
 * Votes of simulated annotators on the sampled answers, as `votes.jsonl`, with verdicts on the dimensions that the gold judge knows.
 * They alone see the hidden utilities, noisily.
 *
 * @param prompts how many of the prompts they see; all when absent.
 */
export function voteStep(config: PipelineConfig, out: (path: string) => string, prompts?: number): Step {
  const { annotators, sampling, seed } = config;
  return {
    name: 'preferences',
    module: __filename,
    config: { ...annotators, seed, ...(prompts !== undefined && { prompts }) },
    inputs: ['candidates/rollouts.jsonl'],
    async run(directory) {
      const rollouts = await readJsonLines<Rollout>(out('candidates/rollouts.jsonl'));
      const world = pipelineWorld(config);
      const rng = createRng(seed).fork('annotators');
      const answered = chunk(rollouts, sampling.samplesPerPrompt).slice(0, prompts);
      const candidates = answered.map((samples) => {
        const { promptId, task, language, prompt } = samples[0] as Rollout;
        return {
          record: {
            promptId,
            prompt,
            ...(task !== undefined && { task }),
            ...(language !== undefined && { language }),
          },
          candidates: samples.map(({ response, sample }) => ({
            responseId: `sample-${sample}`,
            text: response,
          })),
        };
      });
      const judged = new Map<string, GoldVerdict>();
      const judge = (promptId: string, text: string): GoldVerdict => {
        const key = JSON.stringify([promptId, text]);
        const verdict = judged.get(key) ?? world.judge(promptId, text);
        judged.set(key, verdict);
        return verdict;
      };
      const votes = simulateVotes(
        candidates,
        (promptId, text) => judge(promptId, text).utility,
        panel(annotators.panel, rng.fork('panel'), annotators),
        {
          votesPerPair: annotators.votesPerPair,
          dimensions: {
            helpful: (promptId, text) => judge(promptId, text).helpfulness,
            harmless: (promptId, text) => judge(promptId, text).harmlessness,
            fluent: (promptId, text) => judge(promptId, text).fluency,
          },
        },
        rng.fork('votes'),
      );
      writeJsonLines(directory.file('votes.jsonl'), votes);
      return { votes: votes.length };
    },
  };
}
