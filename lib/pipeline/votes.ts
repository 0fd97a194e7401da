/** Stage 2: simulated annotators compare the answers. */
import type { GoldVerdict } from '../../datasets/dialogues';
import { writeJsonLines } from '../files';
import { jsonLines } from '../flow/formats';
import { defineStage, innerSlot, output } from '../flow/stage';
import { panel, simulateVotes } from '../preferences/annotators';
import { createRng } from '../random';
import { chunk } from '../train/sampler';
import type { Comparison, Rollout } from '../types';
import type { PipelineConfig } from './config';
import { pipelineWorld, type WorldChoice } from './world';

export interface VoteConfig extends Readonly<PipelineConfig['annotators']>, WorldChoice {
  readonly samplesPerPrompt: number;
  /** How many of the prompts they see; all when absent. */
  readonly prompts?: number;
}

/**
 * Votes of simulated annotators on sampled answers, with verdicts on the criteria that the gold judge knows. They alone see the hidden
 * utilities, noisily.
 */
export const voteStage = defineStage({
  name: 'preferences',
  module: __filename,
  inputs: { rollouts: innerSlot<readonly Rollout[]>('answers, all of a prompt one after another') },
  outputs: { votes: output('votes.jsonl', jsonLines<Comparison>()) },
  run({ rollouts }, config: VoteConfig, run) {
    const { seed, prompts, samplesPerPrompt } = config;
    const world = pipelineWorld(config);
    const rng = createRng(seed).fork('annotators');
    const answered = chunk(rollouts, samplesPerPrompt).slice(0, prompts);
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
      (promptId, text) => judge(promptId, text).gold,
      panel(config.panel, rng.fork('panel'), config),
      {
        votesPerPair: config.votesPerPair,
        criteria: {
          helpful: (promptId, text) => judge(promptId, text).helpfulness,
          harmless: (promptId, text) => judge(promptId, text).harmlessness,
          fluent: (promptId, text) => judge(promptId, text).fluency,
        },
      },
      rng.fork('votes'),
    );
    writeJsonLines(run.file('votes.jsonl'), votes);
    return Promise.resolve({ votes: votes.length });
  },
});
