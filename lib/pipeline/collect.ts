/** Step 2: the SFT model answers each prompt K times, and simulated annotators compare the answers. */
import type { GoldVerdict } from '../../datasets/dialogues';
import { readJsonLines, writeJsonLines } from '../files';
import { loadModel } from '../model/directory';
import { sampleResponses } from '../model/sample';
import { panel, simulateVotes } from '../preferences/annotators';
import { createRng } from '../random';
import { disposeTree } from '../tensor/pytree';
import { startProgress } from '../train/progress';
import { chunk } from '../train/sampler';
import type { PromptRecord, Rollout } from '../types';
import type { PipelineConfig } from './config';
import type { Step } from './run-steps';
import { pipelineWorld } from './world';

/** K answers of the SFT model to every prompt of a file, as `rollouts.jsonl`. */
export function sampleStep(
  config: PipelineConfig,
  name: string,
  split: 'annotate' | 'reinforce' | 'evaluate',
  out: (path: string) => string,
): Step {
  const { sampling, seed } = config;
  return {
    name,
    config: { ...sampling, seed, split },
    inputs: ['sft/model', `world/${split}.jsonl`],
    async run(directory) {
      const model = loadModel(out('sft/model'));
      const prompts = await readJsonLines<PromptRecord>(out(`world/${split}.jsonl`));
      const progress = startProgress(name, prompts.length * sampling.samplesPerPrompt, 'response');
      const rollouts = await sampleResponses(model, prompts, {
        ...sampling,
        rng: createRng(seed).fork(name),
        onProgress: (done) => progress.update(done),
      });
      progress.stop();
      disposeTree(model.params);
      writeJsonLines(directory.file('rollouts.jsonl'), rollouts);
      return { prompts: prompts.length, responses: rollouts.length };
    },
  };
}

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
